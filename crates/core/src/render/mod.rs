//! Renders checked services to manifests, with one file per kind.
//!
//! Rendering cannot fail, and the same input gives the same bytes. The kinds of objects, their
//! names and the selector are those of Opta, so that the manifests update the running objects.

mod address;
mod alb;
mod config_map;
mod context;
mod cron_job;
mod deadline;
mod deployment;
mod env;
mod env_value;
mod horizontal_pod_autoscaler;
mod image;
mod ingress;
mod labels;
mod linkerd;
mod namespace;
mod object;
mod pod;
mod pod_disruption_budget;
mod pod_template;
mod probe;
mod route;
mod scale;
mod secret;
mod service;
mod service_account;
mod stateful_set;
mod target;
mod volumes;

use crate::check::Checked;
use crate::model::exposure::Exposure;
use crate::model::k8s_service::K8sService;
pub use context::{ServiceContext, WithoutImage};
pub use deadline::timeout_of_deadline;
pub use image::IMAGE_DIGEST;
pub use labels::{VERSION_LABEL, version as version_label};
pub use namespace::render as namespace;
pub use object::Object;
pub(crate) use scale::{Scale, scale};
pub use secret::{LINK_SECRET, MANUAL_SECRETS, missing_values, render as link_secret};
pub use stateful_set::TIMEOUT as TIMEOUT_ANNOTATION;
pub use target::{Hardening, Kubernetes, Profile};

/// Renders the objects of one service.
#[must_use]
pub fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    let mut objects = vec![service_account::render(context)];
    objects.extend(service::render(service, context));
    if context.exposure == Exposure::Alb {
        objects.extend(service::load_balancer(service, context));
    }
    objects.extend(config_map::render(context));
    let image = image::container_image(service, context);
    if let Some(image) = image.as_ref().filter(|_| !is_deleted_by_opta(service, context)) {
        objects.push(if service.is_stateful() {
            stateful_set::render(service, image, context)
        } else {
            deployment::render(service, image, context)
        });
        objects.extend(horizontal_pod_autoscaler::render(service, context));
        objects.extend(pod_disruption_budget::render(service, context));
    }
    objects.extend(match context.exposure {
        Exposure::Nginx => ingress::render(service, context),
        Exposure::Gateway => route::render(service, context),
        Exposure::Alb => alb::render(service, context),
    });
    objects.extend(image.iter().flat_map(|image| cron_job::render(service, image, context)));
    objects
}

/// Whether Opta 2022 deleted the Deployment, because the service has no containers.
fn is_deleted_by_opta(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> bool {
    context.profile == Profile::Opta2022 && service.max_containers.value.0 == 0
}
