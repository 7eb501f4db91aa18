//! The objects and AWS resources of all services of a request, put together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::analysis::{Analysis, AwsResource, Manifest};
use super::cache::{Cache, CachedService};
use super::places::Places;
use crate::aws;
use crate::bundle::RequiredSecret;
use crate::check::Checked;
use crate::model::environment::Environment;
use crate::model::exposure::Exposure;
use crate::model::image::Image;
use crate::model::k8s_service::K8sService;
use crate::model::module::Header;
use crate::model::name::Names;
use crate::order;
use crate::render::{self, Frame, Hardening, LinkVariable, Profile, WithoutImage};
use crate::resolve::Scope;
use crate::source::Source;
use crate::source::SourceText;
use crate::span::Span;
use crate::text::Text;
use crate::value::{Value, ValueKind};

/// An AWS resource of a module.
pub(crate) struct Resource {
    /// `ecr-repository` or `iam-role`.
    pub(crate) kind: &'static str,
    /// The module.
    pub(crate) module: String,
    /// All of it.
    pub(crate) value: Value,
}

/// What a pass over a request without errors gives.
pub(crate) struct Rendered {
    /// The layer's name.
    pub(crate) layer: String,
    /// The environment.
    pub(crate) environment: Environment,
    /// The path of the environment file, and its text.
    pub(crate) environment_file: Option<SourceText>,
    /// The objects of all services, without the Secret of link values.
    pub(crate) objects: Vec<render::Object>,
    /// The AWS resources, as data.
    pub(crate) aws: Vec<Resource>,
    /// The values that were used.
    pub(crate) used: BTreeMap<String, String>,
    /// The texts of the request, for places.
    pub(crate) places: Places,
}

/// A service that may be rendered, with its module.
pub(super) struct Service<'a> {
    pub(super) header: &'a Header,
    pub(super) part: ServiceState,
}

/// What there is of a service.
pub(super) enum ServiceState {
    Checked {
        checked: Box<Checked<K8sService>>,
        is_faultless: bool,
    },
    /// What an earlier request has made of it.
    Known(Arc<CachedService>),
}

impl Service<'_> {
    /// It itself, unless it is known already: products that do not remember are given no such.
    pub(super) fn checked(&self) -> Option<&Checked<K8sService>> {
        if let ServiceState::Checked { checked, .. } = &self.part { Some(checked) } else { None }
    }

    /// What its links give, in order.
    fn variables(&self, modules: &[Header]) -> Vec<LinkVariable> {
        match &self.part {
            ServiceState::Checked { checked, .. } => render::link_variables(checked, modules),
            ServiceState::Known(made) => made.variables.clone(),
        }
    }

    /// The keys that it reads from the Secret of manual secrets.
    fn secrets(&self) -> Vec<String> {
        match &self.part {
            ServiceState::Checked { checked, .. } => checked
                .secrets
                .value
                .iter()
                .map(|secret| secret.value.as_str().to_owned())
                .collect(),
            ServiceState::Known(made) => made.secrets.clone(),
        }
    }
}

/// What rendering needs beside the services themselves.
pub(super) struct RenderInput<'a> {
    pub(super) source: &'a Source,
    pub(super) scope: &'a Scope<'a>,
    pub(super) services: &'a [Service<'a>],
    pub(super) profile: Profile,
    pub(super) hardening: Hardening,
    pub(super) exposure: Exposure,
    pub(super) gateway: (&'a str, &'a str),
    pub(super) without_image: WithoutImage,
    pub(super) layer_span: Option<Span>,
    /// Whether the Secret of link values is among the objects.
    pub(super) link_values: bool,
    /// The certificates of RDS, where any service needs them.
    pub(super) rds_certificates: Option<Text>,
    /// Where what becomes of services is kept.
    pub(super) cache: Option<&'a Cache>,
}

/// Where the objects and AWS resources of the services go, each as soon as it is made.
pub(super) trait Sink {
    fn object(&mut self, object: render::Object);
    fn resource(&mut self, resource: Resource);
    /// A service begins.
    fn begin(&mut self) {}
    /// Takes what an earlier request has made of a service. Only products that remember are given
    /// any.
    fn known(&mut self, _: &CachedService) {}
    /// What has come of the service that began last, to be remembered.
    fn made(&self) -> (Vec<Manifest>, Vec<AwsResource>) {
        (Vec::new(), Vec::new())
    }
}

/// Renders all services into a sink, and tells the analysis what they need.
///
/// Objects come service by service; those of a kind are put together only when all are there.
pub(super) fn render_all(input: &RenderInput<'_>, sink: &mut impl Sink, analysis: &mut Analysis) {
    let (scope, environment) = (input.scope, input.scope.environment);
    let environment_name = Text::literal(&environment.name);
    let layer = Text::literal(scope.layer_name);
    let version = Text::literal(scope.image.0.unwrap_or("latest"));
    let certificates = input.rds_certificates.clone().unwrap_or(Text::constant(""));
    let variables: Vec<_> =
        input.services.iter().map(|service| service.variables(scope.modules)).collect();
    if !input.services.is_empty() {
        sink.object(render::namespace(&layer, &environment_name, input.layer_span));
    }
    let (mut inputs, mut resource_inputs) = (BTreeSet::new(), BTreeSet::new());
    for (index, (service, link_variables)) in input.services.iter().zip(&variables).enumerate() {
        sink.begin();
        let (checked, is_faultless) = match &service.part {
            ServiceState::Checked { checked, is_faultless } => (checked, *is_faultless),
            ServiceState::Known(made) => {
                sink.known(made);
                inputs.extend(made.inputs.iter().cloned());
                resource_inputs.extend(made.resource_inputs.iter().cloned());
                analysis
                    .without_image
                    .extend(made.without_image.then(|| service.header.name.value.clone()));
                continue;
            }
        };
        let (mut own_inputs, mut own_resource_inputs) = (BTreeSet::new(), BTreeSet::new());
        let names = Names::new(&environment_name, &layer, &service.header.name.value);
        let frame = Frame {
            names: &names,
            environment,
            profile: input.profile,
            hardening: input.hardening,
            exposure: input.exposure,
            gateway: input.gateway,
            version: &version,
            image_tag: scope.image.0,
            image_digest: scope.image.1,
            without_image: input.without_image,
            rds_certificates: &certificates,
            link_variables,
            span: service.header.span,
        };
        if input.link_values && index == 0 {
            render::link_secret(&frame, &variables.concat(), scope.values)
                .into_iter()
                .for_each(|secret| sink.object(secret));
        }
        for object in render::render(checked, &frame) {
            note_inputs(&object.value, &mut own_inputs);
            sink.object(object);
        }
        for resource in aws_of(checked, &frame, input) {
            note_inputs(&resource.value, &mut own_resource_inputs);
            sink.resource(resource);
        }
        let is_auto = checked.image().value == Image::Auto;
        let without_image = is_auto && frame.image_tag.is_none() && frame.image_digest.is_none();
        analysis.without_image.extend(without_image.then(|| service.header.name.value.clone()));
        if let Some(cache) = input.cache.filter(|_| is_faultless) {
            let (manifests, resources) = sink.made();
            let made = CachedService {
                text: input.source.slice(service.header.span).to_owned(),
                manifests,
                resources,
                inputs: own_inputs.iter().cloned().collect(),
                resource_inputs: own_resource_inputs.iter().cloned().collect(),
                without_image,
                secrets: service.secrets(),
                variables: link_variables.clone(),
            };
            cache.keep(index, made);
        }
        inputs.extend(own_inputs);
        resource_inputs.extend(own_resource_inputs);
    }
    inputs.remove(render::IMAGE_DIGEST);
    analysis.manifest_inputs = inputs.iter().cloned().collect();
    inputs.extend(resource_inputs);
    analysis.inputs = inputs.into_iter().collect();
    analysis.secrets = required_secrets(input.services, &variables);
}

/// Notes the inputs that a document lacks.
fn note_inputs(value: &Value, inputs: &mut BTreeSet<String>) {
    value.texts(&mut |text| {
        for hole in text.holes() {
            if !inputs.contains(&hole.input) {
                inputs.insert(hole.input.clone());
            }
        }
    });
}

/// The region whose certificates of RDS the services need.
pub(super) fn rds_region(input: &RenderInput<'_>) -> Option<String> {
    let has_database = |service: &Service<'_>| {
        service.variables(input.scope.modules).iter().any(|variable| variable.rds)
    };
    let needed = !input.services.is_empty()
        && (input.profile == Profile::Opta2021 || input.services.iter().any(has_database));
    input.scope.environment.region.clone().filter(|_| needed)
}

fn aws_of(
    service: &Checked<K8sService>,
    frame: &Frame<'_>,
    input: &RenderInput<'_>,
) -> Vec<Resource> {
    let environment = input.scope.environment;
    let resource =
        |kind, value| Resource { kind, module: frame.names.module.as_str().to_owned(), value };
    let mut resources = Vec::new();
    if service.image().value == Image::Auto {
        resources.push(resource("ecr-repository", aws::ecr::repository(frame.names, environment)));
    }
    let grants = aws::grants::grants(service, input.source, input.scope);
    let additional =
        service.additional_iam_policies.value.iter().map(|policy| policy.value.clone());
    let additional: Vec<Text> = additional.chain(aws::grants::linked_policies(service)).collect();
    let issuer = aws::iam::OidcIssuer {
        url: input.scope.value(aws::iam::ISSUER),
        provider_arn: input.scope.value(aws::iam::PROVIDER),
    };
    resources.push(resource(
        "iam-role",
        aws::iam::role(frame.names, environment, &issuer, &grants, &additional),
    ));
    resources
}

fn required_secrets(
    services: &[Service<'_>],
    variables: &[Vec<LinkVariable>],
) -> Vec<RequiredSecret> {
    let manual = services.iter().flat_map(Service::secrets);
    let linked = variables.iter().flatten().map(|variable| variable.name.clone());
    let required = |name: &str, keys: Vec<String>| {
        let keys = order::map(keys.into_iter().map(|key| (key, ())));
        (!keys.is_empty())
            .then(|| RequiredSecret { name: name.to_owned(), keys: keys.into_keys().collect() })
    };
    [required("manual-secrets", manual.collect()), required("secret", linked.collect())]
        .into_iter()
        .flatten()
        .collect()
}

/// The inputs that a document lacks, each with the JSON pointer to the text it goes to.
pub(crate) fn holes(value: &Value) -> Vec<(String, String)> {
    let mut holes = Vec::new();
    value.walk(&mut |pointer, value| {
        if let ValueKind::Text(text) = &value.kind {
            holes.extend(text.holes().iter().map(|hole| (hole.input.clone(), pointer.to_owned())));
        }
    });
    holes
}
