//! Builds the tree from the events of the YAML parser. Resolves aliases and merge keys, and reads
//! plain scalars by the core schema.

mod anchors;
mod limits;
mod mapping;
mod tags;
#[cfg(test)]
mod tests;

use std::ops::Range;

use oneyaml_syntax::event::{EventKind, ScalarStyle, Sourced};

use self::anchors::Anchors;
pub(super) use self::limits::MAX_DEPTH;
use self::limits::Weight;
pub(super) use self::limits::settings;
use self::mapping::{NewNode, OpenMapping};
use super::core_schema;
use super::diagnostics::{from_library, syntax_error};
use super::lines::line_start;
use super::node::{Entry, Node, NodeKind, Scalar, ScalarValue};
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::span::Span;
use crate::text::Text;

/// The tree of a text without syntax errors.
pub(super) struct Composed {
    /// The root value; none for an empty text.
    pub(super) root: Option<Node>,
    /// The problems that are not syntax errors.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether a node has an anchor.
    pub(super) has_anchors: bool,
}

/// Builds the tree of a text.
///
/// `text` is the text of `source`, with the parts in `blanks` replaced by spaces.
///
/// # Errors
///
/// Fails with the first syntax error.
pub(super) fn compose(
    source: &Source,
    text: &str,
    blanks: &[Range<usize>],
) -> Result<Composed, Box<oneyaml::Diagnostic>> {
    let mut composer = Composer {
        source,
        blanks,
        diagnostics: Vec::new(),
        open: Vec::new(),
        entries: Vec::new(),
        items: Vec::new(),
        anchors: Anchors::default(),
        root: None,
        documents: 0,
    };
    for event in oneyaml_syntax::events_with(text, &settings()) {
        if let EventKind::Error(error) = event.kind() {
            if error.code.range() == oneyaml::CodeRange::Syntax {
                return Err(error.clone());
            }
            composer.diagnostics.push(from_library(source, error));
            composer.root =
                Some(Node { span: Span::new(source.file, 0, text.len()), kind: NodeKind::Broken });
            break;
        }
        if composer.read(&event).is_none() {
            break;
        }
    }
    Ok(Composed {
        root: composer.root,
        diagnostics: composer.diagnostics,
        has_anchors: !composer.anchors.is_empty(),
    })
}

/// A collection that is not complete yet.
struct Open<'a> {
    start: usize,
    anchor: Option<&'a str>,
    weight: Weight,
    content: Content,
}

enum Content {
    Mapping(OpenMapping),
    /// A list, with the index of its first item among the items of all open lists.
    Sequence {
        first: usize,
    },
}

struct Composer<'a> {
    source: &'a Source,
    blanks: &'a [Range<usize>],
    diagnostics: Vec<Diagnostic>,
    /// The open collections, the innermost last.
    open: Vec<Open<'a>>,
    /// The entries of all open maps.
    entries: Vec<Entry>,
    /// The items of all open lists.
    items: Vec<Node>,
    anchors: Anchors<'a>,
    root: Option<Node>,
    documents: usize,
}

impl<'a> Composer<'a> {
    /// Reads an event. Returns none to stop reading.
    fn read(&mut self, event: &Sourced<'a>) -> Option<()> {
        match event.kind() {
            EventKind::DocumentStart { .. } => self.start_document(event),
            EventKind::MappingStart { .. } => {
                let content = Content::Mapping(OpenMapping::new(&self.entries));
                self.start_collection(event, content);
                Some(())
            }
            EventKind::SequenceStart { .. } => {
                let content = Content::Sequence { first: self.items.len() };
                self.start_collection(event, content);
                Some(())
            }
            EventKind::MappingEnd | EventKind::SequenceEnd => self.end_collection(event),
            EventKind::Scalar { style, .. } => self.scalar(event, *style == ScalarStyle::Plain),
            EventKind::Alias => {
                self.alias(event);
                Some(())
            }
            _ => Some(()),
        }
    }

    fn start_document(&mut self, event: &Sourced<'a>) -> Option<()> {
        self.documents += 1;
        if self.documents == 1 {
            return Some(());
        }
        // A marker at the end of the file begins no document.
        let rest = self.source.text.get(event.span().start..).unwrap_or_default();
        let is_empty = |line: &str| {
            let line = line.trim();
            matches!(line, "" | "---" | "...") || line.starts_with('#')
        };
        if rest.lines().all(is_empty) {
            return None;
        }
        let message = "the file contains more than one YAML document";
        self.diagnostics.push(
            syntax_error(self.span(event), message)
                .help("remove the `---` line, or move the second document to another file"),
        );
        None
    }

    fn start_collection(&mut self, event: &Sourced<'a>, content: Content) {
        let has_properties = has_properties(event);
        if has_properties && let Some(tag) = event.tag() {
            let is_mapping = matches!(content, Content::Mapping(_));
            if let Err(message) = tags::check_collection(&tag.resolved, is_mapping) {
                let span = Span::new(self.source.file, tag.span.start, tag.span.end);
                self.diagnostics.push(syntax_error(span, message));
            }
        }
        let anchor = if has_properties { event.anchor() } else { None };
        self.open.push(Open {
            start: event.span().start,
            anchor: anchor.map(|anchor| anchor.name),
            weight: Weight::LEAF,
            content,
        });
    }

    fn end_collection(&mut self, event: &Sourced<'a>) -> Option<()> {
        let Open { start, anchor, weight, content } = self.open.pop()?;
        let span = Span::new(self.source.file, start, event.span().end);
        let kind = match content {
            Content::Sequence { first } => NodeKind::Sequence(self.items.drain(first..).collect()),
            Content::Mapping(mapping) => {
                let has_blank_line = self.has_blank_line(span);
                NodeKind::Mapping(mapping.close(&mut self.entries, has_blank_line))
            }
        };
        let node = Node { span, kind };
        self.add(NewNode { node, anchor, properties_start: None, weight, is_plain: false });
        Some(())
    }

    fn scalar(&mut self, event: &Sourced<'a>, is_plain: bool) -> Option<()> {
        let at = event.span();
        let start = event.block_header().map_or(at.start, |header| header.span.start);
        let span = Span::new(self.source.file, start, at.end);
        let text = event.value()?;
        let has_properties = has_properties(event);
        let (anchor, tag) =
            if has_properties { (event.anchor(), event.tag()) } else { (None, None) };
        let is_tagged = tag.is_some();
        let value = match tag {
            Some(tag) => tags::scalar_value(&tag.resolved, &text).unwrap_or_else(|message| {
                let span = Span::new(self.source.file, tag.span.start, tag.span.end);
                self.diagnostics.push(syntax_error(span, message));
                ScalarValue::Str
            }),
            None if is_plain => core_schema::value(&text),
            None => ScalarValue::Str,
        };
        let kind = if value == ScalarValue::Null && self.touches_blank(span) {
            NodeKind::Broken
        } else {
            NodeKind::Scalar(Scalar { text: Text::literal(&text), value })
        };
        self.add(NewNode {
            node: Node { span, kind },
            anchor: anchor.map(|anchor| anchor.name),
            properties_start: if has_properties { properties_start(event) } else { None },
            weight: Weight::of_text(&text),
            is_plain: is_plain && !is_tagged,
        });
        Some(())
    }

    fn alias(&mut self, event: &Sourced<'a>) {
        let span = self.span(event);
        let name = event.alias_name().unwrap_or_default();
        let resolved = if self.open.iter().any(|open| open.anchor == Some(name)) {
            let message = format!("alias `*{name}` refers to a value that contains the alias");
            self.diagnostics.push(syntax_error(span, message));
            None
        } else {
            self.anchors.resolve(name, self.open.len(), (span, self.source), &mut self.diagnostics)
        };
        let (kind, weight) = resolved.unwrap_or((NodeKind::Broken, Weight::LEAF));
        let node = Node { span, kind };
        self.add(NewNode { node, anchor: None, properties_start: None, weight, is_plain: false });
    }

    /// Adds a node to the innermost open collection.
    fn add(&mut self, new: NewNode<'a>) {
        if let Some(name) = new.anchor {
            self.anchors.insert(name, new.node.clone(), new.weight);
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(new.node);
            return;
        };
        open.weight.add(new.weight);
        match &mut open.content {
            Content::Sequence { .. } => self.items.push(new.node),
            Content::Mapping(mapping) => {
                self.diagnostics.extend(mapping.add(new, self.source, &mut self.entries));
            }
        }
    }

    fn span(&self, event: &Sourced<'a>) -> Span {
        Span::new(self.source.file, event.span().start, event.span().end)
    }

    /// Whether a whole line inside a map was replaced by spaces. It may have contained a key.
    fn has_blank_line(&self, span: Span) -> bool {
        let is_whole_line =
            |blank: &Range<usize>| line_start(&self.source.text, blank.start) == blank.start;
        let is_inside = |blank: &Range<usize>| {
            span.start as usize <= blank.start && blank.start <= span.end as usize + 1
        };
        self.blanks.iter().any(|blank| is_inside(blank) && is_whole_line(blank))
    }

    /// Whether the text at a span, or the text that follows it, was replaced by spaces.
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
}

/// Whether a node may have an anchor or a tag.
fn has_properties(event: &Sourced<'_>) -> bool {
    event.node_info().is_some_and(|info| !info.has_no_properties())
}

/// Returns the start of the anchor and the tag of a node.
fn properties_start(event: &Sourced<'_>) -> Option<u32> {
    let anchor = event.anchor().map(|anchor| anchor.span.start);
    let tag = event.tag().map(|tag| tag.span.start);
    anchor.into_iter().chain(tag).min().and_then(|start| u32::try_from(start).ok())
}
