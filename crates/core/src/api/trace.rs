//! Which place of a text decides a line of a manifest, and why the line is there.

use super::assist::hover;
use super::check::CheckedRequest;
use super::places::Place;
use super::rendered::RenderedRequest;
use super::request::Request;
use crate::kind::Kind;
use crate::model::field::Field;
use crate::model::k8s_service::K8sService;
use crate::model::rendered::path_of_pointer;
use crate::model::resource_request::ResourceRequest;
use crate::reference;
use crate::render::{Object, WithoutImage};
use crate::span::Span;
use crate::syntax;
use crate::value::{Map, Value, ValueKind};

/// A line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedLine {
    /// The JSON pointer to what the line says.
    pub pointer: String,
    /// The place that decides it, or the object as a whole, with the name of its text.
    pub origin: Option<(String, Place)>,
    /// Whether the place is of this line, or of a part of the object that is around it; else it is
    /// the object's.
    pub is_exact: bool,
}

/// Why a line of a manifest is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineExplanation {
    /// The name of the text that decides it.
    pub file: String,
    /// The place there.
    pub place: Place,
    /// What is to say of it, as Markdown.
    pub markdown: String,
}

/// The lines of a manifest, by its place among those that [`analyze`](super::analyze) renders; none
/// when it is not there.
#[must_use]
pub fn trace(request: &Request, manifest: usize) -> Vec<TracedLine> {
    let Some(rendered) = rendered(request) else { return Vec::new() };
    let traced = |line: Line| {
        let origin = line
            .origin
            .map(|span| rendered.places.place(span))
            .filter(|(file, _)| !file.is_empty());
        TracedLine { pointer: line.pointer, is_exact: line.is_exact && origin.is_some(), origin }
    };
    rendered
        .objects
        .get(manifest)
        .into_iter()
        .flat_map(|object| lines(object, true))
        .map(traced)
        .collect()
}

/// The lines of manifests that a line of a text decides: the place of the manifest, and the line in
/// it from 0.
#[must_use]
pub fn decided_lines(request: &Request, file: &str, line: u32) -> Vec<(usize, usize)> {
    let Some(rendered) = rendered(request) else { return Vec::new() };
    let Some(asked) = rendered.places.line(file, line) else { return Vec::new() };
    let meets =
        |span: Span| span.file == asked.file && span.start <= asked.end && asked.start <= span.end;
    let mut found = Vec::new();
    for (manifest, object) in rendered.objects.iter().enumerate() {
        // Most objects are of other modules.
        if !object.value.origin.is_none_or(meets) && asked.file == crate::span::FileId::Service {
            continue;
        }
        let decided = lines(object, false)
            .into_iter()
            .enumerate()
            .filter(|(_, line)| line.is_exact && line.origin.is_some_and(meets));
        found.extend(decided.map(|(line, _)| (manifest, line)));
    }
    found
}

fn rendered(request: &Request) -> Option<RenderedRequest> {
    let checked = CheckedRequest::new(request);
    RenderedRequest::new(checked, WithoutImage::LeaveOut)
}

/// Why a line of a manifest of this kind is there.
#[must_use]
pub fn explain_line(request: &Request, kind: Kind, line: &TracedLine) -> Option<LineExplanation> {
    let (file, place) = line.origin.clone()?;
    let at = format!("`{file}` line {}", place.line);
    let about = if line.is_exact {
        hover(request, &file, place.utf16_start).map(|hover| hover.markdown)
    } else {
        None
    };
    let markdown = match (about, default_of(kind, &line.pointer)) {
        (Some(about), _) => format!("Decided at {at}.\n\n{about}"),
        (None, Some(field)) if !line.is_exact => {
            let default = field.default.unwrap_or_default();
            format!(
                "`{}` is not set: `{default}` is its default.\n\n{}",
                field.name,
                reference::field_text(field)
            )
        }
        (None, _) if line.is_exact => format!("Decided at {at}."),
        (None, _) => format!("Part of every {kind} of the module at {at}."),
    };
    Some(LineExplanation { file, place, markdown })
}

/// Returns the field with a default that decides the value at a JSON pointer.
fn default_of(kind: Kind, pointer: &str) -> Option<&'static Field> {
    let path = path_of_pointer(pointer);
    let decides = |field: &&Field| {
        field.default.is_some() && field.renders.iter().any(|part| part.contains(kind, &path))
    };
    K8sService::FIELDS.iter().chain(ResourceRequest::FIELDS).find(decides)
}

struct Line {
    pointer: String,
    origin: Option<Span>,
    is_exact: bool,
}

/// The lines that the writer makes of an object, with pointers when they are wanted.
fn lines(object: &Object, pointers: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut pointer = pointers.then(String::new);
    collect(&object.value, &mut pointer, (object.value.origin, false), None, &mut lines);
    lines
}

/// `begun` is the line on which the value begins, when that is one that stands already: an item's
/// dash.
fn collect(
    value: &Value,
    pointer: &mut Option<String>,
    around: (Option<Span>, bool),
    begun: Option<usize>,
    lines: &mut Vec<Line>,
) {
    let length = pointer.as_ref().map_or(0, String::len);
    let mut step = |name: &str, value: &Value, same_line: bool, is_item: bool| {
        if let Some(pointer) = pointer.as_mut() {
            pointer.push('/');
            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        }
        let (origin, is_exact) = value.origin.map_or(around, |origin| (Some(origin), true));
        let here = pointer.clone().unwrap_or_default();
        let line = Line { pointer: here.clone(), origin, is_exact };
        match lines.last_mut() {
            Some(last) if same_line => *last = line,
            _ => lines.push(line),
        }
        let at = lines.len() - 1;
        for _ in 0..further_lines(value) {
            lines.push(Line { pointer: here.clone(), origin, is_exact });
        }
        collect(value, pointer, (origin, is_exact), is_item.then_some(at), lines);
        if let Some(pointer) = pointer.as_mut() {
            pointer.truncate(length);
        }
    };
    match &value.kind {
        ValueKind::Map(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                step(key, value, index == 0 && begun.is_some(), false);
            }
        }
        ValueKind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                step(&index.to_string(), item, index == 0 && begun.is_some(), true);
            }
        }
        _ => {}
    }
}

/// The lines of a text beyond its first.
fn further_lines(value: &Value) -> usize {
    match &value.kind {
        ValueKind::Text(text) if text.as_str().contains('\n') => {
            syntax::to_yaml(&Map::new().with("k", text.clone()).into()).lines().count() - 1
        }
        _ => 0,
    }
}
