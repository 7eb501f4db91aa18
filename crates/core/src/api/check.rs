//! Checks the services of a request.

use std::sync::Arc;

use super::analysis::Analysis;
use super::cache::CachedService;
use super::curly_quotes;
use super::diagnostic;
use super::prepare::PreparedRequest;
use super::public_uris::check_duplicates;
use super::request::Request;
use crate::aws;
use crate::check::{self, CheckContext, Checked};
use crate::diagnostic::Diagnostic;
use crate::lower;
use crate::model::image::AUTO;
use crate::model::k8s_service::K8sService;
use crate::model::link_variable::{self, LinkVariable};
use crate::model::module::{Header, check_for_cloud};
use crate::model::module_types::{K8S_SERVICE, split_type};
use crate::model::public_uri::PublicUri;
use crate::order::sort_by_rank;
use crate::render::Profile;
use crate::span::Span;

/// A request with its diagnostics and its checked services.
pub(super) struct CheckedRequest<'a> {
    pub(super) prepared: PreparedRequest<'a>,
    /// The analysis without manifests.
    pub(super) analysis: Analysis,
    /// The services without errors, except those that are cached.
    pub(super) services: Vec<CheckedService<'a>>,
    /// The link variables of every service, in file order.
    pub(super) link_variables: Vec<Vec<LinkVariable>>,
    /// Whether the request can be rendered.
    pub(super) is_renderable: bool,
}

/// A service without errors.
pub(super) struct CheckedService<'a> {
    /// The index among the services of the file.
    pub(super) index: usize,
    pub(super) header: &'a Header,
    pub(super) service: Checked<K8sService>,
    /// Whether the service has no diagnostics at all.
    pub(super) is_clean: bool,
}

impl<'a> CheckedRequest<'a> {
    /// Checks a request.
    pub(super) fn new(request: &'a Request) -> Self {
        Self::check(PreparedRequest::new(request, None), &[])
    }

    /// Checks the services of a prepared request that have no entry in `cached`.
    pub(super) fn check(
        mut prepared: PreparedRequest<'a>,
        cached: &[Option<Arc<CachedService>>],
    ) -> Self {
        let mut diagnostics = std::mem::take(&mut prepared.diagnostics);
        diagnostics.extend(prepared.layer_name().and_then(check::names::check_layer));
        let modules = prepared.file.layer.modules.iter();
        let (scope, source) = (prepared.scope(), &prepared.file.source);
        let cloud = scope.environment.cloud;
        for module in modules {
            let known = cloud.or(split_type(&module.kind.value).0).unwrap_or_default();
            diagnostics.extend(check_for_cloud(module, known));
            if module.short_type() == K8S_SERVICE {
                continue;
            }
            diagnostics.extend(check::names::check_module(module));
            let (fields, found) = lower::linked_fields(module, source, &scope);
            diagnostics.extend(found);
            diagnostics.extend(check::bucket::check(&fields, &module.path));
        }
        let uses_ecr =
            scope.environment.is_on_aws() && prepared.file.layer.services().any(has_auto_image);
        let layer_name = prepared.layer_name().filter(|_| uses_ecr);
        diagnostics.extend(layer_name.and_then(check::aws_names::check_repository));
        let services = check_services(&prepared, cached, &mut diagnostics);
        let uris = services.iter().map(|checked| (checked.index, PublicUri::of(&checked.service)));
        diagnostics.extend(check_duplicates(&prepared, uris, cached));
        sort_by_rank(&mut diagnostics, |diagnostic| {
            let Span { file, start, end } = diagnostic.span;
            [file as usize, start as usize, end as usize]
        });
        curly_quotes::merge(&mut diagnostics);
        let is_renderable = !diagnostics.iter().any(Diagnostic::is_error)
            && prepared.refusal.is_none()
            && prepared.layer_name().is_some();
        let link_variables = link_variables(&prepared, &services, cached);
        let mut analysis = Analysis {
            diagnostics: diagnostics
                .iter()
                .map(|found| diagnostic::Diagnostic::new(found, &prepared.places))
                .collect(),
            environment: prepared.environment_name(),
            refusal: prepared.refusal.clone(),
            ..Analysis::default()
        };
        if is_renderable {
            analysis.rds_region = rds_region(&prepared, &link_variables);
            let region = analysis.rds_region.as_ref();
            analysis.rds_certificates_for = region
                .filter(|region| prepared.request.rds_certificates.of(region).is_none())
                .cloned();
        }
        Self { prepared, analysis, services, link_variables, is_renderable }
    }
}

fn check_services<'a>(
    prepared: &PreparedRequest<'a>,
    cached: &[Option<Arc<CachedService>>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<CheckedService<'a>> {
    let scope = prepared.scope();
    let source = &prepared.file.source;
    let context = CheckContext {
        layer_name: scope.layer_name,
        environment: scope.environment,
        modules: scope.modules,
        image: scope.image,
        exposure: prepared.exposure,
        escapes_dollars: prepared.profile() == Profile::Default,
        random_names: (prepared.profile() == Profile::Opta2022).then_some(&scope.values.random),
        has_opta_profile: prepared.profile().is_opta(),
        is_opta_2022: prepared.profile() == Profile::Opta2022,
        source,
    };
    let mut services = Vec::new();
    for (index, header) in prepared.file.layer.services().enumerate() {
        if cached.get(index).is_some_and(Option::is_some) {
            continue;
        }
        let (lowered, found) = lower::lower(header, source, &scope);
        let (service, mut found) = check::check(lowered, found, &context);
        found.extend(
            service.as_ref().and_then(|service| {
                aws::limits::check_policy(service, source, &scope, &header.path)
            }),
        );
        let is_clean = found.is_empty();
        diagnostics.append(&mut found);
        services.extend(service.map(|service| CheckedService { index, header, service, is_clean }));
    }
    services
}

/// Whether the image of a service is `AUTO`.
fn has_auto_image(service: &Header) -> bool {
    let image = service.mapping.value("image").and_then(|image| image.as_str());
    image.is_some_and(|image| image.eq_ignore_ascii_case(AUTO))
}

/// Returns the link variables of every service in file order.
fn link_variables(
    prepared: &PreparedRequest<'_>,
    services: &[CheckedService<'_>],
    cached: &[Option<Arc<CachedService>>],
) -> Vec<Vec<LinkVariable>> {
    let layer = &prepared.file.layer;
    let mut variables = vec![Vec::new(); layer.services().count()];
    let cloud = prepared.environment.cloud();
    for service in services {
        variables[service.index] =
            link_variable::link_variables(&service.service, &layer.modules, cloud);
    }
    for (variables, cached) in variables.iter_mut().zip(cached) {
        if let Some(cached) = cached {
            variables.clone_from(&cached.link_variables);
        }
    }
    variables
}

/// Returns the region whose RDS certificates the manifests need.
fn rds_region(
    prepared: &PreparedRequest<'_>,
    link_variables: &[Vec<LinkVariable>],
) -> Option<String> {
    let has_database = link_variables.iter().flatten().any(|variable| variable.rds);
    let is_needed = !link_variables.is_empty() && (prepared.profile().is_opta() || has_database);
    let environment = &prepared.environment;
    environment.region.clone().filter(|_| is_needed && environment.is_on_aws())
}
