//! Links that are written as a map, as in early 2021: `links: {db: [], media: [read]}`.

use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node};

/// Adds the fix that changes the map to a list, unless its layout is unusual.
pub(super) fn with_list(
    diagnostic: Diagnostic,
    links: &Mapping,
    span: Span,
    source: &Source,
) -> Diagnostic {
    let diagnostic = diagnostic.help("write each link as a list item, such as `- db`");
    match edits(links, span, source) {
        Some(edits) => diagnostic.fix_edits(Applicability::Safe, "change to a list", edits),
        None => diagnostic,
    }
}

/// Returns the edits that change the map to a list; none for an unusual layout.
fn edits(links: &Mapping, span: Span, source: &Source) -> Option<Vec<TextEdit>> {
    if links.broken || links.entries.is_empty() {
        return None;
    }
    if source.slice(span).starts_with('{') {
        let items: Vec<String> =
            links.entries.iter().map(|entry| flow_item(entry, source)).collect::<Option<_>>()?;
        let is_simple = !source.slice(span).contains(['\n', '#']);
        return is_simple.then(|| vec![TextEdit { span, text: format!("[{}]", items.join(", ")) }]);
    }
    let mut edits = Vec::new();
    for entry in links.entries.iter() {
        edits.append(&mut block_edits(entry, source)?);
    }
    Some(edits)
}

/// Whether a link without arguments means the same.
fn is_empty(value: &Node) -> bool {
    let is_empty_map = value.as_mapping().is_some_and(|map| map.entries.is_empty() && !map.broken);
    value.is_null() || is_empty_map || value.as_sequence().is_some_and(<[Node]>::is_empty)
}

fn flow_item(entry: &Entry, source: &Source) -> Option<String> {
    let name = source.slice(entry.key.span);
    if is_empty(&entry.value) {
        return Some(name.to_owned());
    }
    has_arguments(&entry.value).then(|| format!("{{{name}: {}}}", source.slice(entry.value.span)))
}

/// Whether a value has the form of the arguments of a link.
fn has_arguments(value: &Node) -> bool {
    value.as_sequence().is_some() || value.as_str().is_some()
}

fn block_edits(entry: &Entry, source: &Source) -> Option<Vec<TextEdit>> {
    let (key, value) = (entry.key.span, entry.value.span);
    let edit = |start: usize, end: usize, text: &str| TextEdit {
        span: Span::new(source.file, start, end),
        text: text.to_owned(),
    };
    let (start, end) = (key.start as usize, key.end as usize);
    let item = edit(start, start, "- ");
    if is_empty(&entry.value) {
        let end_of_value = if entry.value.is_null() && value.start == value.end {
            end + 1
        } else {
            value.end as usize
        };
        let is_on_one_line = !source.text.get(end..end_of_value)?.contains(['\n', '#']);
        let starts_with_colon = source.text.get(end..)?.starts_with(':');
        let removed = is_on_one_line && starts_with_colon;
        return removed.then(|| vec![item, edit(end, end_of_value, "")]);
    }
    let column = |at: usize| at - source.text[..at].rfind('\n').map_or(0, |line| line + 1);
    let is_below = source.text.get(end..value.start as usize)?.contains('\n');
    // The arguments must stay deeper than the new list item.
    let is_deep = !is_below || column(value.start as usize) >= column(start) + 2;
    (has_arguments(&entry.value) && is_deep).then(|| vec![item])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;
    use crate::syntax;

    #[track_caller]
    fn check(links: &str, expected: Option<&str>) {
        let text = format!("links: {links}\n");
        let source = Source::new(FileId::Service, "opta.yml", &*text);
        let (document, _) = syntax::parse(&source);
        let root = document.root.expect("the text is YAML");
        let node = root.as_mapping().and_then(|map| map.value("links")).expect("links");
        let links = node.as_mapping().expect("the links are a map");
        let fixed = edits(links, node.span, &source).map(|mut edits| {
            let mut fixed = text.clone();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
            for edit in edits {
                fixed.replace_range(edit.span.range(), &edit.text);
            }
            fixed
        });
        assert_eq!(fixed, expected.map(|expected| format!("links: {expected}\n")));
    }

    #[test]
    fn map_of_links_becomes_a_list() {
        check("\n  db: []\n  cache:", Some("\n  - db\n  - cache"));
        check("\n  db: {} # main\n  media: [read]", Some("\n  - db # main\n  - media: [read]"));
        check("\n  media:\n    - read\n  db: []", Some("\n  - media:\n    - read\n  - db"));
        check("\n  media: read", Some("\n  - media: read"));
        check("{db: , media: [read]}", Some("[db, {media: [read]}]"));
    }

    #[test]
    fn unclear_maps_are_not_changed() {
        check("{}", None);
        check("\n  db: {db_user: USER}", None);
        check("\n  media:\n  - read", None);
        check("{db: # main\n    []}", None);
    }
}
