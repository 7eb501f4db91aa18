//! Variables as a list, as before March 2021: `- size: 2`, or `- {name: size, value: 2}`.

use std::collections::BTreeSet;

use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node};

/// A variable of the list.
struct Item<'a> {
    name: Span,
    text: &'a str,
    value: Option<&'a Node>,
    /// Whether the item is a map with the variable as its only entry.
    is_entry: bool,
    span: Span,
}

/// Returns the edits that change the list to a map; none if a name occurs twice, or for an unusual
/// layout.
pub(super) fn edits(list: &Node, source: &Source) -> Option<Vec<TextEdit>> {
    let items = list.as_sequence().filter(|items| !items.is_empty())?;
    let items: Vec<Item<'_>> = items.iter().map(item).collect::<Option<_>>()?;
    let names: BTreeSet<&str> = items.iter().map(|item| item.text).collect();
    if names.len() < items.len() {
        return None;
    }
    if source.slice(list.span).starts_with('[') {
        let entries: Vec<String> =
            items.iter().map(|item| entry(item, source)).collect::<Option<_>>()?;
        let text = format!("{{{}}}", entries.join(", "));
        let is_simple = !source.slice(list.span).contains(['\n', '#']);
        return is_simple.then(|| vec![TextEdit { span: list.span, text }]);
    }
    items.iter().map(|item| block_edit(item, source)).collect()
}

fn item(node: &Node) -> Option<Item<'_>> {
    let mapping = node.as_mapping()?;
    let is_scalar = |entry: &&Entry| entry.value.as_scalar().is_some();
    if let [only] = &*mapping.entries {
        let entry = Some(only).filter(is_scalar).filter(|entry| &*entry.key.value != "name")?;
        let value = (!entry.value.is_null()).then_some(&entry.value);
        let (name, text) = (entry.key.span, &*entry.key.value);
        return Some(Item { name, text, value, is_entry: true, span: node.span });
    }
    named(mapping, node.span)
}

/// Returns the variable of a map with `name` and `value`.
fn named(mapping: &Mapping, span: Span) -> Option<Item<'_>> {
    let (name, value) = (mapping.value("name")?, mapping.value("value")?);
    value.as_scalar()?;
    let text = name.as_str().filter(|_| mapping.entries.len() == 2)?;
    let value = (!value.is_null()).then_some(value);
    Some(Item { name: name.span, text, value, is_entry: false, span })
}

fn entry(item: &Item<'_>, source: &Source) -> Option<String> {
    let value = item.value.map_or("", |value| source.slice(value.span));
    // The text of a block scalar has no meaning inside braces.
    let is_plain = !value.contains('\n') && !value.starts_with(['|', '>']);
    is_plain.then(|| format!("{}: {value}", source.slice(item.name)).trim_end().to_owned())
}

/// Returns the edit of an item of a block list. The dash becomes a space, so the entry keeps its
/// column.
fn block_edit(item: &Item<'_>, source: &Source) -> Option<TextEdit> {
    let start = item.span.start as usize;
    let before = source.text.get(..start)?;
    let dash = before.trim_end_matches(' ').strip_suffix('-')?.len();
    let span = |start: usize, end: usize| Span::new(source.file, start, end);
    let written = source.slice(item.span);
    if item.is_entry && !written.starts_with('{') {
        return Some(TextEdit { span: span(dash, dash + 1), text: " ".to_owned() });
    }
    if written.contains('#') {
        return None;
    }
    let end = start + written.trim_end().len();
    let indent = " ".repeat(start - dash);
    Some(TextEdit { span: span(dash, end), text: format!("{indent}{}", entry(item, source)?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;
    use crate::syntax;

    #[track_caller]
    fn check(list: &str, expected: Option<&str>) {
        let text = format!("variables: {list}\n");
        let source = Source::new(FileId::Service, "opta.yml", &*text);
        let (document, _) = syntax::parse(&source);
        let root = document.root.expect("the text is YAML");
        let list = root.as_mapping().and_then(|map| map.value("variables")).expect("a list");
        let fixed = edits(list, &source).map(|mut edits| {
            let mut fixed = text.clone();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
            for edit in edits {
                fixed.replace_range(edit.span.range(), &edit.text);
            }
            fixed
        });
        assert_eq!(fixed, expected.map(|expected| format!("variables: {expected}\n")));
    }

    #[test]
    fn list_of_entries_becomes_a_map() {
        check(
            "\n  - size: 2 # small\n  - color: \"a b\"",
            Some("\n    size: 2 # small\n    color: \"a b\""),
        );
        check("[{size: 2}, {color: red}]", Some("{size: 2, color: red}"));
        check("\n- {size: 2}\n- color:", Some("\n  size: 2\n  color:"));
    }

    #[test]
    fn list_of_names_and_values_becomes_a_map() {
        check(
            "\n  - name: size\n    value: 2\n  - {name: a, value: b}",
            Some("\n    size: 2\n    a: b"),
        );
        check("[{name: size, value: 2}]", Some("{size: 2}"));
    }

    #[test]
    fn unclear_lists_are_not_changed() {
        check("[]", None);
        check("[size]", None);
        check("[{name: size}]", None);
        check("[{size: 1}, {size: 2}]", None);
        check("[{size: 1, color: 2}]", None);
        check("[{size: [1]}]", None);
    }
}
