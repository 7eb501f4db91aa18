//! Writes manifests as YAML: without unnecessary quotes, and with block scalars for texts of
//! several lines.
//!
//! This module writes the structure. The YAML library quotes the texts, except texts that certainly
//! need no quotes: without this exception, rendering takes twice as long.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::parse::parse;
use super::plain_data::as_data;
use super::word::{block_of, is_plain, is_quoted};
use crate::source::Source;
use crate::span::FileId;
use crate::value::{Key, Value, ValueKind};

/// Writes documents as YAML. Quotes each text that a YAML parser could read as another type.
#[derive(Debug, Default)]
pub struct YamlWriter {
    out: String,
    /// Short texts with their quotes. Labels occur in every object.
    known: BTreeMap<Box<str>, Box<str>>,
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
            _ => self.out.push_str(&data_to_yaml(value)),
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
        if matches!(key, Key::Borrowed(_)) || is_plain(key) {
            self.out.push_str(key);
            return;
        }
        let written = data_to_yaml(&BTreeMap::from([(&**key, 0)]));
        self.out.push_str(written.strip_suffix(": 0\n").unwrap_or(&written));
    }

    fn text(&mut self, text: &str, depth: usize) {
        const SHORT: usize = 64;
        const MANY: usize = 256;
        if is_plain(text) {
            self.out.push_str(text);
            return;
        }
        if is_quoted(text) {
            self.out.push('\'');
            self.out.push_str(text);
            self.out.push('\'');
            return;
        }
        if let Some(lines) = block_of(text) {
            self.out.push('|');
            for line in lines.split('\n') {
                self.out.push('\n');
                self.indent(depth + 2);
                self.out.push_str(line);
            }
            return;
        }
        if let Some(known) = self.known.get(text) {
            self.out.push_str(known);
            return;
        }
        // Write the text as the value of a key, so that a block scalar is indented.
        let written = data_to_yaml(&BTreeMap::from([("k", text)]));
        let written = written.strip_prefix("k: ").unwrap_or(&written);
        let mut lines = written.strip_suffix('\n').unwrap_or(written).split('\n');
        let first = lines.next().unwrap_or_default();
        self.out.push_str(first);
        if text.len() <= SHORT && self.known.len() < MANY && !text.contains('\n') {
            self.known.insert(text.into(), first.into());
        }
        for line in lines {
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
            "[a-zA-Z/][a-zA-Z0-9/._:@-]{0,12}",
            "[0-9]{1,4}(m|Mi|%|e3|x|_1|:30)?",
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

        #[test]
        fn documents_are_the_same_as_those_of_the_library(value in values()) {
            prop_assert_eq!(to_yaml(&value), data_to_yaml(&value));
        }
    }
}
