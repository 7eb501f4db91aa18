//! Reads plain YAML straight from the parser's events: one document without faults, anchors, aliases, tags, merge keys
//! and directives, which nearly every file is. The library's own document checks the meaning of all the rest, at three
//! times the cost.

use std::sync::Arc;

use oneyaml_syntax::event::{EventKind, ScalarStyle, Sourced};

use super::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
use super::parse::{Seen, settings};
use super::word::is_word;
use crate::model::text::Text;
use crate::source::Source;
use crate::span::{Span, Spanned};

/// Reads a source.
///
/// Returns its root, or none when the text is not plain: it may be faulty, or only say more than plain YAML does.
pub(super) fn read(source: &Source) -> Option<Node> {
    let mut reader = Reader { source, open: Vec::new(), entries: Vec::new(), items: Vec::new(), root: None };
    for event in oneyaml_syntax::events_with(&source.text, &settings()) {
        reader.take(&event)?;
    }
    reader.root
}

/// A collection that is being read.
struct Open {
    start: usize,
    content: Content,
}

enum Content {
    Mapping { first: usize, seen: Seen, key: Option<Spanned<Arc<str>>> },
    Sequence { first: usize },
}

struct Reader<'a> {
    source: &'a Source,
    open: Vec<Open>,
    /// The entries of all open mappings, each mapping's behind those of the one around it.
    entries: Vec<Entry>,
    /// The items of all open sequences.
    items: Vec<Node>,
    root: Option<Node>,
}

impl Reader<'_> {
    fn take(&mut self, event: &Sourced<'_>) -> Option<()> {
        let span = event.span();
        if event.node_info().is_some() && event.properties().is_some_and(|own| own.anchor.is_some() || own.tag.is_some()) {
            return None;
        }
        let (start, kind) = match event.kind() {
            EventKind::Trivia(_)
            | EventKind::Warning(_)
            | EventKind::StreamStart
            | EventKind::StreamEnd
            | EventKind::DocumentEnd { .. } => return Some(()),
            EventKind::DocumentStart { .. } if self.root.is_none() => return Some(()),
            EventKind::MappingStart { .. } => {
                let content = Content::Mapping { first: self.entries.len(), seen: Seen::default(), key: None };
                self.open.push(Open { start: span.start, content });
                return Some(());
            }
            EventKind::SequenceStart { .. } => {
                self.open.push(Open { start: span.start, content: Content::Sequence { first: self.items.len() } });
                return Some(());
            }
            EventKind::MappingEnd => {
                let Some(Open { start, content: Content::Mapping { first, key: None, .. } }) = self.open.pop() else {
                    return None;
                };
                (start, NodeKind::Mapping(Mapping { entries: self.entries.drain(first..).collect(), broken: false }))
            }
            EventKind::SequenceEnd => {
                let Some(Open { start, content: Content::Sequence { first } }) = self.open.pop() else { return None };
                (start, NodeKind::Sequence(self.items.drain(first..).collect()))
            }
            EventKind::Scalar { style, .. } => {
                let text = event.value()?;
                let start = event.block_header().map_or(span.start, |header| header.span.start);
                if let Some(Content::Mapping { first, seen, key: key @ None }) =
                    self.open.last_mut().map(|open| &mut open.content)
                {
                    let entries = self.entries.get(*first..).unwrap_or_default();
                    let name: Arc<str> = Arc::from(&*text);
                    let at = Span::new(self.source.file, start, span.end);
                    // Both have rules of their own.
                    if &*name == "<<" || seen.get(&name, entries).is_some() {
                        return None;
                    }
                    seen.insert(&name, at, entries.len());
                    *key = Some(Spanned::new(name, at));
                    return Some(());
                }
                let value = if *style == ScalarStyle::Plain { by_core_schema(&text)? } else { ScalarValue::Str };
                (start, NodeKind::Scalar(Scalar { text: Text::literal(&text), value }))
            }
            _ => return None,
        };
        self.put(Node { span: Span::new(self.source.file, start, span.end), kind })
    }

    /// Puts a node where the innermost open collection waits for one.
    fn put(&mut self, mut node: Node) -> Option<()> {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::Sequence { .. }) => self.items.push(node),
            Some(Content::Mapping { key, .. }) => {
                let key = key.take()?;
                if node.is_null() && node.span.start == node.span.end {
                    // A missing value stands right behind its key.
                    node.span = Span { start: key.span.end, end: key.span.end, ..key.span };
                }
                self.entries.push(Entry { key, name: None, value: node });
            }
        }
        Some(())
    }
}

/// The value of a plain scalar by the core schema (YAML 1.2.2 §10.3.2); numbers that are not short and decimal are the
/// library's to read.
fn by_core_schema(text: &str) -> Option<ScalarValue> {
    if is_word(text) {
        return Some(ScalarValue::Str);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(ScalarValue::Null),
        "true" | "True" | "TRUE" => return Some(ScalarValue::Bool(true)),
        "false" | "False" | "FALSE" => return Some(ScalarValue::Bool(false)),
        _ => {}
    }
    let bytes = text.as_bytes();
    if bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit) {
        return text.parse().ok().map(ScalarValue::Int);
    }
    let numeric = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
    let begins = bytes.first().is_some_and(|first| first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.'));
    if !begins || !bytes.iter().all(numeric) {
        return Some(ScalarValue::Str);
    }
    // Without a digit it may be an infinity or the mark of a document.
    if !bytes.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let document = oneyaml::Document::parse(text).ok()?;
    ScalarValue::of(&document.root()?.as_scalar()?.resolved().ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::span::FileId;
    use crate::syntax::parse::parse_any;

    fn source(text: &str) -> Source {
        Source::new(FileId::Service, "opta.yml", text)
    }

    /// Reads a text both ways; true when it is plain.
    fn same(text: &str) -> bool {
        let source = source(text);
        let Some(plain) = read(&source) else { return false };
        let (document, faults) = parse_any(&source);
        assert_eq!(faults.len(), 0, "a text with faults is not plain:\n{text}");
        assert_eq!(format!("{:#?}", Some(plain)), format!("{:#?}", document.root), "read differently:\n{text}");
        true
    }

    #[test]
    fn plain_yaml_reads_as_the_document_does() {
        for text in [
            "a: 1\nb: [x, {y: z}, [1.5, -2, 0x1F, 012, 1e3, 1_000]]\n",
            "a:\nb:\n  c:\n  d: ~\n",
            "- a: b\n  c: >-\n    folded\n    text\n- |\n  literal\n",
            "{a, b: , c: \"\\u00e9\", ? d : e}\n",
            "[a: b, c]\n",
            "? long key\n: value\n",
            "---\na: 'it''s' # comment\n...\n",
            "\u{feff}a: 1.2.3\nb: 2026-11-24\nc: 12:30\nd: +5\ne: -\u{20ac}\n",
            "version: 0o17\nlong: 123456789012345678901234567890\n",
            "a: one\n  two\n\n  three\n",
            "a: \"one\n  two\"\r\nb: yes\r\n",
            "text\n",
        ] {
            assert!(same(text), "not read as plain:\n{text}");
        }
    }

    #[test]
    fn what_says_more_is_left_to_the_library() {
        for text in [
            "a: &x 1\nb: *x\n",
            "a: !!str 1\n",
            "a: 1\na: 2\n",
            "<<: {a: 1}\n",
            "%YAML 1.1\n---\na: yes\n",
            "a: 1\n---\nb: 2\n",
            "a: .inf\n",
            "a: [1\n",
            "? [a]\n: b\n",
            "",
        ] {
            assert!(!same(text), "read as plain:\n{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whatever_is_plain_reads_the_same(text in "([ab1~]|[-:?,#] |[\\[\\]{}\"'|>.+0x]|\n {0,3}|: |é|null|true|1\\.5|-1){0,24}") {
            same(&text);
        }
    }
}
