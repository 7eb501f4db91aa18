//! The objects and AWS resources of all services of a request, put together.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{Analysis, AwsResource, Request, RequiredSecret, SourceText};
use super::texts::Texts;
use crate::aws;
use crate::check::Checked;
use crate::model::environment::Environment;
use crate::model::exposure::Exposure;
use crate::model::image::Image;
use crate::model::k8s_service::K8sService;
use crate::model::module::Header;
use crate::model::name::Names;
use crate::model::text::Text;
use crate::render::{self, Frame, Hardening, LinkVariable, Manifests, Profile, WithoutImage};
use crate::resolve::Scope;
use crate::source::Source;
use crate::span::Span;
use crate::syntax;
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

impl Resource {
    fn name(&self) -> String {
        match self.value.get("name").map(|name| &name.kind) {
            Some(ValueKind::Text(name)) => name.as_str().to_owned(),
            _ => String::new(),
        }
    }
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
    /// The Secret of link values.
    pub(crate) link_secret: Option<render::Object>,
    /// The AWS resources, as data.
    pub(crate) aws: Vec<Resource>,
    /// The values that were used.
    pub(crate) used: BTreeMap<String, String>,
    /// The texts of the request, for places.
    pub(crate) texts: Texts,
}

/// A service that may be rendered, with its module.
pub(super) struct Service {
    pub(super) header: Header,
    pub(super) checked: Checked<K8sService>,
}

/// What rendering needs beside the services themselves.
pub(super) struct RenderInput<'a> {
    pub(super) source: &'a Source,
    pub(super) scope: &'a Scope<'a>,
    pub(super) services: &'a [Service],
    pub(super) profile: Profile,
    pub(super) hardening: Hardening,
    pub(super) exposure: Exposure,
    pub(super) gateway: (&'a str, &'a str),
    pub(super) without_image: WithoutImage,
    pub(super) layer_span: Option<Span>,
    pub(super) request: &'a Request,
}

/// Renders all services, and tells the analysis what they need.
pub(super) fn render_all(
    input: &RenderInput<'_>,
    environment_file: Option<SourceText>,
    texts: Texts,
    analysis: &mut Analysis,
) -> Rendered {
    let (scope, environment) = (input.scope, input.scope.environment);
    let names: Vec<Names> = input
        .services
        .iter()
        .map(|service| Names { layer: scope.layer_name.to_owned(), module: service.header.name.value.clone() })
        .collect();
    let variables: Vec<Vec<LinkVariable>> =
        input.services.iter().map(|service| render::link_variables(&service.checked, scope.modules)).collect();
    let certificates = input.request.rds_certificates.as_deref();
    let needs_certificates = input.profile == Profile::Opta2021 || variables.iter().flatten().any(|variable| variable.rds);
    if needs_certificates && certificates.is_none() && !input.services.is_empty() {
        analysis.rds_certificates_for = environment.region.clone();
    }
    let frames: Vec<Frame<'_>> = (0..input.services.len())
        .map(|index| Frame {
            names: &names[index],
            environment,
            profile: input.profile,
            hardening: input.hardening,
            exposure: input.exposure,
            gateway: input.gateway,
            image_tag: scope.image.0,
            image_digest: scope.image.1,
            without_image: input.without_image,
            rds_certificates: certificates.unwrap_or_default(),
            link_variables: &variables[index],
            span: input.services[index].header.span,
        })
        .collect();
    let mut objects = Vec::new();
    if !frames.is_empty() {
        objects.push(render::namespace(scope.layer_name, environment, input.layer_span));
    }
    let mut aws_resources = Vec::new();
    for (service, frame) in input.services.iter().zip(&frames) {
        objects.extend(render::render(&service.checked, frame));
        aws_resources.extend(aws_of(service, frame, input));
        let auto = service.checked.image().value == Image::Auto;
        if auto && frame.image_tag.is_none() && frame.image_digest.is_none() {
            analysis.without_image.push(frame.names.module.clone());
        }
    }
    let objects = Manifests::new(objects).objects;
    analysis.secrets = required_secrets(input.services, &variables);
    analysis.inputs = inputs(&objects, &aws_resources);
    let data = |resource: &Resource| AwsResource {
        kind: resource.kind,
        module: resource.module.clone(),
        name: resource.name(),
        json: syntax::to_json(&resource.value),
    };
    analysis.aws = aws_resources.iter().map(data).collect();
    let link_secret = render::link_secret(&frames, scope.values);
    Rendered {
        layer: scope.layer_name.to_owned(),
        environment: environment.clone(),
        environment_file,
        objects,
        link_secret,
        aws: aws_resources,
        used: scope.used.borrow().clone(),
        texts,
    }
}

fn aws_of(service: &Service, frame: &Frame<'_>, input: &RenderInput<'_>) -> Vec<Resource> {
    let environment = input.scope.environment;
    let resource = |kind, value| Resource { kind, module: frame.names.module.clone(), value };
    let mut resources = Vec::new();
    if service.checked.image().value == Image::Auto {
        resources.push(resource("ecr-repository", aws::ecr::repository(frame.names, environment)));
    }
    let grants = aws::grants::grants(&service.checked, input.source, input.scope);
    let additional = service.checked.additional_iam_policies.value.iter().map(|policy| policy.value.clone());
    let additional: Vec<Text> = additional.chain(aws::grants::linked_policies(&service.checked)).collect();
    let issuer =
        aws::iam::OidcIssuer { url: input.scope.value(aws::iam::ISSUER), provider_arn: input.scope.value(aws::iam::PROVIDER) };
    resources.push(resource("iam-role", aws::iam::role(frame.names, environment, &issuer, &grants, &additional)));
    resources
}

fn required_secrets(services: &[Service], variables: &[Vec<LinkVariable>]) -> Vec<RequiredSecret> {
    let manual =
        services.iter().flat_map(|service| service.checked.secrets.value.iter().map(|secret| secret.value.as_str().to_owned()));
    let linked = variables.iter().flatten().map(|variable| variable.name.clone());
    let required = |name: &str, keys: Vec<String>| {
        let keys: BTreeSet<String> = keys.into_iter().collect();
        (!keys.is_empty()).then(|| RequiredSecret { name: name.to_owned(), keys: keys.into_iter().collect() })
    };
    [required("manual-secrets", manual.collect()), required("secret", linked.collect())].into_iter().flatten().collect()
}

/// The inputs that manifests and AWS resources lack; the image is told apart.
fn inputs(objects: &[render::Object], aws: &[Resource]) -> Vec<String> {
    let values = objects.iter().map(|object| &object.value).chain(aws.iter().map(|resource| &resource.value));
    let inputs = values.flat_map(holes).map(|(input, _)| input);
    let inputs: BTreeSet<String> = inputs.filter(|input| input != render::IMAGE_DIGEST).collect();
    inputs.into_iter().collect()
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
