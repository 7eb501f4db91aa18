//! Reads an edited text again: of a long list the item that the edit lies in, the others are those
//! of the earlier reading.
//!
//! The parser stands at the same place of the grammar before and behind an item of a block list, so
//! that the item is read by itself as it is read among the others. Where this is not plain to see
//! (anchors, document markers, an item that becomes two, anything broken) the whole text is to be
//! read.

use std::ops::Range;
use std::sync::Arc;

use super::compose::{Composed, compose};
use super::document::Document;
use super::lines::line_start;
use super::node::{Entry, Mapping, Node, NodeKind};
use crate::source::Source;
use crate::span::Span;

/// Reads `source`, which an edit has made of the text `old`, of which `before` is the reading
/// without any fault.
///
/// Returns what [`parse`](super::parse) would, without any fault; none when the whole text is to be
/// read.
#[must_use]
pub fn reparse(before: &Document, old: &str, source: &Source) -> Option<Document> {
    let new = &*source.text;
    // An explicit document may give tags another meaning; a byte order mark begins a text, and
    // nothing else.
    if before.has_anchors || old.starts_with(['%', '-', '\u{feff}']) {
        return None;
    }
    let root = before.root.as_ref()?;
    let mapping = root.as_mapping()?;
    let edited = edited(old, new);
    let at =
        mapping.entries.iter().position(|entry| holds(entry.value.span, &edited, old.len()))?;
    let list = &mapping.entries[at].value;
    let items = list.as_sequence()?;
    if !old[list.span.range()].starts_with('-') {
        return None;
    }
    let place =
        items.partition_point(|item| item.span.start as usize <= edited.start).checked_sub(1)?;
    let region = region(items, place, mapping.entries.get(at + 1), old)?;
    if !(region.start < edited.start && edited.end < region.end) {
        return None;
    }
    let moved = new.len() as i64 - old.len() as i64;
    let text = new.get(region.start..usize::try_from(region.end as i64 + moved).ok()?)?;
    let item = read_item(text, source, region.start)?;

    // What the last of its items ends, a list ends with.
    let list_span = ending(
        list.span,
        items.get(place + 1).is_none().then_some((items[place].span, item.span)),
        moved,
    )?;
    let root_span = ending(
        root.span,
        mapping.entries.get(at + 1).is_none().then_some((list.span, list_span)),
        moved,
    )?;
    let mut list_items = items[..place].to_vec();
    list_items.push(item);
    list_items.extend(items[place + 1..].iter().map(|item| shift(item, moved)));
    let mut entries = mapping.entries[..at].to_vec();
    let value = Node { span: list_span, kind: NodeKind::Sequence(list_items.into()) };
    entries.push(Entry { value, ..mapping.entries[at].clone() });
    entries.extend(mapping.entries[at + 1..].iter().map(|entry| shift_entry(entry, moved)));
    let kind = NodeKind::Mapping(Mapping { entries: entries.into(), broken: mapping.broken });
    let span = Span::new(source.file, 0, new.len());
    Some(Document { root: Some(Node { span: root_span, kind }), span, has_anchors: false })
}

/// The span of a collection whose `last` part, where the edit lies in that, has become another.
fn ending(span: Span, last: Option<(Span, Span)>, moved: i64) -> Option<Span> {
    match last {
        Some((before, after)) => {
            (before.end == span.end).then_some(Span { end: after.end, ..span })
        }
        None => Some(Span { end: self::moved(span.end, moved), ..span }),
    }
}

/// The bytes of the old text in whose place others stand now.
fn edited(old: &str, new: &str) -> Range<usize> {
    let most = old.len().min(new.len());
    let start = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let same_end =
        old.bytes().rev().zip(new.bytes().rev()).take_while(|(old, new)| old == new).count();
    start..old.len() - same_end.min(most - start)
}

/// Whether an edit lies in a value, or right behind it.
fn holds(span: Span, edited: &Range<usize>, length: usize) -> bool {
    span.start as usize <= edited.start && edited.end <= length && edited.start <= span.end as usize
}

/// The lines of an item, with its dash; none when they are not its own.
fn region(
    items: &[Node],
    place: usize,
    next_entry: Option<&Entry>,
    old: &str,
) -> Option<Range<usize>> {
    let begin = |span: Span| {
        let start = line_start(old, span.start as usize);
        let before = &old[start..span.start as usize];
        // The dash, and nothing but spaces around it.
        (before.trim_matches(' ') == "-").then_some((start, before.find('-')))
    };
    let (start, column) = begin(items.get(place)?.span)?;
    let end = match (items.get(place + 1), next_entry) {
        (Some(next), _) => begin(next.span).filter(|(_, other)| *other == column)?.0,
        (None, Some(entry)) => line_start(old, entry.key.span.start as usize),
        (None, None) => old.len(),
    };
    Some(start..end)
}

/// The one item that lines at `offset` of a source hold.
fn read_item(text: &str, source: &Source, offset: usize) -> Option<Node> {
    let marks_document =
        |line: &str| line.starts_with("---") || line.starts_with("...") || line.starts_with('%');
    if !text.ends_with('\n')
        || text.contains(['\r', '\u{feff}'])
        || text.lines().any(marks_document)
    {
        return None;
    }
    let own = Source::new(source.file, "", text);
    let Composed { root, diagnostics, has_anchors } = compose(&own, text, &[]).ok()?;
    let root = root.filter(|_| diagnostics.is_empty() && !has_anchors)?;
    match root.as_sequence()? {
        // In the file it is one level deeper.
        [item] if depth(item) < super::compose::MAX_DEPTH - 2 => Some(shift(item, offset as i64)),
        _ => None,
    }
}

fn depth(node: &Node) -> usize {
    let inner = match &node.kind {
        NodeKind::Mapping(mapping) => mapping.entries.iter().map(|entry| depth(&entry.value)).max(),
        NodeKind::Sequence(items) => items.iter().map(depth).max(),
        NodeKind::Scalar(_) | NodeKind::Broken => None,
    };
    1 + inner.unwrap_or_default()
}

const fn moved(at: u32, by: i64) -> u32 {
    // Texts are at most 16 MiB.
    (at as i64 + by) as u32
}

const fn shift_span(span: Span, by: i64) -> Span {
    Span { start: moved(span.start, by), end: moved(span.end, by), ..span }
}

fn shift(node: &Node, by: i64) -> Node {
    if by == 0 {
        return node.clone();
    }
    let kind = match &node.kind {
        NodeKind::Mapping(mapping) => {
            let entries: Arc<[Entry]> =
                mapping.entries.iter().map(|entry| shift_entry(entry, by)).collect();
            NodeKind::Mapping(Mapping { entries, broken: mapping.broken })
        }
        NodeKind::Sequence(items) => {
            NodeKind::Sequence(items.iter().map(|item| shift(item, by)).collect())
        }
        kind => kind.clone(),
    };
    Node { span: shift_span(node.span, by), kind }
}

fn shift_entry(entry: &Entry, by: i64) -> Entry {
    let mut entry = entry.clone();
    if by != 0 {
        entry.key.span = shift_span(entry.key.span, by);
        entry.value = shift(&entry.value, by);
    }
    entry
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::span::FileId;
    use crate::syntax::parse;

    fn source(text: &str) -> Source {
        Source::new(FileId::Service, "opta.yml", text)
    }

    /// Whether an edit is read by its item; if it is, as all of the text is read.
    fn by_item(old: &str, new: &str) -> bool {
        let (before, faults) = parse(&source(old));
        assert!(faults.is_empty(), "the earlier text is good:\n{old}");
        let Some(document) = reparse(&before, old, &source(new)) else { return false };
        let (expected, faults) = parse(&source(new));
        assert_eq!(faults.len(), 0, "what was read by its item has faults:\n{new}\nfrom\n{old}");
        assert_eq!(
            format!("{document:#?}"),
            format!("{expected:#?}"),
            "read differently:\n{new}\nfrom\n{old}"
        );
        true
    }

    const TEXT: &str = "name: a\nmodules:\n  - type: x\n    port: {http: 80}\n    env_vars:\n      A: b\n  - type: y\n    links: [a]\n\n  # last\n  - type: z\n    text: |\n      long\nlater: 1\n";

    #[test]
    fn an_edit_inside_an_item_is_read_by_that_item() {
        for (old, new) in [
            ("A: b", "A: bc"),
            ("A: b", "A: \"b: c\""),
            ("links: [a]", "links:\n      - a"),
            ("      long\n", "      lo\n      ng\n"),
            ("type: y\n", "type: y\n    # about\n"),
        ] {
            assert!(by_item(TEXT, &TEXT.replace(old, new)), "{new}");
            assert!(by_item(&TEXT.replace(old, new), TEXT), "{old}");
        }
    }

    #[test]
    fn what_may_change_other_items_is_read_as_a_whole() {
        for (old, new) in [
            ("name: a", "name: b"),
            ("A: b", "A: \"b"),
            ("A: b", "A: &b b"),
            ("  - type: y", "- type: y"),
            ("    links: [a]\n", "  - type: w\n"),
            ("    links: [a]\n", "...\n"),
            ("    links: [a]\n", "links: [a]\n"),
            ("later: 1", "later: 2"),
        ] {
            assert!(!by_item(TEXT, &TEXT.replace(old, new)), "{new}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn whatever_is_read_by_its_item_is_read_the_same(
            indent in "|  ",
            items in prop::collection::vec("(- |-\n    |-  )(a|a: b|a: \n|[a, b]|\\{a: b\\}|a: \"b\n    c\"|- a\n    - b|\\| *\n     a\n|!!str 1|'a'|a: >-\n      b\n\n      c)(\n    b: (c|~|[d]|\\{\\})){0,2}(\n *# c){0,1}\n{1,2}", 1..4),
            tail in "(|b: c\n|# end\n|b:\n  - c\n|\n\n)",
            at in any::<prop::sample::Index>(),
            removed in 0_usize..6,
            added in "([ab1~]|[-:?,#] |[\\[\\]{}\"'|>.]|\n {0,6}|: |é|&a |\\*a|---|\\.\\.\\.|%|!!str ){0,3}"
        ) {
            let old = format!("m:\n{}{tail}", items.iter().map(|item| format!("{indent}{item}")).collect::<String>());
            let place = at.index(old.len());
            let end = (place + removed).min(old.len());
            prop_assume!(old.is_char_boundary(place) && old.is_char_boundary(end));
            let new = format!("{}{added}{}", &old[..place], &old[end..]);
            if parse(&source(&old)).1.is_empty() {
                by_item(&old, &new);
            }
        }
    }
}
