//! Checked services to manifests: total, deterministic, one file a kind. The object set, the names
//! and the selector are Opta's, so that new manifests take over the objects that run.

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
mod target;

use crate::check::Checked;
use crate::kind::Kind;
use crate::model::environment::Environment;
use crate::model::exposure::Exposure;
use crate::model::image::{Image, Reference};
use crate::model::k8s_service::K8sService;
use crate::model::name::Names;
use crate::resolve::Values;
use crate::span::Span;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, Value};
pub use links::link_variables;
pub use target::{Hardening, Kubernetes, Profile};

/// What of the objects that need an image is rendered while an AUTO image has neither tag nor
/// digest.
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
    /// The version of every object's labels: the tag of the run, or `latest`.
    pub version: &'a Text,
    /// The tag of the run.
    pub image_tag: Option<&'a str>,
    /// The digest of the run.
    pub image_digest: Option<&'a str>,
    /// What to do without either.
    pub without_image: WithoutImage,
    /// The certificates of RDS for the region, as PEM.
    pub rds_certificates: &'a Text,
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
    pub kind: Kind,
    /// Its name.
    pub name: Text,
    /// Its namespace; none for a Namespace.
    pub namespace: Option<Text>,
    /// All of it.
    pub value: Value,
}

/// Renders the namespace of a layer.
#[must_use]
pub fn namespace(layer: &Text, environment: &Text, span: Option<Span>) -> Object {
    namespace::render(layer, environment, span)
}

/// Renders the Secret of a layer's link values; none when no service has a link that gives
/// variables.
#[must_use]
pub fn link_secret(
    first: &Frame<'_>,
    variables: &[LinkVariable],
    values: &Values,
) -> Option<Object> {
    secret::render(first, variables, values)
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
                (None, None, WithoutImage::Hole) => {
                    (url.push("@").value_or_input(None, IMAGE_DIGEST).build(), true)
                }
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
    let suffix = if region.is_some_and(|region| region.starts_with("cn-")) {
        ".amazonaws.com.cn/"
    } else {
        ".amazonaws.com/"
    };
    TextBuilder::default()
        .value_or_input(environment.account_id.as_deref(), "account_id")
        .push(".dkr.ecr.")
        .value_or_input(region, "region")
        .push(suffix)
        .push(&names.repository())
        .build()
}

/// An object's envelope: apiVersion, kind, metadata, then the rest.
fn object(kind: Kind, name: Text, frame: &Frame<'_>, annotations: Map, rest: Map) -> Object {
    let namespace = frame.names.layer.clone();
    let metadata = Map::new()
        .with("name", name.clone())
        .with("namespace", namespace.clone())
        .with("labels", labels::of_object(frame))
        .maybe("annotations", (!annotations.is_empty()).then_some(annotations));
    let value = Map::new()
        .with("apiVersion", kind.api_version())
        .with("kind", kind.name())
        .with("metadata", metadata)
        .join(rest);
    Object { kind, name, namespace: Some(namespace), value: Value::from(value).at(frame.span) }
}

/// How many containers there are and whether an autoscaler decides.
pub(crate) enum Scale {
    /// Always so many.
    Fixed(u32),
    /// The autoscaler decides between these.
    Automatic(u32, u32),
}

/// How many containers a service has.
pub(crate) fn scale(service: &K8sService) -> Scale {
    let (min, max) = (service.min_containers.value.0, service.max_containers.value.0);
    let targets = [
        service.autoscaling_target_cpu_percentage.value.0,
        service.autoscaling_target_mem_percentage.value.0,
    ];
    if max == 0 || targets == [0, 0] { Scale::Fixed(min) } else { Scale::Automatic(min, max) }
}
