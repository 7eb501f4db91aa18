//! Writes manifests as YAML: without unnecessary quotes, and with block scalars for texts of
//! several lines.
//!
//! This writer is our own, because the writer of the YAML library makes the page 15 KB larger and
//! rendering half as fast. Tests compare it with the library.

use std::fmt::Write;

use serde::Serialize;

use super::parse::parse;
use super::plain_data::as_data;
use super::scalar_style::{ScalarStyle, is_plain, needs_escape};
use crate::source::Source;
use crate::span::FileId;
use crate::value::{Key, Value, ValueKind};

/// Writes documents as YAML. Quotes each text that a YAML parser could read as another type.
#[derive(Debug, Default)]
pub struct YamlWriter {
    out: String,
}

impl YamlWriter {
    /// Returns a document as YAML, with a line break at the end.
    ///
    /// # Panics
    ///
    /// Panics in debug builds if a constant key needs quotes.
    pub fn write(&mut self, value: &Value) -> &str {
        self.out.clear();
        match &value.kind {
            ValueKind::Map(entries) if !entries.is_empty() => self.map(entries, 0, false),
            ValueKind::List(items) if !items.is_empty() => self.list(items, 0, false),
            _ => self.scalar(value, 0),
        }
        &self.out
    }

    fn indent(&mut self, depth: usize) {
        const SPACES: &str = "                                                                ";
        let mut left = depth;
        while left > 0 {
            let some = left.min(SPACES.len());
            self.out.push_str(&SPACES[..some]);
            left -= some;
        }
    }

    /// Writes the entries of a map, each on its own line. With `begun`, the first entry continues
    /// the current line.
    fn map(&mut self, entries: &[(Key, Value)], depth: usize, mut begun: bool) {
        for (key, value) in entries {
            if !std::mem::take(&mut begun) {
                self.indent(depth);
            }
            self.key(key);
            self.out.push(':');
            match &value.kind {
                ValueKind::Map(entries) if !entries.is_empty() => {
                    self.out.push('\n');
                    self.map(entries, depth + 2, false);
                }
                ValueKind::List(items) if !items.is_empty() => {
                    self.out.push('\n');
                    self.list(items, depth + 2, false);
                }
                _ => {
                    self.out.push(' ');
                    self.scalar(value, depth);
                }
            }
        }
    }

    /// Writes the items of a list, like [`map`](Self::map).
    fn list(&mut self, items: &[Value], depth: usize, mut begun: bool) {
        for item in items {
            if !std::mem::take(&mut begun) {
                self.indent(depth);
            }
            self.out.push_str("- ");
            match &item.kind {
                ValueKind::Map(entries) if !entries.is_empty() => {
                    self.map(entries, depth + 2, true)
                }
                ValueKind::List(items) if !items.is_empty() => self.list(items, depth + 2, true),
                _ => self.scalar(item, depth),
            }
        }
    }

    /// Writes a scalar and a line break. The lines of a block scalar are indented more than
    /// `depth`.
    fn scalar(&mut self, value: &Value, depth: usize) {
        match &value.kind {
            ValueKind::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            ValueKind::Int(value) => {
                let _ = write!(self.out, "{value}");
            }
            ValueKind::Text(value) => self.text(value.as_str(), depth),
            ValueKind::Map(_) => self.out.push_str("{}"),
            ValueKind::List(_) => self.out.push_str("[]"),
        }
        self.out.push('\n');
    }

    fn key(&mut self, key: &Key) {
        // Constant keys are words.
        debug_assert!(
            is_plain(key) || matches!(key, Key::Owned(_)),
            "the key `{key}` must be owned, so that it is quoted"
        );
        if matches!(key, Key::Borrowed(_)) {
            self.out.push_str(key);
        } else {
            self.line(key, ScalarStyle::of_line(key));
        }
    }

    fn text(&mut self, text: &str, depth: usize) {
        match ScalarStyle::of(text) {
            ScalarStyle::Literal => self.literal(text, depth + 2),
            style => self.line(text, style),
        }
    }

    /// Writes a text on one line.
    fn line(&mut self, text: &str, style: ScalarStyle) {
        match style {
            ScalarStyle::Plain => self.out.push_str(text),
            ScalarStyle::Single => {
                self.out.push('\'');
                for (index, part) in text.split('\'').enumerate() {
                    self.out.push_str(if index > 0 { "''" } else { "" });
                    self.out.push_str(part);
                }
                self.out.push('\'');
            }
            ScalarStyle::Double | ScalarStyle::Literal => self.escaped(text),
        }
    }

    /// Writes a text in double quotes (YAML 1.2.2 §5.7).
    fn escaped(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                '\r' => self.out.push_str("\\r"),
                c if needs_escape(c) => {
                    let _ = write!(self.out, "\\u{:04X}", u32::from(c));
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    /// Writes a text as a literal block (YAML 1.2.2 §8.1.2). `-` drops the line break at the end,
    /// `+` keeps several.
    fn literal(&mut self, text: &str, depth: usize) {
        self.out.push('|');
        let body = text.strip_suffix('\n').unwrap_or_else(|| {
            self.out.push('-');
            text
        });
        if body.ends_with('\n') {
            self.out.push('+');
        }
        for line in body.split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.indent(depth);
                self.out.push_str(line);
            }
        }
    }
}

/// Returns a document as YAML.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut writer = YamlWriter::default();
    writer.write(value);
    writer.out
}

/// Parses a document that [`YamlWriter`] wrote.
///
/// # Panics
///
/// Panics if the text is not valid YAML.
#[must_use]
pub fn from_yaml(text: &str) -> serde_json::Value {
    document(text).expect("a manifest is valid YAML")
}

/// Parses YAML documents, or JSON.
///
/// # Errors
///
/// Fails with the message of the first error.
pub fn documents(text: &str) -> Result<Vec<serde_json::Value>, String> {
    // A marker at the start of a line ends a document, even inside a text (YAML 1.2.2, rule 206,
    // `c-forbidden`).
    let is_marker = |line: &str| line.trim_end() == "---" || line.starts_with("--- ");
    let mut documents = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if is_marker(line) {
            documents.push(&text[start..end]);
            start = end + line.len().min(3);
        }
        end += line.len();
    }
    documents.push(&text[start..]);
    documents.into_iter().map(document).collect()
}

fn document(text: &str) -> Result<serde_json::Value, String> {
    let source = Source::new(FileId::Values, "", text);
    let (document, diagnostics) = parse(&source);
    match diagnostics.iter().find(|found| found.is_error()) {
        Some(error) => Err(error.message.clone()),
        None => Ok(document.root.as_ref().map_or(serde_json::Value::Null, as_data)),
    }
}

/// Returns any data as YAML, with a line break at the end.
pub fn data_to_yaml<T: Serialize>(value: &T) -> String {
    oneyaml::to_string(value).expect("a manifest is a tree of maps with text keys")
}

/// Returns any data as indented JSON, without a line break at the end.
pub fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("a manifest is a tree of maps with text keys")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{data_to_yaml, documents, to_yaml};
    use crate::value::{Map, Value};

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z/][a-zA-Z0-9/._-]{0,12}",
            "[a-zA-Z0-9/][a-zA-Z0-9/._:@-]{0,12}",
            "[0-9]{1,3}[ /,.:-]{1,2}[0-9/]{1,3}",
            "[0-9]{1,4}[a-zA-Z0-9/%._: -]{1,10}",
            "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[a-zA-Z0-9: .+-]{0,10}",
            "[0-9]{1,4}([.][0-9])?(m|Mi|%|e3|x|_1|:30)?",
            "(y|n|yes|no|on|off|true|false|null|none|nil|inf|nan|[.]inf|~|<<|=)",
            "(Y|N|Yes|NO|On|OFF|True|FALSE|Null|None|NIL|Infinity|NaN)",
            "[ -~]{0,20}",
            "[ a-z]{0,3}(\n[ a-z]{0,6}){1,4}",
            "[!-~]{1,8}(( |\n)[!-~]{1,8}){1,6}\n",
            "-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,64}\n){1,4}-----END CERTIFICATE-----\n",
            "\\PC{0,10}",
        ]
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            texts().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            // Keys of manifests have one line.
            let keys = texts().prop_filter("one line", |key| !key.contains('\n'));
            let map = prop::collection::btree_map(keys, inner.clone(), 0..4).prop_map(|entries| {
                Value::from(
                    entries.into_iter().fold(Map::new(), |map, (key, value)| map.with(key, value)),
                )
            });
            prop_oneof![map, prop::collection::vec(inner, 0..4).prop_map(Value::from)]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn written_documents_can_be_parsed(values in prop::collection::vec(values(), 1..3)) {
            let to_json = |value| serde_json::to_value(value).unwrap();
            let expected: Vec<serde_json::Value> = values.iter().map(to_json).collect();
            let texts: Vec<String> = values.iter().map(to_yaml).collect();
            prop_assert_eq!(documents(&texts.join("---\n")).unwrap(), expected);
        }

        /// The library leaves out quotes only if no parser of YAML 1.1 or 1.2 needs them.
        #[test]
        fn texts_without_quotes_need_none(text in texts()) {
            let written = to_yaml(&Value::from(text.clone()));
            if written.strip_suffix('\n') == Some(text.as_str()) {
                prop_assert_eq!(&written, &data_to_yaml(&text));
            }
        }

        #[test]
        fn the_library_reads_the_same_value(value in values()) {
            let expected = serde_json::to_value(&value).unwrap();
            let read: serde_json::Value = oneyaml::from_str(&to_yaml(&value)).unwrap();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn common_texts_have_no_quotes() {
        for text in
            ["nginx:1.25", "a b", "100m", "128Mi", "http://db:80/a?b=c#d", "/x", "$(DB_URL)"]
        {
            assert_eq!(to_yaml(&Value::from(text)), format!("{text}\n"));
        }
    }
}
