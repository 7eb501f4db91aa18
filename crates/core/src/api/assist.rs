//! Completion and hover, as plain data.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde::Serialize;

use super::environment::read_environment;
use super::places::Places;
use super::request::Request;
use super::values::read_values;
use crate::assist::{self, AssistContext};
use crate::model::field::Field;
use crate::resolve::{self, Scope};
use crate::source::{LineIndex, Source};
use crate::span::FileId;

/// The completions at an offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Completions {
    /// The first UTF-16 code unit of the word that a completion replaces.
    pub utf16_start: usize,
    /// One past the last UTF-16 code unit of the word.
    pub utf16_end: usize,
    /// All completions, best first. The front end filters them by the word.
    pub items: Vec<CompletionItem>,
}

/// A completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct CompletionItem {
    /// The label in the list.
    pub label: String,
    /// `field`, `value`, `module`, `reference` or `snippet`.
    #[cfg_attr(
        feature = "javascript",
        tsify(type = "'field' | 'value' | 'module' | 'reference' | 'snippet'")
    )]
    pub kind: &'static str,
    /// A short description next to the label.
    pub detail: String,
    /// The documentation as Markdown.
    pub documentation: String,
    /// The text that replaces the word.
    pub insert: String,
}

/// The documentation at an offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Hover {
    /// The first UTF-16 code unit of the word.
    pub utf16_start: usize,
    /// One past the last UTF-16 code unit of the word.
    pub utf16_end: usize,
    /// The documentation as Markdown.
    pub markdown: String,
}

/// Returns the completions at a UTF-16 offset. `file` is the name of the service file, or the path
/// of an environment file.
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, complete};
///
/// let service = ServiceFile::parse("opta.yml", "na");
/// let request = Request { service, ..Request::default() };
/// let completions = complete(&request, "opta.yml", 2).expect("the offset is in the file");
/// assert!(completions.items.iter().any(|item| item.label == "name"));
/// ```
#[must_use]
pub fn complete(request: &Request, file: &str, offset: usize) -> Option<Completions> {
    with_context(request, file, offset, |offset, around, index| {
        let (range, items) = assist::complete(offset, around)?;
        let item = |item: assist::Completion| CompletionItem {
            label: item.label,
            kind: item.kind.as_str(),
            detail: item.detail,
            documentation: item.documentation,
            insert: item.insert,
        };
        let text = &around.source.text;
        let items = items.into_iter().map(item).collect();
        Some(Completions {
            utf16_start: index.utf16(text, range.start),
            utf16_end: index.utf16(text, range.end),
            items,
        })
    })
}

/// Returns the documentation at a UTF-16 offset. `file` is the name of the service file, or the
/// path of an environment file.
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, hover};
///
/// let service = ServiceFile::parse("opta.yml", "name: shop\n");
/// let request = Request { service, ..Request::default() };
/// let hover = hover(&request, "opta.yml", 1).expect("the offset is on a key");
/// assert_eq!((hover.utf16_start, hover.utf16_end), (0, 4));
/// ```
#[must_use]
pub fn hover(request: &Request, file: &str, offset: usize) -> Option<Hover> {
    with_context(request, file, offset, |offset, around, index| {
        let (range, markdown) = assist::hover(offset, around)?;
        let text = &around.source.text;
        Some(Hover {
            utf16_start: index.utf16(text, range.start),
            utf16_end: index.utf16(text, range.end),
            markdown,
        })
    })
}

/// Returns the field whose key or value is at an offset in UTF-16.
pub(super) fn field_at(request: &Request, file: &str, offset: usize) -> Option<&'static Field> {
    with_context(request, file, offset, |offset, around, _| assist::field_at(offset, around))
}

/// Calls `help` with the byte offset and the context of a file.
fn with_context<T>(
    request: &Request,
    file: &str,
    offset: usize,
    help: impl FnOnce(usize, &AssistContext<'_>, &LineIndex) -> Option<T>,
) -> Option<T> {
    let service_file = request.service.parsed();
    let (service, layer_file, mut ignored) =
        (&service_file.source, &service_file.layer, Vec::new());
    let values = read_values(request).without_secrets();
    let choices = request.choices.or_values(&values);
    // If no environment is chosen, use the first one.
    let entry = resolve::choose(layer_file, choices.environment.as_deref()).ok().flatten();
    let entry = entry.or_else(|| layer_file.environments.first().map(|entry| &entry.value));
    let (environment, _) =
        read_environment(request, layer_file, entry, &mut ignored, &mut Places::default());
    let variables =
        layer_file.layer.as_ref().map_or_else(BTreeMap::new, |file| file.variables(entry));
    let name = layer_file
        .layer
        .as_ref()
        .and_then(|layer| layer.name.as_ref())
        .map(|name| name.value.clone());
    let scope = Scope {
        layer_name: name.as_ref().map(|name| name.as_str()).unwrap_or_default(),
        environment: &environment,
        variables: &variables,
        modules: &layer_file.modules,
        values: &values,
        image: (choices.image_tag.as_deref(), choices.image_digest.as_deref()),
        used: &RefCell::new(BTreeMap::new()),
        expanded: &Cell::new(0),
        searches: &Cell::new(0),
    };
    let paths: Vec<&str> = request.environment_files.keys().map(String::as_str).collect();
    let text = if file == request.service.name() {
        None
    } else {
        Some(request.environment_files.get(file)?.as_ref().ok()?)
    };
    let source = text
        .map_or_else(|| service.clone(), |text| Source::new(FileId::Environment, file, &**text));
    let index = LineIndex::new(&source.text);
    let offset = index.byte(&source.text, offset);
    help(
        offset,
        &AssistContext { source: &source, scope: &scope, environment_paths: &paths },
        &index,
    )
}
