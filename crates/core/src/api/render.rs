//! Renders services to objects and AWS resources.

use std::collections::BTreeSet;

use super::check::{CheckedRequest, CheckedService};
use super::needs::ServiceNeeds;
use crate::aws::{self, AwsResource};
use crate::choices::RenderOptions;
use crate::model::image::Image;
use crate::model::link_variable::LinkVariable;
use crate::model::name::Names;
use crate::order;
use crate::render::{self, Object, ServiceContext, WithoutImage};
use crate::resolve::Scope;
use crate::source::Source;
use crate::text::Text;
use crate::value::Value;

/// A rendered service.
pub(super) struct RenderedService {
    pub(super) objects: Vec<Object>,
    pub(super) resources: Vec<AwsResource>,
    pub(super) needs: ServiceNeeds,
}

/// The input of the renderer that all services share.
pub(super) struct RenderContext<'a> {
    source: &'a Source,
    scope: Scope<'a>,
    options: &'a RenderOptions,
    environment_name: Text,
    layer_name: Text,
    /// The version label of every object.
    version: Text,
    rds_certificates: Text,
    without_image: WithoutImage,
}

impl<'a> RenderContext<'a> {
    /// Returns the context of a checked request; none if the request has errors.
    pub(super) fn new(
        checked: &'a CheckedRequest<'_>,
        without_image: WithoutImage,
    ) -> Option<Self> {
        let prepared = &checked.prepared;
        let options = prepared.options.as_ref().filter(|_| checked.is_renderable)?;
        let scope = prepared.scope();
        let region = checked.analysis.rds_region.as_deref();
        let certificates = region.and_then(|region| prepared.request.rds_certificates.of(region));
        Some(Self {
            source: &prepared.file.source,
            options,
            environment_name: Text::literal(&scope.environment.name),
            layer_name: Text::literal(scope.layer_name),
            version: render::version_label(scope.image.0.unwrap_or("latest")),
            rds_certificates: certificates.map_or(Text::constant(""), |pem| Text::literal(&pem)),
            without_image,
            scope,
        })
    }

    fn names(&self, service: &CheckedService<'_>) -> Names {
        Names::new(&self.environment_name, &self.layer_name, &service.header.name.value)
    }

    fn service_context<'f>(
        &'f self,
        service: &CheckedService<'_>,
        names: &'f Names,
        link_variables: &'f [LinkVariable],
    ) -> ServiceContext<'f> {
        ServiceContext {
            names,
            environment: self.scope.environment,
            profile: self.options.profile,
            hardening: self.options.hardening,
            exposure: self.options.exposure,
            gateway: (&self.options.gateway.0, &self.options.gateway.1),
            version: &self.version,
            image_tag: self.scope.image.0,
            image_digest: self.scope.image.1,
            repository_suffix: self
                .scope
                .values
                .random
                .get(names.module.as_str())
                .map(String::as_str),
            without_image: self.without_image,
            rds_certificates: &self.rds_certificates,
            link_variables,
            span: service.header.span,
        }
    }
}

/// Renders the Namespace of the layer; none if the file has no services.
pub(super) fn render_namespace(
    checked: &CheckedRequest<'_>,
    context: &RenderContext<'_>,
) -> Option<Object> {
    let span = checked.prepared.layer_name().map(|name| name.span);
    let has_services = !checked.link_variables.is_empty();
    has_services.then(|| render::namespace(&context.layer_name, &context.environment_name, span))
}

/// Returns the inputs of the Secret of link values that have no value.
pub(super) fn missing_link_values(
    checked: &CheckedRequest<'_>,
    context: &RenderContext<'_>,
) -> Vec<String> {
    render::missing_values(&checked.link_variables.concat(), context.scope.values)
}

/// Renders the Secret of link values; none if no link variable has a value.
pub(super) fn render_link_secret(
    checked: &CheckedRequest<'_>,
    context: &RenderContext<'_>,
) -> Option<Object> {
    let first = checked.services.first()?;
    let names = context.names(first);
    let service_context = context.service_context(first, &names, &[]);
    render::link_secret(&service_context, &checked.link_variables.concat(), context.scope.values)
}

/// Renders a service.
pub(super) fn render_service(
    service: &CheckedService<'_>,
    link_variables: &[LinkVariable],
    context: &RenderContext<'_>,
) -> RenderedService {
    let names = context.names(service);
    let service_context = context.service_context(service, &names, link_variables);
    let objects = render::render(&service.service, &service_context);
    let resources = render_resources(service, &service_context, context);
    let (tag, digest) = context.scope.image;
    let is_auto = service.service.image().value == Image::Auto;
    let secrets = service.service.secrets.value.iter();
    let needs = ServiceNeeds {
        inputs: missing_inputs(objects.iter().map(|object| &object.value)),
        resource_inputs: order::set(
            resources.iter().flat_map(AwsResource::holes).map(|placed| placed.hole.input),
        ),
        image_is_missing: is_auto && tag.is_none() && digest.is_none(),
        secrets: secrets.map(|secret| secret.value.as_str().to_owned()).collect(),
    };
    RenderedService { objects, resources, needs }
}

/// Renders the AWS resources of a service.
fn render_resources(
    service: &CheckedService<'_>,
    service_context: &ServiceContext<'_>,
    context: &RenderContext<'_>,
) -> Vec<AwsResource> {
    let (checked, scope) = (&service.service, &context.scope);
    let module = service_context.names.module.as_str().to_owned();
    let mut resources = Vec::new();
    if !scope.environment.is_on_aws() {
        return resources;
    }
    if checked.image().value == Image::Auto {
        let resource = aws::ecr::repository(service_context.names, scope.environment);
        resources.push(AwsResource::EcrRepository { module: module.clone(), resource });
    }
    let grants = aws::grants::grants(checked, context.source, scope);
    let policies = checked.additional_iam_policies.value.iter();
    let policies = policies.map(|policy| policy.value.clone());
    let policies: Vec<Text> = policies.chain(aws::grants::linked_policies(checked)).collect();
    let issuer = aws::iam::OidcIssuer {
        url: scope.value(aws::iam::ISSUER),
        provider_arn: scope.value(aws::iam::PROVIDER),
    };
    let resource =
        aws::iam::role(service_context.names, scope.environment, &issuer, &grants, &policies);
    resources.push(AwsResource::IamRole { module, resource });
    resources
}

/// Returns the inputs whose values the documents do not have.
fn missing_inputs<'v>(values: impl Iterator<Item = &'v Value>) -> BTreeSet<String> {
    let mut inputs = BTreeSet::new();
    for value in values {
        value.texts(&mut |text| {
            for hole in text.holes() {
                if !inputs.contains(&hole.input) {
                    inputs.insert(hole.input.clone());
                }
            }
        });
    }
    inputs
}
