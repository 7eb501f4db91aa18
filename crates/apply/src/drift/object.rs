//! The drift of objects.

use optakit_core::effect::{Effect, strip_server_fields};
use optakit_core::kind::Kind;
use serde_json::Value;

use super::fields::{FieldDifference, Found, What, compare};
use super::managers::{Managers, Setter};
use super::path::Path;
use crate::applyset::Leftover;
use crate::changes::Changes;
use crate::live::ObjectChange;
use crate::plan;

/// Annotations of tools that change nothing.
const IGNORED: &[&str] = &["kubectl.kubernetes.io/", "deployment.kubernetes.io/", "cattle.io/"];

/// The label that the API server adds to each Namespace.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// An object that differs.
pub(crate) struct ObjectDrift {
    pub(crate) what: What,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The effect of an apply of the revision.
    pub(crate) effect: Effect,
    /// The fields that differ, if the object exists and should exist.
    pub(crate) fields: Vec<FieldDifference>,
    /// The changed lines, as `plan` shows them.
    pub(crate) diff: String,
}

impl ObjectDrift {
    /// Returns the number of differences.
    pub(crate) fn number(&self) -> usize {
        self.fields.len().max(1)
    }
}

/// Returns the objects that differ from a revision. `changes` are the changes that an apply of the
/// revision would make.
pub(crate) fn all(changes: &Changes) -> Vec<ObjectDrift> {
    let objects = changes.objects.iter().filter_map(of);
    let added = changes.leftovers.iter().chain(changes.kept_objects()).map(extra);
    objects.chain(added).collect()
}

fn extra(leftover: &Leftover) -> ObjectDrift {
    ObjectDrift {
        what: What::Added,
        kind: leftover.kind,
        name: leftover.name.clone(),
        effect: Effect::Deletion,
        fields: Vec::new(),
        diff: String::new(),
    }
}

fn of(change: &ObjectChange) -> Option<ObjectDrift> {
    let (kind, name) = (change.target.kind, change.target.name.clone());
    let effect = plan::effect(change);
    let Some(live) = &change.live else {
        let (fields, diff) = (Vec::new(), String::new());
        return Some(ObjectDrift { what: What::Missing, kind, name, effect, fields, diff });
    };
    let managers = Managers::of(live);
    let mut found = Vec::new();
    let (stripped, wanted) = (strip_server_fields(live), strip_server_fields(&change.wanted));
    compare(&stripped, &wanted, &Path::default(), &mut found);
    let mut fields: Vec<FieldDifference> =
        found.into_iter().map(|found| attributed(found, kind, &managers)).collect();
    let found_paths: Vec<String> = fields.iter().map(|found| found.path.clone()).collect();
    let added = added_fields(change).into_iter();
    fields.extend(added.filter(|added| !found_paths.contains(&added.path)));
    if !managers.include_optakit() {
        fields.push(FieldDifference {
            what: What::Changed,
            path: "metadata.managedFields".to_owned(),
            live: None,
            expected: Some(crate::owner::MANAGER.into()),
            by: managers.last_other(),
        });
    }
    let diff = || plan::diff(change);
    (!fields.is_empty()).then(|| ObjectDrift {
        what: What::Changed,
        kind,
        name,
        effect,
        fields,
        diff: diff(),
    })
}

fn attributed(found: Found, kind: Kind, managers: &Managers<'_>) -> FieldDifference {
    let Found { what, path, live, expected } = found;
    let by: Option<Setter> = match what {
        What::Missing => managers.last_other(),
        What::Added | What::Changed => managers.setter(&path),
    };
    // Values of Secrets are never shown.
    let shown = |value: Option<Value>| value.filter(|_| kind != Kind::Secret);
    let (live, expected) = (shown(live), shown(expected));
    FieldDifference { what, path: path.text(), live, expected, by }
}

/// Returns the fields that others added to a live object and that change what it does. An apply
/// keeps them.
pub(super) fn added_fields(change: &ObjectChange) -> Vec<FieldDifference> {
    let Some(live) = &change.live else { return Vec::new() };
    let added = Managers::of(live).additions(live, &change.target.object).into_iter();
    let added = added.filter(|(path, _)| matters(path, change.target.kind));
    let field = |(path, by): (Path, Setter)| FieldDifference {
        what: What::Added,
        path: path.text(),
        live: None,
        expected: None,
        by: Some(by),
    };
    added.map(field).collect()
}

/// Whether a field that others added changes what the object does.
fn matters(path: &Path, kind: Kind) -> bool {
    match path.fields().as_slice() {
        ["data" | "stringData" | "binaryData", ..] => true,
        // The autoscaler sets the number of pods.
        ["spec", "replicas"] => false,
        ["spec", "template", "metadata", "annotations", key, ..]
        | ["spec", "jobTemplate", "spec", "template", "metadata", "annotations", key, ..] => {
            !is_ignored(key)
        }
        ["spec", ..] => kind != Kind::Namespace,
        // Labels of a Namespace select policies, and webhooks that change pods.
        ["metadata", "labels", key, ..] => kind == Kind::Namespace && *key != NAMESPACE_NAME,
        ["metadata", "annotations", key, ..] => configures(kind) && !is_ignored(key),
        _ => false,
    }
}

fn is_ignored(annotation: &str) -> bool {
    IGNORED.iter().any(|ignored| annotation.contains(ignored))
}

/// Whether annotations of a kind configure controllers.
const fn configures(kind: Kind) -> bool {
    match kind {
        Kind::Service
        | Kind::ServiceAccount
        | Kind::Ingress
        | Kind::HttpRoute
        | Kind::GrpcRoute
        | Kind::TcpRoute => true,
        Kind::Namespace
        | Kind::ConfigMap
        | Kind::Secret
        | Kind::Deployment
        | Kind::StatefulSet
        | Kind::CronJob
        | Kind::HorizontalPodAutoscaler
        | Kind::PodDisruptionBudget => false,
    }
}
