//! Compares manifests with an earlier export, with another environment, or with a cluster.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::analysis::Manifest;
use super::equivalent::{adopt_known, adopt_quantities, project_onto};
use crate::effect::{Effect, effect, recreates, strip_server_fields};
use crate::syntax;
use crate::value::PlacedHole;

/// An object to compare manifests with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineObject {
    /// The kind of the object.
    pub kind: String,
    /// The name of the object.
    pub name: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// The object as a YAML document.
    pub yaml: String,
}

impl From<&Manifest> for BaselineObject {
    fn from(manifest: &Manifest) -> Self {
        Self {
            kind: manifest.kind.name().to_owned(),
            name: manifest.name.clone(),
            namespace: manifest.namespace.clone(),
            yaml: manifest.yaml.to_string(),
        }
    }
}

/// The source of the objects that manifests are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The objects are rendered too. Every line is compared.
    Rendered,
    /// The objects are from a cluster, with defaults of the API server. Only the rendered fields
    /// are compared.
    Cluster,
}

/// A change of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The kind of the object.
    pub kind: String,
    /// The name of the object.
    pub name: String,
    /// `create`, `change`, `delete`, `recreate`, or `keep` for an AWS resource that the bundle no
    /// longer contains.
    pub action: &'static str,
    /// The effect: `nothing restarts`, `scaling`, `stops all pods`, `traffic`, `rolling restart`,
    /// `deletion` or `recreation`.
    pub effect: &'static str,
    /// The index of the manifest; none if the object is deleted.
    pub manifest: Option<usize>,
    /// The lines of both objects, in order.
    pub lines: Vec<DiffLine>,
}

/// A line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// `+` if only the manifest has the line, `-` if only the other object has it, else a space.
    pub sign: char,
    /// The line without its line break.
    pub text: String,
    /// The index among the lines of the manifest.
    pub line: Option<usize>,
}

/// Reads Kubernetes objects from YAML documents or JSON. Returns the items of a Kubernetes list.
///
/// # Errors
///
/// Fails with a message if the text is invalid, or if a document is not a Kubernetes object.
///
/// ```
/// use optakit_core::api::read_objects;
///
/// let objects = read_objects("{kind: Service, metadata: {name: api}}").expect("it is valid");
/// assert_eq!(objects[0].name, "api");
/// assert!(read_objects("a: b").is_err());
/// ```
pub fn read_objects(text: &str) -> Result<Vec<BaselineObject>, String> {
    let documents = syntax::documents(text)?;
    let unpacked = documents.into_iter().flat_map(|document| match document {
        Value::Object(mut map)
            if map
                .get("kind")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind.ends_with("List")) =>
        {
            match map.remove("items") {
                Some(Value::Array(items)) => items,
                _ => Vec::new(),
            }
        }
        Value::Null => Vec::new(),
        other => vec![other],
    });
    let word = |object: &Value, pointer: &str| {
        object.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
    };
    let other = |object: Value| {
        let (kind, name) = (word(&object, "/kind"), word(&object, "/metadata/name"));
        let (Some(kind), Some(name)) = (kind, name) else {
            return Err(
                "a document is not a Kubernetes object: `kind` or `metadata.name` is missing"
                    .to_owned(),
            );
        };
        let namespace = word(&object, "/metadata/namespace");
        Ok(BaselineObject {
            kind,
            name,
            namespace,
            yaml: syntax::data_to_yaml(&strip_server_fields(&object)),
        })
    };
    let objects = unpacked.map(other).collect::<Result<Vec<BaselineObject>, String>>()?;
    if objects.is_empty() {
        Err("the text contains no Kubernetes object".to_owned())
    } else {
        Ok(objects)
    }
}

/// Compares manifests with earlier objects. Returns a change for each object that differs.
///
/// Objects from a cluster that are not rendered are ignored: something else owns them.
///
/// ```
/// use optakit_core::api::{Baseline, BaselineObject, Request, ServiceFile, analyze, compare};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// let render = |request: &Request| analyze(request, false).manifests.expect("no errors");
/// let before: Vec<_> = render(&request).iter().map(BaselineObject::from).collect();
///
/// let service = ServiceFile::parse("opta.yml", &text.replace("1.29", "1.30"));
/// let after = render(&Request { service, ..request });
/// let changes = compare(&before, &after, Baseline::Rendered);
/// assert_eq!((&*changes[0].kind, changes[0].effect), ("Deployment", "rolling restart"));
/// ```
#[must_use]
pub fn compare(
    others: &[BaselineObject],
    manifests: &[Manifest],
    against: Baseline,
) -> Vec<Change> {
    compare_with_holes(others, manifests, &[], against)
}

/// Compares manifests whose texts have holes. A hole is equal to every value in a cluster.
pub(super) fn compare_with_holes(
    others: &[BaselineObject],
    manifests: &[Manifest],
    holes: &[Vec<PlacedHole>],
    against: Baseline,
) -> Vec<Change> {
    let same = |other: &BaselineObject, manifest: &Manifest| {
        other.kind == manifest.kind.name()
            && other.name == manifest.name
            && other.namespace == manifest.namespace
    };
    let mut changes = Vec::new();
    for (index, manifest) in manifests.iter().enumerate() {
        // The index is nearly always the same.
        let other = others.get(index).filter(|other| same(other, manifest));
        let other = other.or_else(|| others.iter().find(|other| same(other, manifest)));
        match other {
            Some(other) if *other.yaml == *manifest.yaml => {}
            Some(other) => {
                let holes = holes.get(index).map_or(&[][..], Vec::as_slice);
                let change = changed(other, manifest, holes, against);
                changes.extend(change.map(|change| Change { manifest: Some(index), ..change }));
            }
            None => changes.push(Change {
                kind: manifest.kind.name().to_owned(),
                name: manifest.name.clone(),
                action: "create",
                effect: Effect::None.label(),
                manifest: Some(index),
                lines: diff("", &manifest.yaml),
            }),
        }
    }
    if against == Baseline::Rendered {
        let gone =
            others.iter().filter(|other| !manifests.iter().any(|manifest| same(other, manifest)));
        changes.extend(gone.map(|other| Change {
            kind: other.kind.clone(),
            name: other.name.clone(),
            action: "delete",
            effect: Effect::Deletion.label(),
            manifest: None,
            lines: diff(&other.yaml, ""),
        }));
    }
    changes
}

/// Returns the change of an object that exists on both sides; none if they are equal.
fn changed(
    other: &BaselineObject,
    manifest: &Manifest,
    holes: &[PlacedHole],
    against: Baseline,
) -> Option<Change> {
    let wanted = manifest.to_value();
    let mut live =
        syntax::documents(&other.yaml).ok().and_then(|documents| documents.into_iter().next())?;
    if against == Baseline::Cluster {
        live = project_onto(&live, &wanted);
        adopt_known(&mut live, &wanted, holes);
    }
    let as_written = live.clone();
    adopt_quantities(&mut live, &wanted);
    if live == wanted {
        return None;
    }
    let recreated = recreates(manifest.kind, &live, &wanted);
    let before = if against == Baseline::Rendered && live == as_written {
        other.yaml.clone()
    } else {
        syntax::data_to_yaml(&live)
    };
    let effect =
        if recreated { Effect::Recreation } else { effect(manifest.kind, Some(&live), &wanted) };
    Some(Change {
        kind: manifest.kind.name().to_owned(),
        name: manifest.name.clone(),
        action: if recreated { "recreate" } else { "change" },
        effect: effect.label(),
        manifest: None,
        lines: diff(&before, &manifest.yaml),
    })
}

/// Returns the lines of both texts.
pub(super) fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(before, after);
    let line = |change: similar::Change<&str>| DiffLine {
        sign: match change.tag() {
            ChangeTag::Equal => ' ',
            ChangeTag::Insert => '+',
            ChangeTag::Delete => '-',
        },
        text: change.value().trim_end_matches('\n').to_owned(),
        line: change.new_index(),
    };
    diff.iter_all_changes().map(line).collect()
}
