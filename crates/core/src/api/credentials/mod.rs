//! Finds values that look like credentials, before a user shares a file.

mod assignment;
mod name;
mod suspect;
mod token;
mod url;

#[cfg(test)]
mod tests;

use super::places::{Place, Places};
use crate::order::sort_by_rank;
use crate::source::Source;
use crate::source::SourceText;
use crate::span::{FileId, Span};
use crate::syntax::{self, Node, NodeKind, ScalarValue};
use suspect::Suspect;

/// A value that looks like a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The name of the file.
    pub file: String,
    /// The place of the value.
    pub place: Place,
    /// The key of the value; empty if the value itself looks like a credential.
    pub key: String,
}

/// Returns the values that look like credentials, in source order. Comments count too.
///
/// ```
/// use optakit_core::api::{SourceText, credentials};
///
/// let text = "env_vars: {DB_PASSWORD: hunter2!}\n".to_owned();
/// let found = credentials(&[SourceText { name: "opta.yml".to_owned(), text }]);
/// assert_eq!(found[0].key, "DB_PASSWORD");
/// ```
#[must_use]
pub fn credentials(files: &[SourceText]) -> Vec<Credential> {
    let mut found = Vec::new();
    for file in files {
        let source = Source::new(FileId::Service, &*file.name, &*file.text);
        let suspects = find(&source);
        let mut places = Places::default();
        places.push(source);
        found.extend(suspects.into_iter().map(|Suspect { start, end, key }| {
            let (file, place) = places.place(Span::new(FileId::Service, start, end));
            Credential { file, place, key }
        }));
    }
    found
}

/// Returns the suspects of a file in source order. Of those that overlap, the first one with a key
/// stays.
fn find(source: &Source) -> Vec<Suspect> {
    let (document, _) = syntax::parse(source);
    let mut suspects = Vec::new();
    if let Some(root) = &document.root {
        search(root, "", &mut suspects);
    }
    assignment::search_comments(&source.text, &mut suspects);
    assignment::search_texts(&source.text, &mut suspects);
    token::search(&source.text, &mut suspects);
    url::search(&source.text, &mut suspects);
    let mut kept: Vec<Suspect> = Vec::new();
    for suspect in suspects {
        let overlaps = |one: &Suspect| one.start < suspect.end && suspect.start < one.end;
        if !kept.iter().any(overlaps) {
            kept.push(suspect);
        }
    }
    sort_by_rank(&mut kept, |suspect| [suspect.start, suspect.end, 0]);
    kept
}

/// Searches the values of keys that name a credential.
fn search(node: &Node, key: &str, found: &mut Vec<Suspect>) {
    match &node.kind {
        NodeKind::Mapping(mapping) => {
            // In a list of variables, the name is a field next to the value.
            let name = mapping
                .value("name")
                .and_then(Node::as_str)
                .filter(|_| mapping.get("value").is_some());
            for entry in mapping.entries.iter() {
                let own = &*entry.key.value;
                search(&entry.value, name.filter(|_| own == "value").unwrap_or(own), found);
            }
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| search(item, "", found)),
        NodeKind::Scalar(scalar) => {
            let text = scalar.text.as_str();
            let is_value = match scalar.value {
                ScalarValue::Str | ScalarValue::Int(_) | ScalarValue::Float => true,
                ScalarValue::Null | ScalarValue::Bool(_) => false,
            };
            if is_value && name::is_credential(key, text) {
                let (start, end) = (node.span.start as usize, node.span.end as usize);
                found.push(Suspect { start, end, key: key.to_owned() });
            }
        }
        NodeKind::Broken => {}
    }
}
