//! Anchors, and the aliases that refer to them.

use std::collections::BTreeMap;

use super::limits::{MAX_ALIASED, MAX_ALIASED_BYTES, MAX_DEPTH, Weight};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::diagnostics::{QUOTE_ASTERISK, syntax_error};
use crate::syntax::node::{Node, NodeKind};

/// The anchors of a text.
#[derive(Default)]
pub(super) struct Anchors<'a> {
    nodes: BTreeMap<&'a str, (Node, Weight)>,
    /// The number of nodes that the aliases so far add.
    aliased: u64,
    /// The bytes of text that the aliases so far add.
    bytes: u64,
}

impl<'a> Anchors<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds a node with an anchor.
    pub(super) fn insert(&mut self, name: &'a str, node: Node, weight: Weight) {
        self.nodes.insert(name, (node, weight));
    }

    /// Returns the node that an alias refers to. `depth` is the depth of the alias.
    ///
    /// Returns none and adds a diagnostic if there is no such anchor, or if the aliases add
    /// too many nodes.
    pub(super) fn resolve(
        &mut self,
        name: &str,
        depth: usize,
        (span, source): (Span, &Source),
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(NodeKind, Weight)> {
        let Some((node, weight)) = self.nodes.get(name) else {
            let message = format!("unknown anchor `{name}`, expected one defined above this line");
            let diagnostic = syntax_error(span, message).help(QUOTE_ASTERISK);
            diagnostics.push(with_quotes(diagnostic, source));
            return None;
        };
        let before = self.aliased;
        self.aliased = before.saturating_add(weight.nodes);
        if depth + weight.depth > MAX_DEPTH {
            let message = format!("this alias makes the value more than {MAX_DEPTH} levels deep");
            diagnostics.push(syntax_error(span, message));
            return None;
        }
        if self.aliased > MAX_ALIASED {
            // Report only the first alias above the limit.
            if before <= MAX_ALIASED {
                let message =
                    format!("the aliases above this line add more than {MAX_ALIASED} values");
                diagnostics.push(syntax_error(span, message));
            }
            return None;
        }
        let before = self.bytes;
        self.bytes = before.saturating_add(weight.bytes);
        if self.bytes > MAX_ALIASED_BYTES {
            if before <= MAX_ALIASED_BYTES {
                let message = "the aliases up to this one add more than 16 MiB of text";
                diagnostics.push(syntax_error(span, message));
            }
            return None;
        }
        Some((node.kind.clone(), *weight))
    }
}

/// Adds the fix that puts a domain such as `*.example.com` in quotes.
fn with_quotes(diagnostic: Diagnostic, source: &Source) -> Diagnostic {
    let start = diagnostic.span.start as usize;
    let rest = source.text.get(start..).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "*./-_~%".contains(c);
    let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    let (written, after) = rest.split_at(length);
    let is_whole = after.is_empty() || after.starts_with([' ', '\r', '\n', ',', ']', '}']);
    if !written.starts_with("*.") || !is_whole {
        return diagnostic;
    }
    let span = Span::new(source.file, start, start + length);
    diagnostic.fix(Applicability::Safe, "put it in quotes", span, format!("\"{written}\""))
}
