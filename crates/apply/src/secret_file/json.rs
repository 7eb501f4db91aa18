//! JSON files with one map from name to value.

use std::fmt;

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::content::{Content, Lines, Unusable};
use super::refusal::Reason;

/// Reads a map of texts, numbers and booleans. Numbers and booleans are stored as written.
pub(super) fn parse(text: &str) -> Content {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = deserializer.deserialize_map(Pairs).and_then(|pairs| {
        deserializer.end()?;
        Ok(pairs)
    });
    let mut content = Content::default();
    match read {
        // The message of the error can contain a value.
        Err(error) if error.is_data() => content.refuse(1, Reason::NotMap),
        Err(error) => content.refuse(error.line().max(1), Reason::Syntax("JSON")),
        Ok(pairs) => {
            let lines = Lines::of(text);
            for (name, value) in pairs {
                // The values are parts of the text, so that their address is their position.
                let line = lines.at(value.get().as_ptr().addr() - text.as_ptr().addr());
                content.add(&name, scalar(value.get()), line);
            }
        }
    }
    content
}

/// Returns a text, or a number or boolean as written.
fn scalar(raw: &str) -> Result<String, Unusable> {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_err(|_| Unusable::Syntax("JSON")),
        Some(b'{') => Err(Unusable::NotText("a map")),
        Some(b'[') => Err(Unusable::NotText("a list")),
        Some(b'n') => Err(Unusable::NotText("null")),
        _ => Ok(raw.to_owned()),
    }
}

/// Reads all pairs of a map, also those with the same name.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn texts_numbers_and_booleans_are_stored_as_written() {
        let text = "{\"A\": \"x\\n\\ud83d\\udd11$HOME\", \"B\": 5432,\n \"C\": 1.50, \"D\": true}";
        let content = parse(text);
        let found: Vec<_> = content
            .entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.value.expose_secret(), entry.line))
            .collect();
        assert_eq!(
            found,
            [("A", "x\n🔑$HOME", 1), ("B", "5432", 1), ("C", "1.50", 2), ("D", "true", 2)]
        );
    }

    #[test]
    fn other_values_are_refused_with_their_line() {
        let check = |text: &str, line: usize, reason: &str| {
            let content = parse(text);
            let refusal = content.refusals.first().expect("a refusal");
            assert_eq!((refusal.line, refusal.reason.to_string().as_str()), (line, reason));
        };
        check("{\"A\": 1,\n\"B\": {}}", 2, "`B` is a map, expected text");
        check("{\"A\": [1]}", 1, "`A` is a list, expected text");
        check("{\"A\": null}", 1, "`A` is null, expected text");
        check("[1]", 1, "the file is not a map, expected a map from name to value");
        check("\"hunter2\"", 1, "the file is not a map, expected a map from name to value");
        check("{\"A\": 1,\n\"B\" 2}", 2, "the file is not valid JSON");
        check("{\"A\": 1}\nx", 2, "the file is not valid JSON");
        check("", 1, "the file is not valid JSON");
    }
}
