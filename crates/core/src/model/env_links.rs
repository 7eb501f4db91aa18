//! Links in the list form of `env_vars`, as in early 2021: `env_vars: [{_link: db}]`.

use super::env_vars::LINK_KEY;
use super::field_reader::FieldReader;
use super::rules::UNKNOWN_FIELD;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Entry, Insertion, Mapping, Node, insert_entry, insert_item};

/// Reports the items of `env_vars` with `_link`. The fix moves the names of the modules to `links`.
pub(crate) fn report(module: &Mapping, owner: Span, reader: &mut FieldReader<'_>) {
    let Some(items) = module.value("env_vars").and_then(Node::as_sequence) else { return };
    let link = |item: &'_ Node| item.as_mapping().and_then(|map| map.get(LINK_KEY).cloned());
    let found: Vec<(&Node, Entry)> =
        items.iter().filter_map(|item| Some((item, link(item)?))).collect();
    let Some((_, first)) = found.first() else { return };
    let path = reader.path_of("env_vars");
    let message = format!("unknown key `{LINK_KEY}` in an environment variable");
    let diagnostic = Diagnostic::new(&UNKNOWN_FIELD, first.key.span, path, message)
        .help("remove it, and add the name of the module to `links`");
    let diagnostic = match edits(module, owner, &found, reader.source) {
        Some(edits) => diagnostic.fix_edits(Applicability::Safe, "move it to `links`", edits),
        None => diagnostic,
    };
    reader.push(diagnostic);
}

/// Returns the edits that move the links; none if a link has new names, or for an unusual layout.
fn edits(
    module: &Mapping,
    owner: Span,
    found: &[(&Node, Entry)],
    source: &Source,
) -> Option<Vec<TextEdit>> {
    let mut names: Vec<&str> = Vec::new();
    let mut edits = Vec::new();
    for (item, link) in found {
        let is_alone = item.as_mapping().is_some_and(|map| map.entries.len() == 1);
        let name = link.value.as_str().filter(|_| is_alone)?;
        if !names.contains(&name) {
            names.push(name);
        }
        let span = line_of(item.span, source)?;
        edits.push(TextEdit { span, text: String::new() });
    }
    let item = |name: &&str| format!("- {name}");
    let (lines, inner): (Vec<String>, String) =
        (names.iter().map(item).collect(), names.join(", "));
    edits.push(match module.get("links").map(|links| &links.value) {
        None => {
            let block = format!("links:\n  {}", lines.join("\n  "));
            let flow = format!("links: [{inner}]");
            insert_entry(source, module, owner, Insertion { block: &block, flow: &flow })?
        }
        Some(links) => {
            let last = links.as_sequence()?.last()?.span;
            let [only] = names.as_slice() else { return None };
            insert_item(source, last, Insertion { block: only, flow: only })?
        }
    });
    Some(edits)
}

/// Returns the line of an item of a block list; none if the line contains more.
fn line_of(item: Span, source: &Source) -> Option<Span> {
    let text = &*source.text;
    let range = item.range();
    let start = text.get(..range.start)?.rfind('\n')? + 1;
    let written = text.get(range.start..range.end)?.trim_end();
    let after = range.start + written.len();
    let end = after + text.get(after..)?.find('\n')? + 1;
    let is_alone = text.get(start..range.start)?.trim() == "-"
        && text.get(after..end)?.trim().is_empty()
        && !written.contains('\n');
    is_alone.then(|| Span::new(source.file, start, end))
}
