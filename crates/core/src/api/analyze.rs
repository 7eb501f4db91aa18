//! Checks a request and renders it to manifests.

use std::sync::Arc;

use super::analysis::{Analysis, AwsDocument, AwsResourceRef, Manifest};
use super::cache::{Cache, CacheKey, CachedService};
use super::check::{CheckedRequest, CheckedService};
use super::needs::Needs;
use super::prepare::PreparedRequest;
use super::render::{
    RenderContext, RenderedService, render_link_secret, render_namespace, render_service,
};
use super::request::Request;
use crate::aws::AwsResource;
use crate::order::sort_by_rank;
use crate::render::{Object, WithoutImage};
use crate::syntax::{self, YamlWriter};

/// Checks a request without rendering it.
#[must_use]
pub fn check(request: &Request) -> Analysis {
    CheckedRequest::new(request).analysis
}

/// Checks a request and renders it if it has no errors.
///
/// With `link_values`, the manifests include the Secret `secret` with the credentials of linked
/// databases. The values file must contain them.
#[must_use]
pub fn analyze(request: &Request, link_values: bool) -> Analysis {
    render_manifests(CheckedRequest::new(request), None, link_values)
}

/// Checks and renders a request, but reuses each cached service that did not change.
pub(super) fn analyze_cached(request: &Request, cache: &Cache) -> Analysis {
    let prepared = PreparedRequest::new(request, None);
    if prepared.file.document.has_anchors {
        // A service may depend on the text of another service.
        return render_manifests(CheckedRequest::check(prepared, &[]), None, false);
    }
    let key = CacheKey::new(request, &prepared.environment);
    let services = cache.services(key, prepared.file);
    let checked = CheckedRequest::check(prepared, &services);
    render_manifests(checked, Some((cache, services)), false)
}

/// Returns the AWS resources of a request; none if it has errors.
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
    let link_secret = if link_values { render_link_secret(&checked, &context) } else { None };
    let layer_objects = render_namespace(&checked, &context).into_iter().chain(link_secret);
    let mut manifests: Vec<Manifest> =
        layer_objects.map(|object| write_manifest(&object, &mut writer)).collect();
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
        manifests: objects.iter().map(|object| write_manifest(object, writer)).collect(),
        resources: resources.iter().map(described).collect(),
        needs,
        link_variables: link_variables.clone(),
    }
}

fn write_manifest(object: &Object, writer: &mut YamlWriter) -> Manifest {
    Manifest {
        kind: object.kind,
        name: object.name.as_str().to_owned(),
        namespace: object.namespace.as_ref().map(|namespace| namespace.as_str().to_owned()),
        yaml: writer.write(&object.value).into(),
    }
}

fn described(resource: &AwsResource) -> AwsResourceRef {
    AwsResourceRef {
        kind: resource.kind(),
        module: resource.module().to_owned(),
        name: resource.name().to_owned(),
    }
}
