//! Parses a text again after an edit inside an item of a list. Parses only this item, and keeps the
//! other items of the earlier tree.
//!
//! The parser is in the same state before and after each item of a block list, so that the result
//! is the same. If that is not certain, the whole text must be parsed: after an edit with anchors,
//! document markers, syntax errors, or an item that becomes two.

use std::ops::Range;
use std::sync::Arc;

use super::compose::{Composed, compose};
use super::document::Document;
use super::lines::line_start;
use super::node::{Entry, Mapping, Node, NodeKind};
use crate::source::Source;
use crate::span::Span;

/// Parses `source` after an edit of the text `old`. `before` is the tree of `old`, which has no
/// diagnostics.
///
/// Returns the same tree as [`parse`](super::parse). Returns none if the new text may have
/// diagnostics, or if the whole text must be parsed.
#[must_use]
pub fn reparse(before: &Document, old: &str, source: &Source) -> Option<Document> {
    let new = &*source.text;
    // A directive can change the meaning of tags. A byte order mark is only allowed at the start.
    if before.has_anchors || old.starts_with(['%', '-', '\u{feff}']) {
        return None;
    }
    let root = before.root.as_ref()?;
    let mapping = root.as_mapping()?;
    let edited = edited(old, new);
    let at =
        mapping.entries.iter().position(|entry| contains(entry.value.span, &edited, old.len()))?;
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
    let item = parse_item(text, source, region.start)?;

    // A list ends with its last item.
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

/// Returns the new span of a collection. `last` has the old and the new span of its last part, if
/// the edit is in that part.
fn ending(span: Span, last: Option<(Span, Span)>, moved: i64) -> Option<Span> {
    match last {
        Some((before, after)) => {
            (before.end == span.end).then_some(Span { end: after.end, ..span })
        }
        None => Some(Span { end: self::moved(span.end, moved), ..span }),
    }
}

/// Returns the range of the old text that was replaced.
fn edited(old: &str, new: &str) -> Range<usize> {
    let most = old.len().min(new.len());
    let start = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let same_end =
        old.bytes().rev().zip(new.bytes().rev()).take_while(|(old, new)| old == new).count();
    start..old.len() - same_end.min(most - start)
}

/// Whether an edit is inside a value or directly after it.
fn contains(span: Span, edited: &Range<usize>, length: usize) -> bool {
    span.start as usize <= edited.start && edited.end <= length && edited.start <= span.end as usize
}

/// Returns the range of the lines of an item, with its dash. Returns none if the lines contain
/// something else too.
fn region(
    items: &[Node],
    place: usize,
    next_entry: Option<&Entry>,
    old: &str,
) -> Option<Range<usize>> {
    let begin = |span: Span| {
        let start = line_start(old, span.start as usize);
        let before = &old[start..span.start as usize];
        // Only the dash and spaces are before the item.
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

/// Parses the lines at `offset` of a source. Returns none unless they are exactly one valid item.
fn parse_item(text: &str, source: &Source, offset: usize) -> Option<Node> {
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
        // In the file, the item is one level deeper.
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
    // Texts have at most 16 MiB.
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

    /// Returns whether only the item was parsed. Fails if the tree differs from that of the whole
    /// text.
    fn is_reparsed(old: &str, new: &str) -> bool {
        let (before, diagnostics) = parse(&source(old));
        assert!(diagnostics.is_empty(), "the earlier text has diagnostics:\n{old}");
        let Some(document) = reparse(&before, old, &source(new)) else { return false };
        let (expected, diagnostics) = parse(&source(new));
        assert_eq!(diagnostics.len(), 0, "the new text has diagnostics:\n{new}\nafter\n{old}");
        assert_eq!(
            format!("{document:#?}"),
            format!("{expected:#?}"),
            "the trees differ:\n{new}\nafter\n{old}"
        );
        true
    }

    const TEXT: &str = "\
name: a
modules:
  - type: x
    port: {http: 80}
    env_vars:
      A: b
  - type: y
    links: [a]

  # last
  - type: z
    text: |
      long
later: 1
";

    #[test]
    fn an_edit_inside_an_item_parses_only_this_item() {
        for (old, new) in [
            ("A: b", "A: bc"),
            ("A: b", "A: \"b: c\""),
            ("links: [a]", "links:\n      - a"),
            ("      long\n", "      lo\n      ng\n"),
            ("type: y\n", "type: y\n    # about\n"),
        ] {
            assert!(is_reparsed(TEXT, &TEXT.replace(old, new)), "{new}");
            assert!(is_reparsed(&TEXT.replace(old, new), TEXT), "{old}");
        }
    }

    #[test]
    fn an_edit_that_may_change_other_items_parses_the_whole_text() {
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
            assert!(!is_reparsed(TEXT, &TEXT.replace(old, new)), "{new}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn reparsing_random_edits_equals_parsing_the_whole_text(
            indent in "|  ",
            items in prop::collection::vec(
                concat!(
                    "(- |-\n    |-  )",
                    "(a|a: b|a: \n|[a, b]|\\{a: b\\}|a: \"b\n    c\"|- a\n    - b",
                    "|\\| *\n     a\n|!!str 1|'a'|a: >-\n      b\n\n      c)",
                    "(\n    b: (c|~|[d]|\\{\\})){0,2}(\n *# c){0,1}\n{1,2}",
                ),
                1..4,
            ),
            tail in "(|b: c\n|# end\n|b:\n  - c\n|\n\n)",
            at in any::<prop::sample::Index>(),
            removed in 0_usize..6,
            added in concat!(
                "([ab1~]|[-:?,#] |[\\[\\]{}\"'|>.]|\n {0,6}|: |é",
                "|&a |\\*a|---|\\.\\.\\.|%|!!str ){0,3}",
            )
        ) {
            let items: String = items.iter().map(|item| format!("{indent}{item}")).collect();
            let old = format!("m:\n{items}{tail}");
            let place = at.index(old.len());
            let end = (place + removed).min(old.len());
            prop_assume!(old.is_char_boundary(place) && old.is_char_boundary(end));
            let new = format!("{}{added}{}", &old[..place], &old[end..]);
            if parse(&source(&old)).1.is_empty() {
                is_reparsed(&old, &new);
            }
        }
    }
}
