//! One pass over a request: every stage in order, each with explicit inputs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::analysis::Analysis;
use super::cache::{Cache, CacheKey, CachedService};
use super::diagnostic;
use super::places::Places;
use super::render::{RenderInput, Service, ServiceState, rds_region};
use super::request::Request;
use super::service_file::ServiceFile;
use crate::check::{self, CheckContext};
use crate::diagnostic::Diagnostic;
use crate::lower;
use crate::model::environment::{Environment, EnvironmentFile};
use crate::model::exposure::Exposure;
use crate::model::layer::{EnvironmentEntry, Layer};
use crate::model::module::{Header, K8S_SERVICE};
use crate::order::sort_by_rank;
use crate::render::WithoutImage;
use crate::resolve::{self, LayerFile, Scope, Values};
use crate::source::Source;
use crate::source::SourceText;
use crate::span::FileId;
use crate::span::Span;
use crate::text::Text;

/// What is made of a request that has no errors. Each user brings their own, so that none carries
/// what others make.
pub(super) trait Product {
    /// What becomes of a Deployment whose image is not known.
    fn without_image(&self) -> WithoutImage {
        WithoutImage::LeaveOut
    }

    /// Whether the Secret of link values is among the objects.
    fn link_values(&self) -> bool {
        false
    }

    /// Makes it. `environment_file` is the file of the chosen environment, `places` knows all
    /// places.
    fn make(
        &mut self,
        input: &RenderInput<'_>,
        environment_file: Option<SourceText>,
        places: Places,
        analysis: &mut Analysis,
    );
}

/// Nothing: only the faults are asked for.
impl Product for () {
    fn make(&mut self, _: &RenderInput<'_>, _: Option<SourceText>, _: Places, _: &mut Analysis) {}
}

/// Runs every stage. `values` are used when the request has no values file.
pub(super) fn run(
    request: &Request,
    service_file: &ServiceFile,
    cache: Option<&Cache>,
    product: &mut dyn Product,
    values: Values,
) -> Analysis {
    let mut places = Places::default();
    let (source, layer, mut diagnostics) =
        (&service_file.source, &service_file.layer, service_file.diagnostics.clone());
    places.push(source.clone());
    let mut analysis =
        Analysis { environments: service_file.environments(), ..Analysis::default() };

    let values = match &request.values {
        Some(text) => {
            let values_source = Source::new(FileId::Values, &*text.name, &*text.text);
            let (values, mut faults) = resolve::read_values(&values_source);
            diagnostics.append(&mut faults);
            places.push(values_source);
            values
        }
        None => values,
    };
    places.set_secrets(values.secrets());
    let choices = request.choices.or_values(&values);
    let exposure = choices.exposure().unwrap_or_default();
    let (options, refusal) = match choices.parse() {
        Ok(options) => (Some(options), None),
        Err(refusal) => (None, Some(refusal)),
    };
    let (entry, refusal) = match (resolve::choose(layer, choices.environment.as_deref()), refusal) {
        (_, Some(refusal)) => (None, Some(refusal)),
        (Ok(entry), None) => (entry, None),
        (Err(refusal), None) => (None, Some(refusal)),
    };
    analysis.refusal = refusal;

    let (environment, environment_file) =
        environment(request, layer, entry, &mut diagnostics, &mut places);
    analysis.environment =
        entry.and_then(|entry| entry.name.as_ref()).map(|name| name.value.as_str().to_owned());
    let no_variables = BTreeMap::new();
    let variables = entry.map_or(no_variables, EnvironmentEntry::all_variables);
    let layer_name = layer.layer.as_ref().and_then(|layer| layer.name.as_ref());
    if let Some(fault) = layer_name.and_then(check::names::check_layer) {
        diagnostics.push(fault);
    }
    let image = (choices.image_tag.as_deref(), choices.image_digest.as_deref());
    let used = RefCell::new(BTreeMap::new());
    let scope = Scope {
        layer_name: layer_name.map(|name| name.value.as_str()).unwrap_or_default(),
        environment: &environment,
        variables: &variables,
        modules: &layer.modules,
        values: &values,
        image,
        used: &used,
    };
    // What has an anchor may stand for text elsewhere.
    let cache = cache.filter(|_| !service_file.document.has_anchors);
    let known = cache
        .map(|cache| cache.known(CacheKey::of(request, service_file, &environment), layer, source));
    let services = check_modules(
        (layer, source),
        &scope,
        exposure,
        known.unwrap_or_default(),
        &mut diagnostics,
    );

    sort_by_rank(&mut diagnostics, |diagnostic| {
        let Span { file, start, end } = diagnostic.span;
        [file as usize, start as usize, end as usize]
    });
    analysis.diagnostics =
        diagnostics.iter().map(|found| diagnostic::Diagnostic::new(found, &places)).collect();
    let good = !diagnostics.iter().any(Diagnostic::is_error) && analysis.refusal.is_none();
    if good
        && layer_name.is_some()
        && let Some(options) = &options
    {
        let mut input = RenderInput {
            source,
            scope: &scope,
            services: &services,
            profile: options.profile,
            hardening: options.hardening,
            exposure: options.exposure,
            gateway: (&options.gateway.0, &options.gateway.1),
            without_image: product.without_image(),
            layer_span: layer_name.map(|name| name.span),
            link_values: product.link_values(),
            cache,
            rds_certificates: None,
        };
        analysis.rds_region = rds_region(&input);
        let certificates =
            analysis.rds_region.as_deref().map(|region| request.rds_certificates.of(region));
        if let Some(None) = certificates {
            analysis.rds_certificates_for.clone_from(&analysis.rds_region);
        }
        input.rds_certificates = certificates.flatten().as_deref().map(Text::literal);
        product.make(&input, environment_file, places, &mut analysis);
    }
    analysis
}

/// The chosen environment, from its file, from the service file itself, or with only its name
/// known.
pub(super) fn environment(
    request: &Request,
    file: &LayerFile,
    entry: Option<&EnvironmentEntry>,
    diagnostics: &mut Vec<Diagnostic>,
    places: &mut Places,
) -> (Environment, Option<SourceText>) {
    let Some(entry) = entry else {
        let own = file
            .layer
            .as_ref()
            .filter(|_| file.environments.is_empty())
            .map(|layer| own_environment(layer, &file.modules));
        return (own.unwrap_or_default(), None);
    };
    let named = Environment {
        name: entry.name.as_ref().map(|name| name.value.as_str().to_owned()).unwrap_or_default(),
        ..Environment::default()
    };
    let Some(path) = &entry.path else { return (named, None) };
    match request.environment_files.get(path.value.as_str()) {
        None => (named, None),
        Some(Err(reason)) => {
            let index = file
                .environments
                .iter()
                .position(|other| std::ptr::eq(&raw const other.value, entry))
                .unwrap_or_default();
            let message =
                format!("the environment file `{}` cannot be read: {reason}", path.value.as_str());
            let at = format!("environments[{index}].path");
            diagnostics.push(
                Diagnostic::new(&resolve::ENVIRONMENT_FILE, path.span, at, message)
                    .help("the path is relative to the service file"),
            );
            (named, None)
        }
        Some(Ok(text)) => {
            let source = Source::new(FileId::Environment, path.value.as_str(), &**text);
            let (mut environment, mut faults) = resolve::environment_file(&source);
            diagnostics.append(&mut faults);
            places.push(source);
            if environment.name.is_empty() {
                environment.name = named.name;
            }
            (
                environment,
                Some(SourceText { name: path.value.as_str().to_owned(), text: text.clone() }),
            )
        }
    }
}

fn own_environment(layer: &Layer, modules: &[Header]) -> Environment {
    let file = EnvironmentFile {
        name: layer.name.clone(),
        org_name: layer.org_name.clone(),
        providers: layer.providers.clone(),
        modules: None,
    };
    Environment { own: true, ..Environment::from_file(&file, modules) }
}

/// Checks the services that are not `known`, which holds as many as there are services, or none.
fn check_modules<'a>(
    (file, source): (&'a LayerFile, &Source),
    scope: &Scope<'_>,
    exposure: Exposure,
    known: Vec<Option<Arc<CachedService>>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Service<'a>> {
    let context = CheckContext {
        layer_name: scope.layer_name,
        modules: &file.modules,
        image: scope.image,
        exposure,
        source,
    };
    let others = file.modules.iter().filter(|module| module.short_type() != K8S_SERVICE);
    diagnostics.extend(others.filter_map(check::names::check_module));
    let mut services = Vec::new();
    let mut known = known.into_iter();
    for header in file.services() {
        if let Some(made) = known.next().flatten() {
            services.push(Service { header, part: ServiceState::Known(made) });
            continue;
        }
        let (lowered, faults) = lower::lower(header, source, scope);
        let (checked, mut faults) = check::check(lowered, faults, &context);
        let is_faultless = faults.is_empty();
        diagnostics.append(&mut faults);
        services.extend(checked.map(|checked| Service {
            header,
            part: ServiceState::Checked { checked: Box::new(checked), is_faultless },
        }));
    }
    services
}
