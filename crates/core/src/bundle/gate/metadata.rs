//! The parts that all objects of a module have: metadata, labels and selector.

use serde_json::{Value, json};

use super::shape::{Field, Shape, any_text, exactly, optional, required};
use crate::kind::Kind;
use crate::model::name::Names;

/// Returns the shape of an object with these fields after `metadata`.
pub(super) fn object<'a>(
    kind: Kind,
    names: &'a Names,
    annotations: Option<Shape<'a>>,
    rest: Vec<Field<'a>>,
) -> Shape<'a> {
    let mut metadata = vec![
        required("name", any_text()),
        required("namespace", exactly(names.layer.as_str())),
        required("labels", labels_of_object(names)),
    ];
    metadata.extend(annotations.map(|annotations| optional("annotations", annotations)));
    let mut fields = vec![
        required("apiVersion", exactly(kind.api_version())),
        required("kind", exactly(kind.name())),
        required("metadata", Shape::Map(metadata)),
    ];
    fields.extend(rest);
    Shape::Map(fields)
}

/// The labels that select the pods of a module.
pub(super) fn selector(names: &Names) -> Value {
    json!({
        "app.kubernetes.io/name": "k8s-service",
        "app.kubernetes.io/instance": names.instance.as_str(),
    })
}

/// The labels that name module, layer and environment.
pub(super) fn common_labels(names: &Names) -> Vec<Field<'static>> {
    vec![
        required("app.kubernetes.io/name", exactly("k8s-service")),
        required("app.kubernetes.io/instance", exactly(names.instance.as_str())),
        required("opta.dev/module-name", exactly(names.module.as_str())),
        required("opta.dev/layer-name", exactly(names.layer.as_str())),
        required("opta.dev/environment-name", exactly(names.environment.as_str())),
    ]
}

fn labels_of_object(names: &Names) -> Shape<'static> {
    let mut labels = common_labels(names);
    labels.push(required("app.kubernetes.io/version", any_text()));
    labels.push(required("app.kubernetes.io/managed-by", exactly("optakit")));
    Shape::Map(labels)
}
