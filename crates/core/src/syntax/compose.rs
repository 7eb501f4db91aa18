//! Makes the tree of the YAML parser's events: anchors and merge keys are followed, keys are looked
//! at, plain scalars get their value by the core schema.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use oneyaml::{Limits, Settings};
use oneyaml_syntax::event::{EventKind, ScalarStyle, Sourced};

use super::core_schema;
use super::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
use super::parse::{DUPLICATE_KEY, STAR_NEEDS_QUOTES, SYNTAX, line_start, syntax_diagnostic};
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::span::{Span, Spanned};
use crate::text::Text;

pub(super) const MAX_DEPTH: usize = 64;
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// How many nodes all aliases of a text may stand for: a page of them can mean billions.
const MAX_ALIASED: u64 = 200_000;

/// A text that has no fault of syntax.
pub(super) struct Composed {
    /// The root value; none for an empty text.
    pub(super) root: Option<Node>,
    /// What is wrong with it all the same.
    pub(super) faults: Vec<Diagnostic>,
    /// Whether any node has an anchor.
    pub(super) has_anchors: bool,
}

/// Reads a text.
///
/// `text` is the source's, in which the bytes of `blanks` are spaces: the places that cannot be
/// read.
///
/// # Errors
///
/// The first fault of syntax.
pub(super) fn compose(
    source: &Source,
    text: &str,
    blanks: &[Range<usize>],
) -> Result<Composed, Box<oneyaml::Diagnostic>> {
    let mut composer = Composer {
        source,
        blanks,
        faults: Vec::new(),
        open: Vec::new(),
        entries: Vec::new(),
        items: Vec::new(),
        anchors: BTreeMap::new(),
        aliased: 0,
        root: None,
        documents: 0,
    };
    for event in oneyaml_syntax::events_with(text, &settings()) {
        if let EventKind::Error(fault) = event.kind() {
            if fault.code.range() == oneyaml::CodeRange::Syntax {
                return Err(fault.clone());
            }
            composer.faults.push(syntax_diagnostic(source, fault));
            composer.root =
                Some(Node { span: Span::new(source.file, 0, text.len()), kind: NodeKind::Broken });
            break;
        }
        if composer.take(&event).is_none() {
            break;
        }
    }
    Ok(Composed {
        root: composer.root,
        faults: composer.faults,
        has_anchors: !composer.anchors.is_empty(),
    })
}

/// How every text is read: whatever its bytes, in bounds.
fn settings() -> Settings {
    Settings::new().limits(
        Limits::untrusted()
            .max_depth(MAX_DEPTH)
            .max_document_size(MAX_BYTES)
            .max_scalar_len(MAX_BYTES),
    )
}

/// How deep a node is and how many it holds, with itself and what its aliases stand for.
#[derive(Clone, Copy, Default)]
struct Weight {
    depth: usize,
    nodes: u64,
}

impl Weight {
    const LEAF: Self = Self { depth: 1, nodes: 1 };

    fn add(&mut self, inner: Self) {
        self.depth = self.depth.max(inner.depth + 1);
        self.nodes = self.nodes.saturating_add(inner.nodes);
    }
}

/// A collection that is being read.
struct Open<'a> {
    start: usize,
    anchor: Option<&'a str>,
    weight: Weight,
    content: Content,
}

enum Content {
    Mapping { first: usize, seen: Seen, merged: Vec<Node>, key: Option<Key> },
    Sequence { first: usize },
}

/// What is known of a node beside itself.
struct Put<'a> {
    anchor: Option<&'a str>,
    /// Where its anchor and tag begin.
    properties: Option<u32>,
    weight: Weight,
    /// Whether it is a plain scalar without a tag.
    is_plain: bool,
}

/// The name of a node's anchor, and where its anchor and tag begin.
fn properties<'a>(event: &Sourced<'a>) -> (Option<&'a str>, Option<u32>) {
    let (anchor, tag) = (event.anchor(), event.tag());
    let starts = [anchor.as_ref().map(|anchor| anchor.span.start), tag.map(|tag| tag.span.start)];
    let start = starts.into_iter().flatten().min().and_then(|start| u32::try_from(start).ok());
    (anchor.map(|anchor| anchor.name), start)
}

/// A key that waits for its value.
enum Key {
    Name(Spanned<Arc<str>>),
    /// `<<`, which merges a map or a list of maps.
    Merge(Spanned<Arc<str>>),
    /// It is none; a fault tells of it.
    Refused,
}

struct Composer<'a> {
    source: &'a Source,
    blanks: &'a [Range<usize>],
    faults: Vec<Diagnostic>,
    open: Vec<Open<'a>>,
    /// The entries of all open mappings, each mapping's behind those of the one around it.
    entries: Vec<Entry>,
    /// The items of all open sequences.
    items: Vec<Node>,
    anchors: BTreeMap<&'a str, (Node, Weight)>,
    /// How many nodes the aliases stood for until now.
    aliased: u64,
    root: Option<Node>,
    documents: usize,
}

impl<'a> Composer<'a> {
    /// Takes an event in; none when no more is to be read.
    fn take(&mut self, event: &Sourced<'a>) -> Option<()> {
        let at = event.span();
        let own = event.node_info().is_some_and(|info| !info.has_no_properties());
        let (anchor, properties) = if own { properties(event) } else { (None, None) };
        match event.kind() {
            EventKind::DocumentStart { .. } => {
                self.documents += 1;
                if self.documents > 1 {
                    let fault = self.fault(
                        self.span(at.start, at.end),
                        "the file holds more than one YAML document",
                    );
                    self.faults.push(fault.help(
                        "keep what belongs together in one document, without `---` in between",
                    ));
                    return None;
                }
            }
            EventKind::MappingStart { .. } | EventKind::SequenceStart { .. } => {
                let is_mapping = matches!(event.kind(), EventKind::MappingStart { .. });
                if own && let Some(tag) = event.tag() {
                    self.check_collection_tag(
                        &tag.resolved,
                        is_mapping,
                        self.span(tag.span.start, tag.span.end),
                    );
                }
                let content = if is_mapping {
                    Content::Mapping {
                        first: self.entries.len(),
                        seen: Seen::default(),
                        merged: Vec::new(),
                        key: None,
                    }
                } else {
                    Content::Sequence { first: self.items.len() }
                };
                self.open.push(Open { start: at.start, anchor, weight: Weight::LEAF, content });
            }
            EventKind::MappingEnd | EventKind::SequenceEnd => {
                let Open { start, anchor, weight, content } = self.open.pop()?;
                let span = self.span(start, at.end);
                let kind = match content {
                    Content::Sequence { first } => {
                        NodeKind::Sequence(self.items.drain(first..).collect())
                    }
                    Content::Mapping { first, seen, merged, .. } => {
                        NodeKind::Mapping(self.mapping(span, first, seen, &merged))
                    }
                };
                self.put(
                    Node { span, kind },
                    Put { anchor, properties: None, weight, is_plain: false },
                );
            }
            EventKind::Scalar { style, .. } => {
                let start = event.block_header().map_or(at.start, |header| header.span.start);
                let span = self.span(start, at.end);
                let text = event.value()?;
                let is_plain = *style == ScalarStyle::Plain;
                let tag = if own { event.tag() } else { None };
                let is_tagged = tag.is_some();
                let value = match tag {
                    Some(tag) => {
                        self.tagged(&tag.resolved, &text, self.span(tag.span.start, tag.span.end))
                    }
                    None if is_plain => core_schema::value(&text),
                    None => ScalarValue::Str,
                };
                let kind = if value == ScalarValue::Null && self.touches_blank(span) {
                    NodeKind::Broken
                } else {
                    NodeKind::Scalar(Scalar { text: Text::literal(&text), value })
                };
                let put = Put {
                    anchor,
                    properties,
                    weight: Weight::LEAF,
                    is_plain: is_plain && !is_tagged,
                };
                self.put(Node { span, kind }, put);
            }
            EventKind::Alias => {
                let span = self.span(at.start, at.end);
                let (kind, weight) = self.alias(event.alias_name().unwrap_or_default(), span);
                self.put(
                    Node { span, kind },
                    Put { anchor: None, properties: None, weight, is_plain: false },
                );
            }
            _ => {}
        }
        Some(())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source.file, start, end)
    }

    fn fault(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&SYNTAX, span, String::new(), message)
    }

    /// What an alias stands for.
    fn alias(&mut self, name: &str, span: Span) -> (NodeKind, Weight) {
        let broken = (NodeKind::Broken, Weight::LEAF);
        if self.open.iter().any(|open| open.anchor == Some(name)) {
            self.faults.push(self.fault(span, "an anchor stands inside the value it names"));
            return broken;
        }
        let Some((node, weight)) = self.anchors.get(name).cloned() else {
            let message = format!("alias `*{name}` refers to no anchor before it in this file");
            self.faults.push(self.fault(span, message).help(STAR_NEEDS_QUOTES));
            return broken;
        };
        let before = self.aliased;
        self.aliased = before.saturating_add(weight.nodes);
        if self.open.len() + weight.depth > MAX_DEPTH {
            self.faults.push(self.fault(
                span,
                format!("with its aliases the value is more than {MAX_DEPTH} levels deep"),
            ));
            return broken;
        }
        if self.aliased > MAX_ALIASED {
            if before <= MAX_ALIASED {
                self.faults.push(self.fault(
                    span,
                    format!("the aliases up to here stand for more than {MAX_ALIASED} values"),
                ));
            }
            return broken;
        }
        (node.kind, weight)
    }

    fn mapping(&mut self, span: Span, first: usize, mut seen: Seen, merged: &[Node]) -> Mapping {
        let mut entries: Vec<Entry> = self.entries.drain(first..).collect();
        // A blanked line may have held a key of this map; a blanked value is told of at its own
        // key.
        let is_whole_line =
            |blank: &Range<usize>| line_start(&self.source.text, blank.start) == blank.start;
        let inside = |blank: &Range<usize>| {
            span.start as usize <= blank.start && blank.start <= span.end as usize + 1
        };
        let mut broken = self.blanks.iter().any(|blank| inside(blank) && is_whole_line(blank));
        for source in merged {
            broken |= merge(source, &mut entries, &mut seen);
        }
        Mapping { entries: entries.into(), broken }
    }

    /// Puts a node where the innermost open collection waits for one.
    fn put(&mut self, mut node: Node, Put { anchor, properties, weight, is_plain }: Put<'a>) {
        if let Some(name) = anchor {
            self.anchors.insert(name, (node.clone(), weight));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.weight.add(weight);
        let Content::Mapping { first, seen, merged, key } = &mut open.content else {
            self.items.push(node);
            return;
        };
        let Some(key) = key.take() else {
            *key = Some(match &node.kind {
                NodeKind::Scalar(scalar) => {
                    // A key begins with its anchor and tag: where it stands on its line, its map is
                    // laid out by.
                    let start =
                        properties.map_or(node.span.start, |start| start.min(node.span.start));
                    let name =
                        Spanned::new(Arc::from(scalar.text.as_str()), Span { start, ..node.span });
                    if is_plain && &*name.value == "<<" {
                        Key::Merge(name)
                    } else {
                        Key::Name(name)
                    }
                }
                // A fault tells of it already, or a blank is where it stood.
                NodeKind::Broken => Key::Refused,
                _ => {
                    let mut fault = self::refused_key(node.span);
                    if self.source.slice(node.span).starts_with('{') {
                        fault = fault
                            .help("a text that starts with `{` needs quotes: `\"{vars.name}\"`");
                    }
                    self.faults.push(fault);
                    Key::Refused
                }
            });
            return;
        };
        let name = match key {
            Key::Refused => return,
            Key::Merge(_) if matches!(node.kind, NodeKind::Mapping(_) | NodeKind::Sequence(_)) => {
                return merged.push(node);
            }
            Key::Merge(name) | Key::Name(name) => name,
        };
        if node.is_null() && node.span.start == node.span.end {
            // A missing value stands right behind its key.
            node.span = Span { start: name.span.end, end: name.span.end, ..name.span };
        }
        let entries = self.entries.get(*first..).unwrap_or_default();
        if let Some(earlier) = seen.get(&name.value, entries) {
            let message = format!("key `{}` is written twice", name.value);
            let fault = Diagnostic::new(&DUPLICATE_KEY, name.span, String::new(), message);
            self.faults
                .push(fault.help("keep one of the two").label(earlier, "first written here"));
            return;
        }
        seen.insert(&name.value, name.span, entries.len());
        self.entries.push(Entry { key: name, name: None, value: node });
    }

    /// Whether what stands at a place was blanked out: on the same line right behind it, or on the
    /// next lines.
    fn touches_blank(&self, span: Span) -> bool {
        let (start, end) = (span.start as usize, span.end as usize);
        self.blanks.iter().any(|blank| {
            (blank.start <= end && start <= blank.end)
                || self
                    .source
                    .text
                    .get(end..blank.start)
                    .is_some_and(|between| between.trim().is_empty())
        })
    }

    /// The value of a scalar with a tag: of those of the core schema it has to be one, any other
    /// leaves it text.
    fn tagged(&mut self, tag: &str, text: &str, span: Span) -> ScalarValue {
        let Some(name) = tag.strip_prefix(CORE) else { return ScalarValue::Str };
        let value = core_schema::value(text);
        match (name, value) {
            ("null", ScalarValue::Null)
            | ("bool", ScalarValue::Bool(_))
            | ("int", ScalarValue::Int(_)) => value,
            #[expect(clippy::cast_precision_loss, reason = "the tag asks for it")]
            ("float", ScalarValue::Int(value)) => ScalarValue::Float(value as f64),
            ("float", ScalarValue::Float(_)) => value,
            ("null" | "bool" | "int" | "float" | "seq" | "map", _) => {
                self.faults
                    .push(self.fault(span, format!("`{text}` is no value of the tag `!!{name}`")));
                ScalarValue::Str
            }
            _ => ScalarValue::Str,
        }
    }

    fn check_collection_tag(&mut self, tag: &str, is_mapping: bool, span: Span) {
        let Some(name) = tag.strip_prefix(CORE) else { return };
        let wrong = match name {
            "str" | "null" | "bool" | "int" | "float" => true,
            "map" => !is_mapping,
            "seq" => is_mapping,
            _ => false,
        };
        if wrong {
            let what = if is_mapping { "map" } else { "list" };
            self.faults
                .push(self.fault(span, format!("a {what} is no value of the tag `!!{name}`")));
        }
    }
}

/// What the tags of the core schema begin with.
const CORE: &str = "tag:yaml.org,2002:";

fn refused_key(span: Span) -> Diagnostic {
    Diagnostic::new(&SYNTAX, span, String::new(), "a key must be plain text, not a list or a map")
}

/// The keys of a mapping with their places: looked for among its entries while they are few.
#[derive(Default)]
struct Seen(BTreeMap<Arc<str>, Span>);

impl Seen {
    const FEW: usize = 24;

    fn get(&self, key: &str, entries: &[Entry]) -> Option<Span> {
        let early = || {
            entries
                .iter()
                .take(Self::FEW)
                .find(|entry| &*entry.key.value == key)
                .map(|entry| entry.key.span)
        };
        self.0.get(key).copied().or_else(early)
    }

    fn insert(&mut self, key: &Arc<str>, span: Span, index: usize) {
        if index >= Self::FEW {
            self.0.insert(key.clone(), span);
        }
    }
}

/// Adds the entries of a merge key's value that the mapping does not have itself; true when some
/// cannot be read.
fn merge(source: &Node, entries: &mut Vec<Entry>, seen: &mut Seen) -> bool {
    if let Some(items) = source.as_sequence() {
        return items.iter().fold(false, |broken, item| {
            broken | (item.as_mapping().is_some() && merge(item, entries, seen))
        });
    }
    let Some(mapping) = source.as_mapping() else { return true };
    for entry in mapping.entries.iter() {
        if seen.get(&entry.key.value, entries).is_none() {
            seen.insert(&entry.key.value, entry.key.span, entries.len());
            entries.push(entry.clone());
        }
    }
    mapping.broken
}

#[cfg(test)]
mod tests {
    use oneyaml::Value;
    use proptest::prelude::*;
    use serde_json::Value as Data;

    use super::*;
    use crate::span::FileId;
    use crate::syntax::{as_data, parse};

    fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
        let (document, faults) = parse(&Source::new(FileId::Service, "opta.yml", text));
        (document.root, faults)
    }

    /// What the library's own reader makes of a text, with text keys only; none when it refuses it.
    fn by_library(text: &str) -> Option<Data> {
        let settings = settings().merge_keys(true);
        let document = oneyaml::Document::parse_with(text, &settings).ok()?;
        document.root().map_or(Some(Data::Null), |_| data(&document.to_value().ok()?))
    }

    fn data(value: &Value) -> Option<Data> {
        Some(match value {
            Value::Null => Data::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => number
                .as_i64()
                .map_or_else(|| Data::from(number.to_string().parse::<f64>().ok()), Data::from),
            Value::String(text) => text.as_str().into(),
            Value::Sequence(items) => items.iter().map(data).collect::<Option<Vec<_>>>()?.into(),
            Value::Mapping(entries) => {
                let entries = entries.iter().map(|(key, value)| match key {
                    Value::String(key) => Some((key.as_str().to_owned(), data(value)?)),
                    _ => None,
                });
                Data::Object(entries.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    /// Whether the library reads a text; if it does, both read the same.
    fn same(text: &str) -> bool {
        let (root, faults) = read(text);
        let Some(expected) = by_library(text) else { return false };
        assert_eq!(faults.len(), 0, "faults in a good text:\n{text}\n{faults:#?}");
        assert_eq!(
            root.as_ref().map_or(Data::Null, as_data),
            expected,
            "read differently:\n{text}"
        );
        true
    }

    #[test]
    fn texts_are_read_as_the_library_reads_them() {
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
            "",
            "a: &x k\nb: *x\n*x : c\n",
            "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\nc:\n  <<: [*x, {m: 4}]\n",
            "a: !!str 1\nb: !!int \"3\"\nc: !!float 1\nd: !!null ''\ne: !!bool true\nf: ! 12\n",
            "a: !!map {b: !!seq [c]}\n",
            "a: [.inf, -.Inf, +.INF, .5, 5., 1e5, 1E-3, 0x, 0xfg, 0o8, e5, ., +]\n",
        ] {
            assert!(same(text), "the library refuses it:\n{text}");
        }
    }

    #[test]
    fn what_means_nothing_is_told() {
        for (text, message) in [
            ("a: *x\n", "alias `*x` refers to no anchor before it in this file"),
            ("a: &x [*x]\n", "an anchor stands inside the value it names"),
            ("a: 1\n---\nb: 2\n", "the file holds more than one YAML document"),
            ("a: !!int b\n", "`b` is no value of the tag `!!int`"),
            ("a: !!seq {}\n", "a map is no value of the tag `!!seq`"),
            ("a: !!str []\n", "a list is no value of the tag `!!str`"),
            ("? [a]\n: b\n", "a key must be plain text, not a list or a map"),
            ("a: 1\na: 2\n", "key `a` is written twice"),
        ] {
            let told: Vec<String> = read(text).1.into_iter().map(|fault| fault.message).collect();
            assert_eq!(told, [message], "{text}");
        }
    }

    #[test]
    fn aliases_cannot_stand_for_more_than_a_file_may_hold() {
        let mut deep = "a0: &a0 [x]\n".to_owned();
        let mut wide = "a0: &a0 x\n".to_owned();
        for index in 1..100 {
            deep += &format!("a{index}: &a{index} [*a{}]\n", index - 1);
            wide += &format!("a{index}: &a{index} [*a{0}, *a{0}]\n", index - 1);
        }
        for text in [deep, wide] {
            let (_, faults) = read(&text);
            assert!(!faults.is_empty() && faults.len() <= 3, "{faults:#?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn whatever_the_library_reads_is_read_the_same(
            text in "([ab1~]|[-:?,#] |[\\[\\]{}\"'|>.+0x]|\n {0,3}|: |é|null|true|1\\.5|-1|&a |\\*a|<<: |!!str |! ){0,24}"
        ) {
            same(&text);
        }

        #[test]
        fn numbers_are_those_of_the_library(text in "[-+]?(0x|0o|\\.)?[0-9a-fxo_.eE+-]{0,9}|[-+]?\\.(inf|Inf|INF|nan|NaN|NAN)|[0-9]{17,40}") {
            let text = format!("[{text}]");
            same(&text);
        }

        #[test]
        fn what_the_library_refuses_is_told(text in "([ab1]|[-:?,] |[\\[\\]{}\"'|>]|\n {0,3}|: |&a |\\*a){0,16}") {
            if oneyaml::Document::parse_with(&*text, &settings()).is_err() {
                prop_assert!(!read(&text).1.is_empty(), "{text}");
            }
        }
    }
}
