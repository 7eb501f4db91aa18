//! Builds a map from its keys and values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::Weight;
use crate::diagnostic::Diagnostic;
use crate::quote::quoted;
use crate::source::Source;
use crate::span::{Span, Spanned};
use crate::syntax::diagnostics::{DUPLICATE_KEY, syntax_error};
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// A node with what the parser knows about it.
pub(super) struct NewNode<'a> {
    pub(super) node: Node,
    /// The name of its anchor.
    pub(super) anchor: Option<&'a str>,
    /// The start of its anchor and its tag.
    pub(super) properties_start: Option<u32>,
    pub(super) weight: Weight,
    /// Whether it is a plain scalar without a tag.
    pub(super) is_plain: bool,
}

/// A map that is not complete yet.
pub(super) struct OpenMapping {
    /// The index of its first entry among the entries of all open maps.
    first: usize,
    keys: SeenKeys,
    /// The values of merge keys.
    merged: Vec<Node>,
    /// The key that has no value yet.
    key: Option<Key>,
}

enum Key {
    Name(Spanned<Arc<str>>),
    /// `<<`, which merges a map or a list of maps.
    Merge(Spanned<Arc<str>>),
    /// An invalid key, which is reported already.
    Invalid,
}

impl OpenMapping {
    /// Begins a map after `entries` of other maps.
    pub(super) fn new(entries: &[Entry]) -> Self {
        Self { first: entries.len(), keys: SeenKeys::default(), merged: Vec::new(), key: None }
    }

    /// Adds a key or a value, whichever is next.
    pub(super) fn add(
        &mut self,
        new: NewNode<'_>,
        source: &Source,
        entries: &mut Vec<Entry>,
    ) -> Option<Diagnostic> {
        match self.key.take() {
            None => {
                let (key, diagnostic) = key(&new, source);
                self.key = Some(key);
                diagnostic
            }
            Some(Key::Invalid) => None,
            Some(Key::Merge(_))
                if matches!(new.node.kind, NodeKind::Mapping(_) | NodeKind::Sequence(_)) =>
            {
                self.merged.push(new.node);
                None
            }
            Some(Key::Merge(name) | Key::Name(name)) => self.add_entry(name, new.node, entries),
        }
    }

    fn add_entry(
        &mut self,
        key: Spanned<Arc<str>>,
        mut value: Node,
        entries: &mut Vec<Entry>,
    ) -> Option<Diagnostic> {
        if value.is_null() && value.span.start == value.span.end {
            // A missing value is directly after its key.
            value.span = Span { start: key.span.end, end: key.span.end, ..key.span };
        }
        let own = entries.get(self.first..).unwrap_or_default();
        if let Some(first) = self.keys.get(&key.value, own) {
            let message = format!("key {} occurs twice", quoted(&key.value));
            let diagnostic = Diagnostic::new(&DUPLICATE_KEY, key.span, String::new(), message);
            return Some(diagnostic.help("remove one of the two").label(first, "first key"));
        }
        self.keys.insert(&key.value, key.span, own.len());
        entries.push(Entry { key, name: None, value });
        None
    }

    /// Completes the map: takes its entries and adds the merged ones.
    pub(super) fn close(mut self, entries: &mut Vec<Entry>, is_broken: bool) -> Mapping {
        let mut own: Vec<Entry> = entries.drain(self.first..).collect();
        let mut broken = is_broken;
        for source in &self.merged {
            broken |= merge(source, &mut own, &mut self.keys);
        }
        Mapping { entries: own.into(), broken }
    }
}

/// Converts a node to a key.
fn key(new: &NewNode<'_>, source: &Source) -> (Key, Option<Diagnostic>) {
    let node = &new.node;
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            // The anchor and the tag belong to the key: its column is the column of its map.
            let start = new.properties_start.unwrap_or(node.span.start).min(node.span.start);
            let name = Spanned::new(Arc::from(scalar.text.as_str()), Span { start, ..node.span });
            let is_merge = new.is_plain && &*name.value == "<<";
            (if is_merge { Key::Merge(name) } else { Key::Name(name) }, None)
        }
        // The parser has reported it.
        NodeKind::Broken => (Key::Invalid, None),
        NodeKind::Mapping(_) | NodeKind::Sequence(_) => {
            let message = "a key must be plain text, not a list or a map";
            let mut diagnostic = syntax_error(node.span, message);
            if source.slice(node.span).starts_with('{') {
                let help = "put a text that starts with `{` in quotes: `\"{vars.name}\"`";
                diagnostic = diagnostic.help(help);
            }
            (Key::Invalid, Some(diagnostic))
        }
    }
}

/// Adds the entries of the value of a merge key, except the keys that the map has already. Returns
/// whether a part of the value cannot be read.
fn merge(source: &Node, entries: &mut Vec<Entry>, keys: &mut SeenKeys) -> bool {
    if let Some(items) = source.as_sequence() {
        return items.iter().fold(false, |broken, item| {
            broken | (item.as_mapping().is_some() && merge(item, entries, keys))
        });
    }
    let Some(mapping) = source.as_mapping() else { return true };
    for entry in mapping.entries.iter() {
        if keys.get(&entry.key.value, entries).is_none() {
            keys.insert(&entry.key.value, entry.key.span, entries.len());
            entries.push(entry.clone());
        }
    }
    mapping.broken
}

/// The keys of a map, to find duplicates. The first keys are searched one by one, which is faster
/// for small maps.
#[derive(Default)]
struct SeenKeys(BTreeMap<Arc<str>, Span>);

impl SeenKeys {
    const SEARCHED: usize = 24;

    fn get(&self, key: &str, entries: &[Entry]) -> Option<Span> {
        let search = || {
            let mut first = entries.iter().take(Self::SEARCHED);
            first.find(|entry| &*entry.key.value == key).map(|entry| entry.key.span)
        };
        self.0.get(key).copied().or_else(search)
    }

    fn insert(&mut self, key: &Arc<str>, span: Span, index: usize) {
        if index >= Self::SEARCHED {
            self.0.insert(key.clone(), span);
        }
    }
}
