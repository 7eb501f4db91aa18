//! Replaces the references in texts: `{parent.x}`, `{vars.x}`, `{env}`, `${{module.name.output}}`.
//!
//! Opta replaced an unknown reference by an empty text. Here it is an error with a suggestion. A
//! value that only the environment knows becomes a hole in the text.

use std::fmt::Write;

use super::answer::{Answer, NAMES, answer};
use super::format::{Malformed, Piece, pieces};
use super::scope::Scope;
use super::secret_outputs::{FromSecret, exposed, unescaped};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::rule::rule;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
use crate::text::{Hole, Text};

rule! {
    /// The reference does not name a known variable or output.
    ///
    /// Opta replaced unknown references with an empty text, so the error appeared only in
    /// production.
    pub static UNKNOWN_REFERENCE: Error {
        fix: "Rename the reference to the suggested one, or add the variable to the environment.",
        bad: Module("public_uri: \"api.{parent.domian}\"\n"),
        good: Module("public_uri: \"api.{parent.domain}\"\n"),
    }
}

rule! {
    /// A `{` starts a reference such as `{vars.size}`, but the text after it is not a valid
    /// reference.
    ///
    /// The values of all references can have at most 16 MiB. The rule reports the first reference
    /// above this limit.
    pub static MALFORMED_REFERENCE: Error {
        fix: "Correct the reference. For a literal brace, write `{{` or `}}`.",
        bad: Module("env_vars:\n  FILTER: \"{unclosed\"\n"),
        good: Module("env_vars:\n  FILTER: \"{{unclosed\"\n"),
        limits: [MAX_EXPANDED],
    }
}

/// The most bytes that the values of references add to the texts of a file.
const MAX_EXPANDED: usize = 16 * 1024 * 1024;

/// Replaces the references in every text of a module. A text with an invalid reference becomes
/// `Broken`.
#[must_use]
pub fn interpolate(
    mapping: &Mapping,
    path: &str,
    source: &Source,
    scope: &Scope<'_>,
) -> (Mapping, Vec<Diagnostic>) {
    let mut interpolator =
        Interpolator { source, scope, path: path.to_owned(), diagnostics: Vec::new() };
    let replaced = interpolator.mapping(mapping, Position::Field);
    (replaced.unwrap_or_else(|| mapping.clone()), interpolator.diagnostics)
}

/// The position of a node in a module.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// A field.
    Field,
    /// The value of `env_vars`. Only there, keys can contain references.
    EnvVars,
    /// An item of the list form of `env_vars`.
    EnvVar,
    /// The value of an environment variable. Only there, a text can contain secrets.
    EnvValue,
}

impl Position {
    /// Returns the position of the value of a key.
    fn of_key(self, key: &str) -> Self {
        match self {
            Self::Field if key == "env_vars" => Self::EnvVars,
            Self::EnvVars => Self::EnvValue,
            Self::EnvVar if key == "value" => Self::EnvValue,
            Self::Field | Self::EnvVar | Self::EnvValue => Self::Field,
        }
    }

    /// Returns the position of an item.
    fn of_item(self) -> Self {
        if self == Self::EnvVars { Self::EnvVar } else { Self::Field }
    }
}

struct Interpolator<'a> {
    source: &'a Source,
    scope: &'a Scope<'a>,
    path: String,
    diagnostics: Vec<Diagnostic>,
}

impl Interpolator<'_> {
    /// Returns the map with its references replaced, or `None` if it has none.
    fn mapping(&mut self, mapping: &Mapping, position: Position) -> Option<Mapping> {
        let mut replaced: Option<Vec<Entry>> = None;
        for (index, entry) in mapping.entries.iter().enumerate() {
            let key = &*entry.key.value;
            let length = self.path.len();
            self.path.push('.');
            self.path.push_str(key);
            let has_reference = position == Position::EnvVars && key.contains(['{', '}']);
            let name = has_reference
                .then(|| self.text(key, entry.key.span, Position::Field).map(Box::new))
                .flatten();
            let value = self.node(&entry.value, position.of_key(key));
            self.path.truncate(length);
            if name.is_some() || value.is_some() {
                let value = value.unwrap_or_else(|| entry.value.clone());
                let entries = replaced.get_or_insert_with(|| mapping.entries.to_vec());
                entries[index] = Entry { key: entry.key.clone(), name, value };
            }
        }
        replaced.map(|entries| Mapping { entries: entries.into(), broken: mapping.broken })
    }

    fn node(&mut self, node: &Node, position: Position) -> Option<Node> {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar)
                if scalar.value == ScalarValue::Str
                    && scalar.text.as_str().contains(['{', '}']) =>
            {
                match self.text(scalar.text.as_str(), node.span, position) {
                    Some(text) => NodeKind::Scalar(Scalar { text, value: ScalarValue::Str }),
                    None => NodeKind::Broken,
                }
            }
            NodeKind::Mapping(mapping) => NodeKind::Mapping(self.mapping(mapping, position)?),
            NodeKind::Sequence(items) => {
                let mut replaced: Option<Vec<Node>> = None;
                for (index, item) in items.iter().enumerate() {
                    let length = self.path.len();
                    let _ = write!(self.path, "[{index}]");
                    let item = self.node(item, position.of_item());
                    self.path.truncate(length);
                    if let Some(item) = item {
                        replaced.get_or_insert_with(|| items.to_vec())[index] = item;
                    }
                }
                NodeKind::Sequence(replaced?.into())
            }
            _ => return None,
        };
        Some(Node { span: node.span, kind })
    }

    /// Returns the text with its references replaced, or `None` if one is not valid.
    fn text(&mut self, text: &str, span: Span, position: Position) -> Option<Text> {
        let before = self.diagnostics.len();
        let mut value = String::with_capacity(text.len());
        let (mut holes, mut variable) = (Vec::new(), None);
        let pieces = pieces(text);
        let from_secret = FromSecret::of(&pieces, self.scope);
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => value.push_str(literal),
                Piece::Malformed(malformed) => self.report_malformed(&malformed, span),
                Piece::Reference { raw, segments } => match answer(&segments, self.scope) {
                    Answer::Known(answer, from) => {
                        if !self.has_room(&answer, raw, span) {
                            return None;
                        }
                        value.push_str(&answer);
                        variable = variable.or(from);
                    }
                    Answer::Input(input) => {
                        let start = value.len();
                        value.push_str(raw);
                        let secret = from_secret.contains(&segments);
                        holes.push(Hole { start, end: value.len(), input, secret });
                    }
                    Answer::Secret(input)
                        if position == Position::EnvValue && segments[0] == "module" =>
                    {
                        let start = value.len();
                        value.push_str(raw);
                        holes.push(Hole { start, end: value.len(), input, secret: true });
                    }
                    Answer::Secret(_) => {
                        let span = self.span_of(raw, span);
                        self.diagnostics.push(exposed(raw, &segments, span, &self.path));
                    }
                    Answer::Unknown(unknown) => {
                        let span = self.span_of(raw, span);
                        let renamed = unknown.renamed(raw, &segments);
                        let mut diagnostic =
                            Diagnostic::new(&UNKNOWN_REFERENCE, span, &*self.path, unknown.message)
                                .help(unknown.help);
                        if let Some(new) = renamed {
                            let title = format!("change to `{new}`");
                            diagnostic = diagnostic.fix(Applicability::Unsafe, title, span, new);
                        }
                        // A whole value in double braces is a placeholder, except in free text.
                        let is_free = position == Position::EnvValue || text != raw;
                        if is_free && !NAMES.contains(&segments[0]) {
                            diagnostic = self.with_literal_braces(diagnostic, raw);
                        }
                        self.diagnostics.push(diagnostic);
                    }
                },
            }
        }
        let is_valid = self.diagnostics.len() == before;
        if let Some(output) = from_secret.unescaped(text, self.scope.values) {
            self.diagnostics.push(unescaped(output, span, &self.path));
        }
        is_valid.then(|| Text::interpolated(&value, holes, variable))
    }

    /// Counts the bytes of a value. Returns false if the texts are too large. Only the first
    /// reference above the limit is reported.
    fn has_room(&mut self, value: &str, raw: &str, span: Span) -> bool {
        let before = self.scope.expanded.get();
        let after = before.saturating_add(value.len());
        self.scope.expanded.set(after);
        if before <= MAX_EXPANDED && after > MAX_EXPANDED {
            let message = "the values of all references up to this one have more than 16 MiB";
            let span = self.span_of(raw, span);
            let diagnostic = Diagnostic::new(&MALFORMED_REFERENCE, span, &*self.path, message);
            self.diagnostics.push(diagnostic.help("use shorter variables, or fewer references"));
        }
        after <= MAX_EXPANDED
    }

    /// Adds the fix that keeps the braces as text, for values such as `${HOME}`.
    fn with_literal_braces(&self, diagnostic: Diagnostic, raw: &str) -> Diagnostic {
        let span = diagnostic.span;
        let inner = raw.strip_prefix('{').and_then(|raw| raw.strip_suffix('}'));
        match inner.filter(|_| self.source.slice(span) == raw) {
            Some(inner) => {
                let literal = format!("{{{{{inner}}}}}");
                let title = format!("write `{literal}` for literal braces");
                diagnostic.fix(Applicability::Unsafe, title, span, literal)
            }
            None => diagnostic,
        }
    }

    fn report_malformed(&mut self, malformed: &Malformed<'_>, text: Span) {
        let span = self.span_of(malformed.raw, text);
        let mut diagnostic =
            Diagnostic::new(&MALFORMED_REFERENCE, span, &*self.path, &*malformed.message)
                .help("write a reference like `{vars.name}`, or `{{` and `}}` for literal braces");
        if let Some(fix) = &malformed.fix
            && self.source.slice(span) == malformed.raw
        {
            let title = format!("change to `{fix}`");
            diagnostic = diagnostic.fix(malformed.applicability, title, span, &**fix);
        }
        self.diagnostics.push(diagnostic);
    }

    /// Returns the span of a part of a text. It is the whole text if the source has escapes.
    fn span_of(&self, raw: &str, span: Span) -> Span {
        match self.source.slice(span).find(raw) {
            Some(at) => {
                let start = span.start as usize + at;
                Span::new(span.file, start, start + raw.len())
            }
            None => span,
        }
    }
}
