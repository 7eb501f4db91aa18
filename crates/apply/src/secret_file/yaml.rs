//! YAML files with one map from name to value.

use optakit_core::source::Source;
use optakit_core::span::{FileId, Span};
use optakit_core::syntax::{self, Node, NodeKind, ScalarValue};

use super::content::{Content, Lines, Unusable};
use super::refusal::Reason;

/// Reads a map of texts, numbers and booleans. Numbers and booleans are stored as written.
pub(super) fn parse(text: &str) -> Content {
    let source = Source::new(FileId::Values, "", text);
    let (document, diagnostics) = syntax::parse(&source);
    let lines = Lines::of(text);
    let line = |span: Span| lines.at(span.start as usize);
    let mut content = Content::default();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
        // The message of the diagnostic can contain a value.
        content.refuse(line(diagnostic.span), Reason::Syntax("YAML"));
    }
    let Some(root) = document.root.as_ref().filter(|root| !root.is_null()) else { return content };
    let Some(mapping) = root.as_mapping() else {
        if content.refusals.is_empty() {
            content.refuse(line(root.span), Reason::NotMap);
        }
        return content;
    };
    for entry in mapping.entries.iter().filter(|entry| !entry.value.is_broken()) {
        let line = line(entry.key.span);
        content.add(&entry.key.value, scalar(&entry.value), line);
    }
    content
}

/// Returns a text, number or boolean as written.
fn scalar(value: &Node) -> Result<String, Unusable> {
    match &value.kind {
        NodeKind::Scalar(scalar) if scalar.value != ScalarValue::Null => {
            Ok(scalar.text.as_str().to_owned())
        }
        NodeKind::Scalar(_) | NodeKind::Broken => Err(Unusable::NotText("null")),
        NodeKind::Mapping(_) => Err(Unusable::NotText("a map")),
        NodeKind::Sequence(_) => Err(Unusable::NotText("a list")),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn texts_numbers_and_booleans_are_stored_as_written() {
        let text = "A: $HOME {x}\nB: 0123\nC: 1.50\nD: \"x\\ny\"\nE: yes\nF: |\n  one\n  two\n";
        let content = parse(text);
        let found: Vec<_> = content
            .entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.value.expose_secret(), entry.line))
            .collect();
        assert_eq!(
            found,
            [
                ("A", "$HOME {x}", 1),
                ("B", "0123", 2),
                ("C", "1.50", 3),
                ("D", "x\ny", 4),
                ("E", "yes", 5),
                ("F", "one\ntwo\n", 6)
            ]
        );
    }

    #[test]
    fn other_values_are_refused_with_their_line() {
        let check = |text: &str, line: usize, reason: &str| {
            let content = parse(text);
            let refusal = content.refusals.first().expect("a refusal");
            assert_eq!((refusal.line, refusal.reason.to_string().as_str()), (line, reason));
        };
        check("A: 1\nB: {c: d}\n", 2, "`B` is a map, expected text");
        check("A: [hunter2]\n", 1, "`A` is a list, expected text");
        check("A:\n", 1, "`A` is null, expected text");
        check("- hunter2\n", 1, "the file is not a map, expected a map from name to value");
        check("A: 1\nA: 2\n", 2, "the file is not valid YAML");
        check("A: 1\nB: \"hunter2\n", 2, "the file is not valid YAML");
    }
}
