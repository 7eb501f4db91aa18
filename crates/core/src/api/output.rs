//! What becomes of rendered objects: texts for people, each object dropped when it is written, or data for a bundle.

use super::data::{Analysis, AwsDocument, AwsResource, Manifest, SourceText};
use super::render::{RenderInput, Rendered, Resource, Sink, render_all};
use super::texts::Texts;
use crate::order::sort_by_rank;
use crate::render::{Object, rank};
use crate::syntax;
use crate::value::{Value, ValueKind};

/// Renders, and puts the texts into the analysis.
pub(super) fn written(input: &RenderInput<'_>, analysis: &mut Analysis) {
    let mut texts = Written::default();
    render_all(input, &mut texts, analysis);
    sort_by_rank(&mut texts.manifests, |manifest| [rank(manifest.kind), 0, 0]);
    analysis.manifests = Some(texts.manifests);
    analysis.aws = texts.aws;
}

#[derive(Default)]
struct Written {
    manifests: Vec<Manifest>,
    aws: Vec<AwsResource>,
    writer: syntax::YamlWriter,
}

impl Sink for Written {
    fn object(&mut self, object: Object) {
        self.manifests.push(Manifest {
            kind: object.kind,
            name: object.name.as_str().to_owned(),
            namespace: object.namespace.as_ref().map(|namespace| namespace.as_str().to_owned()),
            yaml: self.writer.write(&object.value).to_owned(),
        });
    }

    fn resource(&mut self, resource: Resource) {
        self.aws.push(named(resource).0);
    }
}

/// Renders, and keeps only the AWS resources.
pub(super) fn aws(input: &RenderInput<'_>, analysis: &mut Analysis) -> Vec<AwsDocument> {
    let mut documents = Documents::default();
    render_all(input, &mut documents, analysis);
    documents.0
}

#[derive(Default)]
struct Documents(Vec<AwsDocument>);

impl Sink for Documents {
    fn object(&mut self, _: Object) {}

    fn resource(&mut self, resource: Resource) {
        let (resource, value) = named(resource);
        self.0.push(AwsDocument { resource, json: syntax::to_json(&value) });
    }
}

fn named(resource: Resource) -> (AwsResource, Value) {
    let Resource { kind, module, value } = resource;
    (AwsResource { kind, name: name(&value), module }, value)
}

fn name(resource: &Value) -> String {
    match resource.get("name").map(|name| &name.kind) {
        Some(ValueKind::Text(name)) => name.as_str().to_owned(),
        _ => String::new(),
    }
}

/// Renders, and keeps all as data.
pub(super) fn data(
    input: &RenderInput<'_>,
    environment_file: Option<SourceText>,
    texts: Texts,
    analysis: &mut Analysis,
) -> Rendered {
    let mut kept = Kept::default();
    render_all(input, &mut kept, analysis);
    sort_by_rank(&mut kept.objects, |object| [rank(object.kind), 0, 0]);
    Rendered {
        layer: input.scope.layer_name.to_owned(),
        environment: input.scope.environment.clone(),
        environment_file,
        objects: kept.objects,
        aws: kept.aws,
        used: input.scope.used.borrow().clone(),
        texts,
    }
}

#[derive(Default)]
struct Kept {
    objects: Vec<Object>,
    aws: Vec<Resource>,
}

impl Sink for Kept {
    fn object(&mut self, object: Object) {
        self.objects.push(object);
    }

    fn resource(&mut self, resource: Resource) {
        self.aws.push(resource);
    }
}
