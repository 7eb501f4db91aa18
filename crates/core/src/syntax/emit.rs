//! Manifests to text. YAML as a person would have written it: no needless quotes, block scalars for several lines.
//!
//! Documents are laid out here, in blocks; how a text is quoted is the library's to decide. Words that are plain in
//! every YAML (nearly all of a manifest) are written as they are, without asking it: half of rendering was that.

use serde::Serialize;

use crate::value::{Value, ValueKind};

/// A document as YAML, with a line break at its end. Strings that another YAML reader could take for something else
/// are quoted.
pub fn write_yaml(out: &mut String, value: &Value) {
    match &value.kind {
        ValueKind::Map(entries) if !entries.is_empty() => map(out, entries, 0, false),
        ValueKind::List(items) if !items.is_empty() => list(out, items, 0, false),
        _ => out.push_str(&data_to_yaml(value)),
    }
}

/// As [`write_yaml`], as a text of its own.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    write_yaml(&mut out, value);
    out
}

/// What was written by [`write_yaml`], as data.
///
/// # Panics
///
/// When the text is no YAML.
#[must_use]
pub fn from_yaml(text: &str) -> serde_json::Value {
    oneyaml::from_str(text).expect("a manifest is YAML, since it was written as such")
}

/// Any data as one YAML document, with a line break at its end.
pub fn data_to_yaml<T: Serialize>(value: &T) -> String {
    oneyaml::to_string(value).expect("a manifest is a tree of maps with text keys, which YAML can always say")
}

/// A value as indented JSON without a line break at its end.
pub fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("a manifest is a tree of maps with text keys, which JSON can always say")
}

fn indent(out: &mut String, depth: usize) {
    const SPACES: &str = "                                                                ";
    let mut left = depth;
    while left > 0 {
        let some = left.min(SPACES.len());
        out.push_str(&SPACES[..some]);
        left -= some;
    }
}

/// Writes the entries, each on a line; the first where the line is already begun, if `begun`.
fn map(out: &mut String, entries: &[(crate::value::Key, Value)], depth: usize, mut begun: bool) {
    for (key, value) in entries {
        if !std::mem::take(&mut begun) {
            indent(out, depth);
        }
        write_key(out, key);
        out.push(':');
        match &value.kind {
            ValueKind::Map(entries) if !entries.is_empty() => {
                out.push('\n');
                map(out, entries, depth + 2, false);
            }
            ValueKind::List(items) if !items.is_empty() => {
                out.push('\n');
                list(out, items, depth + 2, false);
            }
            _ => {
                out.push(' ');
                scalar(out, value, depth);
            }
        }
    }
}

fn list(out: &mut String, items: &[Value], depth: usize, mut begun: bool) {
    for item in items {
        if !std::mem::take(&mut begun) {
            indent(out, depth);
        }
        out.push_str("- ");
        match &item.kind {
            ValueKind::Map(entries) if !entries.is_empty() => map(out, entries, depth + 2, true),
            ValueKind::List(items) if !items.is_empty() => list(out, items, depth + 2, true),
            _ => scalar(out, item, depth),
        }
    }
}

/// Writes a value of one line, or a block scalar whose lines stand deeper than `depth`, and the line break behind it.
fn scalar(out: &mut String, value: &Value, depth: usize) {
    match &value.kind {
        ValueKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        ValueKind::Int(value) => out.push_str(&value.to_string()),
        ValueKind::Text(value) => text(out, value.as_str(), depth),
        ValueKind::Map(_) => out.push_str("{}"),
        ValueKind::List(_) => out.push_str("[]"),
    }
    out.push('\n');
}

fn write_key(out: &mut String, key: &str) {
    if is_plain(key) {
        out.push_str(key);
        return;
    }
    let written = data_to_yaml(&std::collections::BTreeMap::from([(key, 0)]));
    out.push_str(written.strip_suffix(": 0\n").unwrap_or(&written));
}

fn text(out: &mut String, text: &str, depth: usize) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    // As the value of a key, so that the lines of a block scalar stand where they belong.
    let written = data_to_yaml(&std::collections::BTreeMap::from([("k", text)]));
    let written = written.strip_prefix("k: ").unwrap_or(&written);
    let mut lines = written.strip_suffix('\n').unwrap_or(written).split('\n');
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            indent(out, depth);
            out.push_str(line);
        }
    }
}

/// Whether a text is sure to be read as itself by every YAML reader, without quotes: a word or a path that is none of
/// YAML's words, or a number with a unit.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return false };
    if first.is_ascii_digit() {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        return matches!(unit, "m" | "Mi" | "%");
    }
    let within = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/' | b'_');
    (first.is_ascii_alphabetic() || *first == b'/')
        && bytes.iter().all(within)
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{data_to_yaml, to_yaml};
    use crate::value::{Map, Value};

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z/][a-zA-Z0-9/._-]{0,12}",
            "[0-9]{1,4}(m|Mi|%|e3|x|_1|:30)?",
            "(y|n|yes|no|on|off|true|false|null|none|nil|inf|nan|[.]inf|~|<<|=)",
            "(Y|N|Yes|NO|On|OFF|True|FALSE|Null|None|NIL|Infinity|NaN)",
            "[ -~]{0,20}",
            "[ a-z]{0,3}(\n[ a-z]{0,6}){1,4}",
            "\\PC{0,10}",
        ]
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![texts().prop_map(Value::from), any::<i64>().prop_map(Value::from), any::<bool>().prop_map(Value::from)];
        leaf.prop_recursive(4, 24, 4, |inner| {
            // No key of a manifest has several lines.
            let keys = texts().prop_filter("one line", |key| !key.contains('\n'));
            let map = prop::collection::btree_map(keys, inner.clone(), 0..4).prop_map(|entries| {
                Value::from(entries.into_iter().fold(Map::new(), |map, (key, value)| map.with(key, value)))
            });
            prop_oneof![map, prop::collection::vec(inner, 0..4).prop_map(Value::from)]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn documents_are_written_as_the_library_writes_them(value in values()) {
            prop_assert_eq!(to_yaml(&value), data_to_yaml(&value));
        }
    }
}
