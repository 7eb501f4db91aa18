//! Reads YAML 1.2 into the spanned tree. Never fails: what cannot be read becomes `Broken` and a diagnostic.
//!
//! The library stops at the first syntax error of a block. So a broken line is blanked out, byte for byte, and the
//! rest is read again: offsets stay true, and one bad line does not hide the faults of the others.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use oneyaml::{Limits, NodeId, NodeRef, Parsed, Settings, Value};

use super::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
use super::plain;
use super::word::is_word;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity, TextEdit};
use crate::model::text::Text;
use crate::source::Source;
use crate::span::{Span, Spanned};

/// YAML that cannot be read.
pub static SYNTAX: Rule = Rule {
    id: "yaml-syntax",
    severity: Severity::Error,
    doc: "The text is not valid YAML 1.2. The rest of the file is checked as far as it can be read.",
    bad: Example::Module("env_vars:\n  GREETING: \"hello\n"),
    good: Example::Module("env_vars:\n  GREETING: \"hello\"\n"),
};

/// A key that stands twice in one map.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    severity: Severity::Error,
    doc: "A key stands twice in the same map. YAML 1.2 does not allow it, since one of the two values would be \
          silently lost.",
    bad: Example::Module("min_containers: 1\nmin_containers: 2\n"),
    good: Example::Module("min_containers: 2\n"),
};

/// How many broken places of one file are told apart before the rest is left unread.
const MAX_REPAIRS: usize = 40;
const MAX_DEPTH: usize = 64;
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A parsed source.
#[derive(Clone, Debug)]
pub struct Document {
    /// The root value; none for an empty text.
    pub root: Option<Node>,
    /// The whole text's span.
    pub span: Span,
}

/// Reads a source.
///
/// Returns the tree, in which unreadable regions are `Broken`, and what could not be read.
#[must_use]
pub fn parse(source: &Source) -> (Document, Vec<Diagnostic>) {
    let span = Span::new(source.file, 0, source.text.len());
    match plain::read(source) {
        Some(root) => (Document { root: Some(root), span }, Vec::new()),
        None => parse_any(source),
    }
}

/// Reads a source whatever stands in it.
pub(super) fn parse_any(source: &Source) -> (Document, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut blanks = Vec::new();
    let mut text = Cow::Borrowed(&*source.text);
    let settings = settings();
    let mut parsed = oneyaml::Document::parse_recovering_with(&*text, &settings);
    while let Some(fault) = first_syntax_error(&parsed) {
        let tolerated = blanks.len() < MAX_REPAIRS;
        // What is left open on a line that is broken already has the same cause.
        let at = fault.secondary.first().map_or(fault.primary.span.start, |label| label.span.start);
        let line = line_start(&text, at.min(text.len()));
        if !blanks.iter().any(|blank: &std::ops::Range<usize>| line_start(&text, blank.start) <= line && line < blank.end) {
            diagnostics.push(syntax_diagnostic(source, fault));
        }
        let blank = if tolerated { broken_region(&text, fault, &blanks) } else { None };
        let Some(blank) = blank else { break };
        blank_out(text.to_mut(), &blank);
        blanks.push(blank);
        parsed = oneyaml::Document::parse_recovering_with(&*text, &settings);
    }
    diagnostics.extend(
        parsed
            .diagnostics()
            .iter()
            .filter(|d| d.severity == oneyaml::Severity::Error && !is_syntax(d) && d.code != oneyaml::code::DUPLICATE_KEY)
            .map(|d| syntax_diagnostic(source, d)),
    );
    let mut reader = Reader { source, blanks: &blanks, diagnostics, anchors: BTreeMap::new(), open: Vec::new() };
    let root = parsed.value().root().map(|root| reader.node(root, 0));
    let diagnostics = reader.diagnostics;
    (Document { root, span: Span::new(source.file, 0, source.text.len()) }, diagnostics)
}

/// How every text is read: whatever its bytes, in bounds.
pub(super) fn settings() -> Settings {
    Settings::new().limits(Limits::untrusted().max_depth(MAX_DEPTH).max_document_size(MAX_BYTES).max_scalar_len(MAX_BYTES))
}

fn is_syntax(diagnostic: &oneyaml::Diagnostic) -> bool {
    diagnostic.code.range() == oneyaml::CodeRange::Syntax
}

fn first_syntax_error(parsed: &Parsed<oneyaml::Document>) -> Option<&oneyaml::Diagnostic> {
    parsed.diagnostics().iter().find(|d| d.severity == oneyaml::Severity::Error && is_syntax(d))
}

/// The bytes to blank out so that the text after a fault can be read: from where an unclosed quote or bracket opened
/// to where the library gave up, else the value on the faulty line, else that whole line. None when nothing is left
/// to blank, which ends the reading.
fn broken_region(text: &str, fault: &oneyaml::Diagnostic, blanks: &[std::ops::Range<usize>]) -> Option<std::ops::Range<usize>> {
    let at = fault.primary.span.start.min(text.len());
    let opened = fault.secondary.first().map(|label| label.span.start).filter(|start| *start < at);
    if let Some(start) = opened {
        // A quote or bracket that nobody closed owns at most the lines up to the place of complaint.
        let end = if text.get(at..)?.trim().is_empty() {
            line_end(text, start)
        } else {
            line_start(text, at).max(line_end(text, start))
        };
        return fresh(text, start..end, blanks);
    }
    let mut line = line_start(text, at);
    // An error at the end of input or at a line's start may be about the line before.
    if text.get(line..line_end(text, line))?.trim().is_empty() && line > 0 {
        line = line_start(text, text.get(..line)?.trim_end().len());
    }
    let end = line_end(text, line);
    let value = value_start(text.get(line..end)?).map(|offset| line + offset).filter(|start| *start <= at);
    value.and_then(|start| fresh(text, start..end, blanks)).or_else(|| fresh(text, line..end, blanks))
}

/// The region, when blanking it would change the text.
fn fresh(text: &str, region: std::ops::Range<usize>, blanks: &[std::ops::Range<usize>]) -> Option<std::ops::Range<usize>> {
    let changes = text.get(region.clone()).is_some_and(|part| part.bytes().any(|byte| !byte.is_ascii_whitespace()));
    (changes && !blanks.contains(&region)).then_some(region)
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline)
}

/// Where the value begins on a line `key: value`, if the line looks like one.
fn value_start(line: &str) -> Option<usize> {
    let colon = line.find(": ")?;
    let key = line.get(..colon)?.trim_start_matches([' ', '-']);
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    plain.then_some(colon + 2)
}

/// Overwrites bytes with spaces, keeping line breaks, so that every later offset stays what it was.
fn blank_out(text: &mut String, region: &std::ops::Range<usize>) {
    let blank: String = text
        .get(region.clone())
        .unwrap_or_default()
        .bytes()
        .map(|byte| if byte == b'\n' || byte == b'\r' { byte as char } else { ' ' })
        .collect();
    text.replace_range(region.clone(), &blank);
}

fn syntax_diagnostic(source: &Source, fault: &oneyaml::Diagnostic) -> Diagnostic {
    let span = |span: oneyaml::Span| Span::new(source.file, span.start, span.end);
    let (opened, primary) = (fault.secondary.first(), &fault.primary);
    // The place to repair is where the quote or bracket was opened, not where the reader gave up.
    let at = opened.map_or(primary.span, |label| label.span);
    let mut diagnostic = Diagnostic::new(&SYNTAX, span(at), String::new(), fault.message.clone());
    if let Some(help) = plain_help(source, fault) {
        diagnostic = diagnostic.help(help);
    }
    if opened.is_some() && primary.span.start < source.text.len() {
        diagnostic = diagnostic.label(span(primary.span), "still open here");
    }
    for suggestion in &fault.suggestions {
        let edits = suggestion.edits.iter().map(|edit| TextEdit { span: span(edit.span), text: edit.text.clone() }).collect();
        let applicability = match suggestion.applicability {
            oneyaml::Applicability::MachineApplicable => Applicability::Safe,
            _ => Applicability::Unsafe,
        };
        diagnostic = diagnostic.fix_edits(applicability, suggestion.message.clone(), edits);
    }
    diagnostic
}

/// The help of the commonest mistakes of this format, else the library's.
fn plain_help(source: &Source, fault: &oneyaml::Diagnostic) -> Option<String> {
    let at = fault.primary.span.start;
    if source.text.get(at..).is_some_and(|rest| rest.starts_with('*')) {
        return Some("a text that starts with `*` needs quotes: `\"*.example.com\"`".to_owned());
    }
    if fault.code == oneyaml::code::INVALID_NODE_START {
        return Some("put the text in quotes".to_owned());
    }
    fault.help.clone()
}

impl ScalarValue {
    /// The value of the library's; none for a list or map.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(value) => Some(Self::Bool(*value)),
            Value::Number(number) => {
                Some(number.as_i64().map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::MAX)), Self::Int))
            }
            Value::String(_) | Value::Tagged(_) => Some(Self::Str),
            _ => None,
        }
    }
}

struct Reader<'a> {
    source: &'a Source,
    blanks: &'a [std::ops::Range<usize>],
    diagnostics: Vec<Diagnostic>,
    /// Anchored nodes already read, so that an alias costs nothing however often it is used.
    anchors: BTreeMap<NodeId, Node>,
    /// The anchored nodes being read, to notice one that contains itself.
    open: Vec<NodeId>,
}

impl Reader<'_> {
    fn span(&self, span: oneyaml::Span) -> Span {
        Span::new(self.source.file, span.start, span.end)
    }

    fn node(&mut self, node: NodeRef<'_>, depth: usize) -> Node {
        let span = self.span(node.span());
        let kind = if depth > MAX_DEPTH {
            NodeKind::Broken
        } else if let Some(target) = node.alias_target() {
            return Node { span, kind: self.alias(target, depth).kind };
        } else if let Some(mapping) = node.as_mapping() {
            NodeKind::Mapping(self.mapping(mapping, span, depth))
        } else if let Some(sequence) = node.as_sequence() {
            NodeKind::Sequence(sequence.iter().map(|item| self.node(item, depth + 1)).collect())
        } else if let Some(scalar) = node.as_scalar() {
            self.scalar(scalar, span)
        } else {
            NodeKind::Broken
        };
        Node { span, kind }
    }

    fn alias(&mut self, target: NodeRef<'_>, depth: usize) -> Node {
        let id = target.id();
        if let Some(known) = self.anchors.get(&id) {
            return known.clone();
        }
        let span = self.span(target.span());
        if self.open.contains(&id) {
            let message = "an anchor stands inside the value it names";
            self.diagnostics.push(Diagnostic::new(&SYNTAX, span, String::new(), message));
            return Node { span, kind: NodeKind::Broken };
        }
        self.open.push(id);
        let node = self.node(target, depth + 1);
        self.open.pop();
        self.anchors.insert(id, node.clone());
        node
    }

    fn scalar(&self, scalar: oneyaml::ScalarRef<'_>, span: Span) -> NodeKind {
        let text = Text::literal(&scalar.value());
        // A word is text by any schema, if it has no tag: most scalars need not be resolved.
        if is_word(text.as_str()) && self.source.slice(span) == text.as_str() {
            return NodeKind::Scalar(Scalar { text, value: ScalarValue::Str });
        }
        let value = match scalar.resolved() {
            Ok(Value::Null) if self.touches_blank(span) => return NodeKind::Broken,
            Ok(value) => ScalarValue::of(&value).unwrap_or(ScalarValue::Str),
            Err(_) => return NodeKind::Broken,
        };
        NodeKind::Scalar(Scalar { text, value })
    }

    /// Whether what stands at a place was blanked out: on the same line right behind it, or on the next lines.
    fn touches_blank(&self, span: Span) -> bool {
        let (start, end) = (span.start as usize, span.end as usize);
        self.blanks.iter().any(|blank| {
            (blank.start <= end && start <= blank.end)
                || self.source.text.get(end..blank.start).is_some_and(|between| between.trim().is_empty())
        })
    }

    fn mapping(&mut self, mapping: oneyaml::MappingRef<'_>, span: Span, depth: usize) -> Mapping {
        let mut entries: Vec<Entry> = Vec::with_capacity(mapping.len());
        let mut seen = Seen::default();
        let mut merged = Vec::new();
        for (key, value) in mapping.iter() {
            let key_span = self.span(key.span());
            let Some(scalar) = key.resolved().as_scalar() else {
                let message = "a key must be plain text, not a list or a map";
                let mut fault = Diagnostic::new(&SYNTAX, key_span, String::new(), message);
                if self.source.slice(key_span).starts_with('{') {
                    fault = fault.help("a text that starts with `{` needs quotes: `\"{vars.name}\"`");
                }
                self.diagnostics.push(fault);
                continue;
            };
            let name: Arc<str> = Arc::from(&*scalar.value());
            let mut value = self.node(value, depth + 1);
            if value.is_null() && value.span.start == value.span.end {
                // A missing value stands right behind its key; the library says so only for some layouts.
                value.span = Span::new(key_span.file, key_span.end as usize, key_span.end as usize);
            }
            let plain = scalar.style() == oneyaml::ScalarStyle::Plain;
            if plain && &*name == "<<" && (value.as_mapping().is_some() || value.as_sequence().is_some()) {
                merged.push(value);
                continue;
            }
            if let Some(first) = seen.get(&name, &entries) {
                let message = format!("key `{name}` is written twice");
                self.diagnostics.push(
                    Diagnostic::new(&DUPLICATE_KEY, key_span, String::new(), message)
                        .help("keep one of the two")
                        .label(first, "first written here"),
                );
                continue;
            }
            seen.insert(&name, key_span, entries.len());
            entries.push(Entry { key: Spanned::new(name, key_span), name: None, value });
        }
        // A blanked line may have held a key of this map; a blanked value is told of at its own key.
        let mut broken = self
            .blanks
            .iter()
            .any(|blank| span.start as usize <= blank.start && blank.start <= span.end as usize + 1 && self.is_whole_line(blank));
        for source in &merged {
            broken |= merge(source, &mut entries, &mut seen);
        }
        Mapping { entries: entries.into(), broken }
    }

    fn is_whole_line(&self, blank: &std::ops::Range<usize>) -> bool {
        line_start(&self.source.text, blank.start) == blank.start
    }
}

/// The keys of a mapping with their places: looked for among its entries while they are few.
#[derive(Default)]
pub(super) struct Seen(BTreeMap<Arc<str>, Span>);

impl Seen {
    const FEW: usize = 24;

    pub(super) fn get(&self, key: &str, entries: &[Entry]) -> Option<Span> {
        if entries.len() <= Self::FEW {
            return entries.iter().find(|entry| &*entry.key.value == key).map(|entry| entry.key.span);
        }
        let early = || entries.iter().take(Self::FEW).find(|entry| &*entry.key.value == key).map(|entry| entry.key.span);
        self.0.get(key).copied().or_else(early)
    }

    pub(super) fn insert(&mut self, key: &Arc<str>, span: Span, index: usize) {
        if index >= Self::FEW {
            self.0.insert(key.clone(), span);
        }
    }
}

/// Adds the entries of a merge key's value that the mapping does not have itself; true when some cannot be read.
fn merge(source: &Node, entries: &mut Vec<Entry>, seen: &mut Seen) -> bool {
    if let Some(items) = source.as_sequence() {
        return items.iter().fold(false, |broken, item| broken | (item.as_mapping().is_some() && merge(item, entries, seen)));
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
