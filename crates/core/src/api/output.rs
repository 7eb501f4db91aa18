//! What becomes of rendered objects: texts for people, each object dropped when it is written, or
//! data for a bundle.

use super::analysis::{Analysis, AwsDocument, AwsResource, Manifest};
use super::cache::CachedService;
use super::pass::Product;
use super::places::Places;
use super::render::{RenderInput, Rendered, Resource, Sink, render_all};
use crate::order::sort_by_rank;
use crate::render::{Object, WithoutImage};
use crate::source::SourceText;
use crate::syntax;
use crate::value::{Value, ValueKind};

/// The manifests as texts in the analysis, maybe with the Secret of link values.
pub(super) struct Manifests {
    pub(super) link_values: bool,
}

impl Product for Manifests {
    fn link_values(&self) -> bool {
        self.link_values
    }

    fn make(
        &mut self,
        input: &RenderInput<'_>,
        _: Option<SourceText>,
        _: Places,
        analysis: &mut Analysis,
    ) {
        let mut texts = Written::default();
        render_all(input, &mut texts, analysis);
        sort_by_rank(&mut texts.manifests, |manifest| [manifest.kind.rank(), 0, 0]);
        analysis.manifests = Some(texts.manifests);
        analysis.aws = texts.aws;
    }
}

#[derive(Default)]
struct Written {
    manifests: Vec<Manifest>,
    aws: Vec<AwsResource>,
    writer: syntax::YamlWriter,
    /// How many manifests and resources there were before the last service.
    before: (usize, usize),
}

impl Sink for Written {
    fn object(&mut self, object: Object) {
        self.manifests.push(Manifest {
            kind: object.kind,
            name: object.name.as_str().to_owned(),
            namespace: object.namespace.as_ref().map(|namespace| namespace.as_str().to_owned()),
            yaml: self.writer.write(&object.value).into(),
        });
    }

    fn resource(&mut self, resource: Resource) {
        self.aws.push(named(resource).0);
    }

    fn begin(&mut self) {
        self.before = (self.manifests.len(), self.aws.len());
    }

    fn known(&mut self, made: &CachedService) {
        self.manifests.extend_from_slice(&made.manifests);
        self.aws.extend_from_slice(&made.resources);
    }

    fn made(&self) -> (Vec<Manifest>, Vec<AwsResource>) {
        (self.manifests[self.before.0..].to_vec(), self.aws[self.before.1..].to_vec())
    }
}

/// The AWS resources alone.
#[derive(Default)]
pub(super) struct Documents(pub(super) Vec<AwsDocument>);

impl Product for Documents {
    fn make(
        &mut self,
        input: &RenderInput<'_>,
        _: Option<SourceText>,
        _: Places,
        analysis: &mut Analysis,
    ) {
        render_all(input, self, analysis);
    }
}

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

/// All of it as data: for a bundle, with holes for what is not known, or for the places that lines
/// come from.
#[derive(Default)]
pub(super) struct Data {
    pub(super) for_bundle: bool,
    /// There once it is made, which it is without errors only.
    pub(super) rendered: Option<Rendered>,
}

impl Product for Data {
    fn without_image(&self) -> WithoutImage {
        if self.for_bundle { WithoutImage::Hole } else { WithoutImage::LeaveOut }
    }

    fn make(
        &mut self,
        input: &RenderInput<'_>,
        environment_file: Option<SourceText>,
        places: Places,
        analysis: &mut Analysis,
    ) {
        let mut kept = Kept::default();
        render_all(input, &mut kept, analysis);
        sort_by_rank(&mut kept.objects, |object| [object.kind.rank(), 0, 0]);
        self.rendered = Some(Rendered {
            layer: input.scope.layer_name.to_owned(),
            environment: input.scope.environment.clone(),
            environment_file,
            objects: kept.objects,
            aws: kept.aws,
            used: input.scope.used.borrow().clone(),
            places,
        });
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
