//! Checked services to manifests: total, deterministic, one file a kind. The object set, the names and the selector are
//! Opta's, so that new manifests take over the objects that run.

mod alb;
mod config_map;
mod deployment;
mod horizontal_pod_autoscaler;
mod ingress;
mod labels;
mod links;
mod namespace;
mod pod_disruption_budget;
mod route;
mod secret;
mod service;
mod service_account;

use crate::check::Checked;
use crate::model::environment::Environment;
use crate::model::exposure::Exposure;
use crate::model::image::{Image, Reference};
use crate::model::k8s_service::K8sService;
use crate::model::name::Names;
use crate::model::text::{Text, TextBuilder};
use crate::resolve::Values;
use crate::span::Span;
use crate::value::{Map, Value, ValueKind};
pub use links::link_variables;

/// How close to Opta the manifests stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Today's practice, on Opta's names.
    #[default]
    Default,
    /// Pod template, selector, Service, ServiceAccount and rules as Opta's chart of 2021 had them, so that no pod restarts.
    Opta2021,
}

impl Profile {
    /// Every profile with its name.
    pub const ALL: &'static [(&'static str, Self)] = &[("default", Self::Default), ("opta-2021", Self::Opta2021)];
}

/// How little a pod may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hardening {
    /// The PodSecurity level `baseline`, and what costs no image anything.
    #[default]
    Baseline,
    /// The PodSecurity level `restricted`: no root, no capabilities.
    Restricted,
}

impl Hardening {
    /// Every level with its name.
    pub const ALL: &'static [(&'static str, Self)] = &[("baseline", Self::Baseline), ("restricted", Self::Restricted)];
}

/// What of the objects that need an image is rendered while an AUTO image has neither tag nor digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutImage {
    /// Nothing: the manifests can be applied as they are.
    LeaveOut,
    /// All, with a hole where the digest goes: for a bundle.
    Hole,
}

/// The name of the input that fills the hole of an AUTO image.
pub const IMAGE_DIGEST: &str = "image_digest";

/// Everything beside the service that a manifest depends on.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The names of the service's objects.
    pub names: &'a Names,
    /// Where it runs.
    pub environment: &'a Environment,
    /// How close to Opta.
    pub profile: Profile,
    /// How little pods may do.
    pub hardening: Hardening,
    /// What leads requests to it.
    pub exposure: Exposure,
    /// Namespace and name of the Gateway that routes attach to.
    pub gateway: (&'a str, &'a str),
    /// The tag of the run.
    pub image_tag: Option<&'a str>,
    /// The digest of the run.
    pub image_digest: Option<&'a str>,
    /// What to do without either.
    pub without_image: WithoutImage,
    /// The certificates of RDS for the region, as PEM.
    pub rds_certificates: &'a str,
    /// The variables that the service's links give, in order.
    pub link_variables: &'a [LinkVariable],
    /// Where the module stands.
    pub span: Span,
}

/// An environment variable that a link gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkVariable {
    /// The variable's name, which is also its key in the Secret `secret`.
    pub name: String,
    /// The linked module.
    pub module: String,
    /// The output of the linked module that is its value.
    pub output: &'static str,
    /// Where the link stands.
    pub span: Span,
    /// Whether the linked module is a database with certificates of RDS.
    pub rds: bool,
}

/// One Kubernetes object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its namespace; none for a Namespace.
    pub namespace: Option<String>,
    /// The module it belongs to; none for what the layer owns.
    pub module: Option<String>,
    /// All of it.
    pub value: Value,
}

/// The order in which objects are written and applied: what others need comes first, and traffic last.
const ORDER: &[&str] = &[
    "Namespace",
    "ServiceAccount",
    "ConfigMap",
    "Secret",
    "Service",
    "Deployment",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "Ingress",
    "HTTPRoute",
    "GRPCRoute",
];

/// The objects of a layer in the order in which they are applied.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    /// The objects.
    pub objects: Vec<Object>,
}

impl Manifests {
    /// Puts the objects of a layer's services together.
    #[must_use]
    pub fn new(mut objects: Vec<Object>) -> Self {
        let rank = |kind: &str| ORDER.iter().position(|other| *other == kind).unwrap_or(ORDER.len());
        objects.sort_by_key(|object| rank(object.kind));
        Self { objects }
    }
}

/// Renders the namespace of a layer.
#[must_use]
pub fn namespace(layer: &str, environment: &Environment, span: Option<Span>) -> Object {
    namespace::render(layer, environment, span)
}

/// Renders the Secret of a layer's link values; none when no service has a link that gives variables.
#[must_use]
pub fn link_secret(frames: &[Frame<'_>], values: &Values) -> Option<Object> {
    secret::render(frames, values)
}

/// Renders the objects of one service.
#[must_use]
pub fn render(service: &Checked<K8sService>, frame: &Frame<'_>) -> Vec<Object> {
    let mut objects = vec![service_account::render(frame), service::render(service, frame)];
    objects.extend(config_map::render(frame));
    if let Some(image) = container_image(service, frame) {
        objects.push(deployment::render(service, &image, frame));
        objects.extend(horizontal_pod_autoscaler::render(service, frame));
        objects.extend(pod_disruption_budget::render(service, frame));
    }
    objects.extend(match frame.exposure {
        Exposure::Nginx => ingress::render(service, frame),
        Exposure::Gateway => route::render(service, frame),
        Exposure::Alb => alb::render(service, frame),
    });
    objects
}

/// The image of a container and how it is pulled.
pub(crate) struct ContainerImage {
    pub(crate) reference: Text,
    pub(crate) by_digest: bool,
    pub(crate) origin: Span,
}

/// The image, or none when an AUTO image has neither tag nor digest and pods are to be left out.
fn container_image(service: &Checked<K8sService>, frame: &Frame<'_>) -> Option<ContainerImage> {
    let image = service.image();
    let (reference, by_digest) = match &image.value {
        Image::Reference(reference) => external_image(reference, frame.image_tag),
        Image::Auto => {
            let url = TextBuilder::default().text(&repository_url(frame.names, frame.environment));
            match (frame.image_digest, frame.image_tag, frame.without_image) {
                (Some(digest), ..) => (url.push("@").push(digest).build(), true),
                (None, Some(tag), _) => (url.push(":").push(tag).build(), false),
                (None, None, WithoutImage::Hole) => (url.push("@").value_or_input(None, IMAGE_DIGEST).build(), true),
                (None, None, WithoutImage::LeaveOut) => return None,
            }
        }
    };
    Some(ContainerImage { reference, by_digest, origin: image.span })
}

/// An external image keeps its own tag; one without takes the run's.
fn external_image(reference: &Text, tag: Option<&str>) -> (Text, bool) {
    let own = Reference::parse(reference.as_str());
    let by_digest = own.as_ref().is_ok_and(|own| own.digest.is_some());
    let bare = own.is_ok_and(|own| own.tag.is_none() && own.digest.is_none());
    match tag.filter(|_| bare) {
        Some(tag) => (TextBuilder::default().text(reference).push(":").push(tag).build(), false),
        None => (reference.clone(), by_digest),
    }
}

/// The address of a service's own ECR repository.
#[must_use]
pub fn repository_url(names: &Names, environment: &Environment) -> Text {
    let region = environment.region.as_deref();
    let suffix = if region.is_some_and(|region| region.starts_with("cn-")) { ".amazonaws.com.cn/" } else { ".amazonaws.com/" };
    TextBuilder::default()
        .value_or_input(environment.account_id.as_deref(), "account_id")
        .push(".dkr.ecr.")
        .value_or_input(region, "region")
        .push(suffix)
        .push(&names.repository())
        .build()
}

/// An object's envelope: apiVersion, kind, metadata, then the rest.
fn object(api_version: &str, kind: &'static str, name: String, frame: &Frame<'_>, annotations: Map, rest: Map) -> Object {
    let namespace = frame.names.layer.clone();
    let metadata = Map::new()
        .with("name", name.as_str())
        .with("namespace", namespace.as_str())
        .with("labels", labels::of_object(frame))
        .maybe("annotations", (!annotations.is_empty()).then_some(annotations));
    let mut value = Map::new().with("apiVersion", api_version).with("kind", kind).with("metadata", metadata);
    let Value { kind: ValueKind::Map(entries), .. } = Value::from(rest) else { unreachable!("a map stays one") };
    for (key, entry) in entries {
        value = value.with(key, entry);
    }
    Object {
        kind,
        name,
        namespace: Some(namespace),
        module: Some(frame.names.module.clone()),
        value: Value::from(value).at(frame.span),
    }
}

/// How many containers there are and whether an autoscaler decides.
pub(crate) enum Scale {
    /// Always so many.
    Fixed(u32),
    /// The autoscaler decides between these.
    Automatic(u32, u32),
}

fn scale(service: &K8sService) -> Scale {
    let (min, max) = (service.min_containers.value.0, service.max_containers.value.0);
    let targets = [service.autoscaling_target_cpu_percentage.value.0, service.autoscaling_target_mem_percentage.value.0];
    if max == 0 || targets == [0, 0] { Scale::Fixed(min) } else { Scale::Automatic(min, max) }
}
