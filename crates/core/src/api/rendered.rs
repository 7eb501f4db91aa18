//! A rendered request with the origin of each value, for bundles and traces.

use std::collections::BTreeMap;

use super::analysis::Analysis;
use super::bundle_size::SizeLimit;
use super::check::CheckedRequest;
use super::needs::Needs;
use super::places::Places;
use super::render::{RenderContext, render_namespace, render_service};
use crate::aws::AwsResource;
use crate::bundle::BundleError;
use crate::model::environment::Environment;
use crate::order::sort_by_rank;
use crate::render::{Object, WithoutImage};
use crate::source::SourceText;

/// A rendered request.
pub(super) struct RenderedRequest {
    pub(super) analysis: Analysis,
    /// The name of the layer.
    pub(super) layer: String,
    pub(super) environment: Environment,
    pub(super) environment_file: Option<SourceText>,
    /// The objects of all services, in the order of their kinds.
    pub(super) objects: Vec<Object>,
    /// The AWS resources of all services.
    pub(super) resources: Vec<AwsResource>,
    /// The values that references have used, by input.
    pub(super) used: BTreeMap<String, String>,
    pub(super) places: Places,
}

impl RenderedRequest {
    /// Renders a request; none if it has errors.
    pub(super) fn new(checked: CheckedRequest<'_>, without_image: WithoutImage) -> Option<Self> {
        Self::within(SizeLimit::none(), checked, without_image).ok().flatten()
    }

    /// Renders a request; none if it has errors.
    ///
    /// # Errors
    ///
    /// Fails if the manifests are larger than the limit.
    pub(super) fn within(
        mut limit: SizeLimit,
        checked: CheckedRequest<'_>,
        without_image: WithoutImage,
    ) -> Result<Option<Self>, BundleError> {
        let Some(context) = RenderContext::new(&checked, without_image) else { return Ok(None) };
        let mut objects: Vec<Object> = render_namespace(&checked, &context).into_iter().collect();
        let (mut resources, mut needs) = (Vec::new(), Needs::default());
        for service in &checked.services {
            let link_variables = &checked.link_variables[service.index];
            let mut rendered = render_service(service, link_variables, &context);
            limit.add(&rendered.objects)?;
            objects.append(&mut rendered.objects);
            resources.append(&mut rendered.resources);
            needs.add(&service.header.name.value, &rendered.needs);
        }
        sort_by_rank(&mut objects, |object| [object.kind.rank(), 0, 0]);
        let layer = checked.prepared.layer_name().map(|name| name.value.as_str().to_owned());
        let mut analysis = checked.analysis;
        needs.write_to(&mut analysis, &checked.link_variables);
        let prepared = checked.prepared;
        Ok(Some(Self {
            analysis,
            layer: layer.unwrap_or_default(),
            environment: prepared.environment,
            environment_file: prepared.environment_file,
            objects,
            resources,
            used: prepared.used.into_inner(),
            places: prepared.places,
        }))
    }
}
