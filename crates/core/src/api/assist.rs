//! Help while typing, as plain data.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;

use super::environment::read_environment;
use super::places::Places;
use super::request::Request;
use super::values::read_values;
use crate::assist::{self, AssistContext};
use crate::model::layer::EnvironmentEntry;
use crate::resolve::{self, Scope};
use crate::source::{LineIndex, Source};
use crate::span::FileId;

/// What may stand at an offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Completions {
    /// The first UTF-16 code unit of the word that a completion takes the place of.
    pub utf16_start: usize,
    /// One past its last.
    pub utf16_end: usize,
    /// The completions, best first; which fit the word is for the front end to decide.
    pub items: Vec<CompletionItem>,
}

/// One thing that may stand at an offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct CompletionItem {
    /// What it is called.
    pub label: String,
    /// `field`, `value`, `module`, `reference` or `snippet`.
    pub kind: &'static str,
    /// A few words beside the label.
    pub detail: String,
    /// More, as Markdown.
    pub documentation: String,
    /// What takes the word's place.
    pub insert: String,
}

/// What the thing at an offset is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Hover {
    /// Its first UTF-16 code unit.
    pub utf16_start: usize,
    /// One past its last.
    pub utf16_end: usize,
    /// What is to say, as Markdown.
    pub markdown: String,
}

/// What may stand at a UTF-16 offset of one of the request's files: the service file by its name,
/// an environment file by its path.
#[must_use]
pub fn complete(request: &Request, file: &str, offset: usize) -> Option<Completions> {
    within(request, file, offset, |offset, around, index| {
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

/// What is to say of a UTF-16 offset of one of the request's files.
#[must_use]
pub fn hover(request: &Request, file: &str, offset: usize) -> Option<Hover> {
    within(request, file, offset, |offset, around, index| {
        let (range, markdown) = assist::hover(offset, around)?;
        let text = &around.source.text;
        Some(Hover {
            utf16_start: index.utf16(text, range.start),
            utf16_end: index.utf16(text, range.end),
            markdown,
        })
    })
}

fn within<T>(
    request: &Request,
    file: &str,
    offset: usize,
    help: impl FnOnce(usize, &AssistContext<'_>, &LineIndex) -> Option<T>,
) -> Option<T> {
    let service_file = request.service.parsed();
    let (service, layer_file, mut unsaid) = (&service_file.source, &service_file.layer, Vec::new());
    let values = read_values(request).without_secrets();
    let choices = request.choices.or_values(&values);
    // While several are open, the first tells what an environment can know.
    let entry = resolve::choose(layer_file, choices.environment.as_deref()).ok().flatten();
    let entry = entry.or_else(|| layer_file.environments.first().map(|entry| &entry.value));
    let (environment, _) =
        read_environment(request, layer_file, entry, &mut unsaid, &mut Places::default());
    let variables = entry.map_or_else(BTreeMap::new, EnvironmentEntry::all_variables);
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
