//! Finds the place that decides a line of a manifest, and explains the line.

use super::assist::{field_at, hover};
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
use crate::render::{Object, VERSION_LABEL, WithoutImage};
use crate::span::Span;
use crate::syntax;
use crate::value::{Map, Value, ValueKind, escape};

/// A line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedLine {
    /// The JSON pointer to the value of the line.
    pub pointer: String,
    /// The file and the place that decide the line, or the object.
    pub origin: Option<(String, Place)>,
    /// Whether the origin decides this line or a part of the object around it. If not, it decides
    /// only the whole object.
    pub is_exact: bool,
}

/// The explanation of a line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineExplanation {
    /// The file that decides the line.
    pub file: String,
    /// The place in the file.
    pub place: Place,
    /// The explanation as Markdown.
    pub markdown: String,
}

/// Returns the lines of a manifest, with the place that decides each line. `manifest` is its index
/// among the manifests of [`analyze`](super::analyze).
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, trace};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// let lines = trace(&request, 2);
/// let line = lines.iter().find(|line| line.pointer == "/metadata/name").expect("it has a name");
/// assert_eq!(line.origin.as_ref().expect("the module decides it").1.line, 5);
/// ```
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

/// Returns the manifest lines that a line of a file decides: the index of the manifest, and the
/// line counted from 0.
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, decided_lines};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// assert!(!decided_lines(&request, "opta.yml", 5).is_empty());
/// ```
#[must_use]
pub fn decided_lines(request: &Request, file: &str, line: u32) -> Vec<(usize, usize)> {
    let Some(rendered) = rendered(request) else { return Vec::new() };
    let Some(asked) = rendered.places.line(file, line) else { return Vec::new() };
    let meets =
        |span: Span| span.file == asked.file && span.start <= asked.end && asked.start <= span.end;
    let mut found = Vec::new();
    for (manifest, object) in rendered.objects.iter().enumerate() {
        // Skip the objects of other modules.
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

/// Explains a line of a manifest of a kind.
///
/// ```
/// use optakit_core::api::{Kind, Request, ServiceFile, explain_line, trace};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// let line = &trace(&request, 0)[0];
/// let explanation = explain_line(&request, Kind::Namespace, line).expect("it has an origin");
/// assert_eq!(explanation.file, "opta.yml");
/// ```
#[must_use]
pub fn explain_line(request: &Request, kind: Kind, line: &TracedLine) -> Option<LineExplanation> {
    let (file, place) = line.origin.clone()?;
    let at = format!("`{file}` line {}", place.line);
    let about = if line.is_exact {
        hover(request, &file, place.utf16_start).map(|hover| hover.markdown)
    } else {
        None
    };
    let pointer = path_of_pointer(&line.pointer);
    let markdown = match (about, default_of(kind, &pointer)) {
        (Some(about), _) => {
            let field = field_at(request, &file, place.utf16_start);
            let derived = field.map(|field| derivation(field, kind, &pointer)).unwrap_or_default();
            format!("Set at {at}{derived}.\n\n{about}")
        }
        (None, Some(field)) if !line.is_exact => {
            let default = field.default.unwrap_or_default();
            let derived = derivation(field, kind, &pointer);
            format!(
                "`{}` is not set. Default: `{default}`{derived}.\n\n{}",
                field.name,
                reference::field_text(field)
            )
        }
        (None, _) if line.is_exact => format!("Set at {at}."),
        (None, _) if line.pointer.ends_with(&escape(VERSION_LABEL)) => {
            format!("The image tag that you entered, or `latest`. The module is at {at}.")
        }
        (None, _) => format!("Optakit sets this in every {kind}. The module is at {at}."),
    };
    Some(LineExplanation { file, place, markdown })
}

/// Describes how a line follows from the value of a field, such as " (twice the value)".
fn derivation(field: &Field, kind: Kind, path: &str) -> String {
    let part = field.renders.iter().find(|part| part.contains(kind, path));
    match part.and_then(|part| part.note) {
        Some(note) => format!(" ({note})"),
        None => String::new(),
    }
}

/// Returns the field with a default that decides the value at a path.
fn default_of(kind: Kind, path: &str) -> Option<&'static Field> {
    let decides = |field: &&Field| {
        field.default.is_some() && field.renders.iter().any(|part| part.contains(kind, path))
    };
    K8sService::FIELDS.iter().chain(ResourceRequest::FIELDS).find(decides)
}

struct Line {
    pointer: String,
    origin: Option<Span>,
    is_exact: bool,
}

/// Returns the lines of an object, as [`syntax::to_yaml`] writes them.
fn lines(object: &Object, pointers: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut pointer = pointers.then(String::new);
    collect(&object.value, &mut pointer, (object.value.origin, false), None, &mut lines);
    lines
}

/// Adds the lines of a value. `begun` is the line of the dash if the value is a list item.
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

/// Returns the number of lines of a text after its first line.
fn further_lines(value: &Value) -> usize {
    match &value.kind {
        ValueKind::Text(text) if text.as_str().contains('\n') => {
            syntax::to_yaml(&Map::new().with("k", text.clone()).into()).lines().count() - 1
        }
        _ => 0,
    }
}
