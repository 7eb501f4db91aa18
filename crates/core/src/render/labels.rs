//! The labels of objects and pods, and the selector.

use super::context::ServiceContext;
use super::target::Profile;
use crate::rfc1123::MAX_LABEL;
use crate::text::Text;
use crate::value::Map;

/// The label with the image tag.
pub const VERSION_LABEL: &str = "app.kubernetes.io/version";

const NAME_LABEL: &str = "app.kubernetes.io/name";
/// The value of the label `name` of the pods of jobs.
const JOB: &str = "k8s-service-cron";
/// The last chart of Opta, of August 2022.
const CHART: &str = "k8s-service-0.1.2";
/// The version of the application in that chart. It never changed.
const CHART_VERSION: &str = "1.16.0";

/// Returns an image tag as the value of a label: at most 63 characters, with a letter or digit at
/// the start and at the end. A tag without any has the empty value.
#[must_use]
pub fn version(tag: &str) -> Text {
    let is_edge = |c: char| !c.is_ascii_alphanumeric();
    let tag = tag.trim_start_matches(is_edge);
    let end = tag.char_indices().nth(MAX_LABEL).map_or(tag.len(), |(end, _)| end);
    Text::literal(tag[..end].trim_end_matches(is_edge))
}

/// Returns the selector of Deployment and Service. It must never change.
pub(super) fn selector(context: &ServiceContext<'_>) -> Map {
    Map::new()
        .with(NAME_LABEL, "k8s-service")
        .with("app.kubernetes.io/instance", context.names.instance.clone())
}

/// Returns the labels that name the module, layer and environment of an object.
fn opta(context: &ServiceContext<'_>) -> Map {
    selector(context)
        .with("opta.dev/module-name", context.names.module.clone())
        .with("opta.dev/layer-name", context.names.layer.clone())
        .with("opta.dev/environment-name", context.names.environment.clone())
}

/// Returns the labels of an object. They may change, because pods and selectors do not use them.
pub(super) fn of_object(context: &ServiceContext<'_>) -> Map {
    opta(context)
        .with(VERSION_LABEL, context.version.clone())
        .with("app.kubernetes.io/managed-by", "optakit")
}

/// Returns the labels of a pod.
pub(super) fn of_pod(context: &ServiceContext<'_>, is_stateful: bool) -> Map {
    match context.profile {
        Profile::Default => opta(context),
        Profile::Opta2021 | Profile::Opta2022 => {
            opta(context).join(datadog(&service_name(context, is_stateful), context))
        }
    }
}

/// Returns the labels of the pod of a job. The selector of the service matches them only in the
/// profile `opta-2022`.
pub(super) fn of_job_pod(context: &ServiceContext<'_>, is_stateful: bool) -> Map {
    match context.profile {
        Profile::Default | Profile::Opta2021 => {
            opta(context).overridden_by(Map::new().with(NAME_LABEL, JOB))
        }
        Profile::Opta2022 => opta(context)
            .with("helm.sh/chart", CHART)
            .with(VERSION_LABEL, CHART_VERSION)
            .with("app.kubernetes.io/managed-by", "Helm")
            .join(datadog(&service_name(context, is_stateful), context))
            .with("cronjob", "true"),
    }
}

/// Returns the name of the Service that Datadog shows. Opta 2022 had only a headless Service for a
/// StatefulSet.
fn service_name(context: &ServiceContext<'_>, is_stateful: bool) -> Text {
    match context.profile {
        Profile::Opta2022 if is_stateful => context.names.headless(),
        Profile::Default | Profile::Opta2021 | Profile::Opta2022 => context.names.module.clone(),
    }
}

fn datadog(service: &Text, context: &ServiceContext<'_>) -> Map {
    let service = format!("{}-{}", service.as_str(), context.names.layer.as_str());
    Map::new()
        .with("tags.datadoghq.com/service", service)
        .with("tags.datadoghq.com/version", context.version.clone())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_tag_is_shortened_to_a_valid_label() {
        let check = |tag: &str, expected: &str| assert_eq!(version(tag).as_str(), expected);
        check("v1.2.3", "v1.2.3");
        check("v1.2.3-", "v1.2.3");
        check("_dev", "dev");
        check("___", "");
        check(&"a".repeat(63), &"a".repeat(63));
        check(&"a".repeat(64), &"a".repeat(63));
        check(&format!("{}-b", "a".repeat(62)), &"a".repeat(62));
    }
}
