//! Checks a request and renders it to manifests.

use std::sync::Arc;

use super::analysis::{Analysis, AwsDocument, AwsResourceRef, Manifest};
use super::cache::{Cache, CacheKey, CachedService};
use super::check::{CheckedRequest, CheckedService};
use super::needs::Needs;
use super::prepare::PreparedRequest;
use super::render::{
    RenderContext, RenderedService, missing_link_values, render_link_secret, render_namespace,
    render_service,
};
use super::request::Request;
use crate::aws::AwsResource;
use crate::model::public_uri::PublicUri;
use crate::order::sort_by_rank;
use crate::render::WithoutImage;
use crate::syntax::{self, YamlWriter};

/// Checks a request without rendering it.
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, check};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// assert!(!check(&request).has_errors());
///
/// let service = ServiceFile::parse("opta.yml", &text.replace("port", "prot"));
/// let analysis = check(&Request { service, ..request });
/// assert_eq!(analysis.diagnostics[0].rule, "unknown-field");
/// assert_eq!(analysis.diagnostics[0].fixes[0].edits[0].text, "port");
/// ```
#[must_use]
pub fn check(request: &Request) -> Analysis {
    with_environments(CheckedRequest::new(request).analysis, request)
}

/// Checks a request like [`check`], but leaves the list of environments empty. A front end that
/// checks each environment of a large file already has this list.
#[must_use]
pub fn check_environment(request: &Request) -> Analysis {
    CheckedRequest::new(request).analysis
}

fn with_environments(analysis: Analysis, request: &Request) -> Analysis {
    Analysis { environments: request.service.environments(), ..analysis }
}

/// Checks a request and renders it if it has no errors.
///
/// With `link_values`, the manifests include the Secret `secret` with the credentials of linked
/// databases, as far as the values file contains them.
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, analyze};
///
/// let text = "\
/// name: shop
/// org_name: acme
/// providers: {aws: {region: us-east-1, account_id: 123456789012}}
/// modules:
///   - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}
/// ";
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// let manifests = analyze(&request, false).manifests.expect("the file has no errors");
/// let kinds: Vec<&str> = manifests.iter().map(|manifest| manifest.kind.name()).collect();
/// assert_eq!(kinds[..3], ["Namespace", "ServiceAccount", "Service"]);
/// ```
#[must_use]
pub fn analyze(request: &Request, link_values: bool) -> Analysis {
    let analysis = render_manifests(CheckedRequest::new(request), None, link_values);
    with_environments(analysis, request)
}

/// Checks and renders a request, but reuses each cached service that did not change.
pub(super) fn analyze_cached(request: &Request, cache: &Cache) -> Analysis {
    let prepared = PreparedRequest::new(request, None);
    if prepared.file.document.has_anchors {
        // A service may depend on the text of another service.
        let analysis = render_manifests(CheckedRequest::check(prepared, &[]), None, false);
        return with_environments(analysis, request);
    }
    let key = CacheKey::new(request, &prepared.environment);
    let services = cache.services(key, prepared.file);
    let checked = CheckedRequest::check(prepared, &services);
    with_environments(render_manifests(checked, Some((cache, services)), false), request)
}

/// Returns the AWS resources of a request; none if it has errors.
///
/// ```
/// use optakit_core::api::{Request, ServiceFile, aws_documents};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// assert_eq!(aws_documents(&request)[0].resource.kind, "iam-role");
/// ```
#[must_use]
pub fn aws_documents(request: &Request) -> Vec<AwsDocument> {
    let checked = CheckedRequest::new(request);
    let Some(context) = RenderContext::new(&checked, WithoutImage::LeaveOut) else {
        return Vec::new();
    };
    let rendered = checked.services.iter().map(|service| {
        render_service(service, &checked.link_variables[service.index], &context).resources
    });
    let document = |resource: AwsResource| AwsDocument {
        json: syntax::to_json(&resource.to_json()),
        resource: described(&resource),
    };
    rendered.flatten().map(document).collect()
}

/// The services that are rendered already, with the cache that they come from.
type CachedServices<'c> = (&'c Cache, Vec<Option<Arc<CachedService>>>);

/// Renders every service that is not cached, and adds all manifests to the analysis.
fn render_manifests(
    checked: CheckedRequest<'_>,
    cached: Option<CachedServices<'_>>,
    link_values: bool,
) -> Analysis {
    let Some(context) = RenderContext::new(&checked, WithoutImage::LeaveOut) else {
        return checked.analysis;
    };
    let (cache, mut cached) =
        cached.map_or((None, Vec::new()), |(cache, services)| (Some(cache), services));
    cached.resize(checked.link_variables.len(), None);
    let mut writer = YamlWriter::default();
    let (link_secret, missing) = if link_values {
        (render_link_secret(&checked, &context), missing_link_values(&checked, &context))
    } else {
        (None, Vec::new())
    };
    let layer_objects = render_namespace(&checked, &context).into_iter().chain(link_secret);
    let mut manifests: Vec<Manifest> =
        layer_objects.map(|object| Manifest::write(&object, &mut writer)).collect();
    let (mut aws, mut needs) = (Vec::new(), Needs::default());
    let mut remaining = checked.services.iter();
    for (header, cached) in checked.prepared.file.layer.services().zip(cached) {
        let service = cached.unwrap_or_else(|| {
            let service = remaining.next().expect("each service is either cached or checked");
            let written = Arc::new(write_service(service, &checked, &context, &mut writer));
            if let Some(cache) = cache.filter(|_| service.is_clean) {
                cache.insert(service.index, written.clone());
            }
            written
        });
        manifests.extend_from_slice(&service.manifests);
        aws.extend_from_slice(&service.resources);
        needs.add(&header.name.value, &service.needs);
    }
    sort_by_rank(&mut manifests, |manifest| [manifest.kind.rank(), 0, 0]);
    let mut analysis = checked.analysis;
    analysis.missing_link_values = missing;
    analysis.manifests = Some(manifests);
    analysis.aws = aws;
    needs.write_to(&mut analysis, &checked.link_variables);
    analysis
}

/// Renders a service and writes its objects as YAML.
fn write_service(
    service: &CheckedService<'_>,
    checked: &CheckedRequest<'_>,
    context: &RenderContext<'_>,
    writer: &mut YamlWriter,
) -> CachedService {
    let link_variables = &checked.link_variables[service.index];
    let RenderedService { objects, resources, needs } =
        render_service(service, link_variables, context);
    CachedService {
        text: checked.prepared.file.source.slice(service.header.span).to_owned(),
        start: service.header.span.start,
        manifests: objects.iter().map(|object| Manifest::write(object, writer)).collect(),
        resources: resources.iter().map(described).collect(),
        needs,
        link_variables: link_variables.clone(),
        public_uris: PublicUri::of(&service.service),
    }
}

fn described(resource: &AwsResource) -> AwsResourceRef {
    AwsResourceRef {
        kind: resource.kind(),
        module: resource.module().to_owned(),
        name: resource.name().to_owned(),
    }
}
