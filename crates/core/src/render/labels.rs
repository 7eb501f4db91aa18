//! The labels of objects and pods, and the selector.

use super::context::ServiceContext;
use super::target::Profile;
use crate::rfc1123::MAX_LABEL;
use crate::text::Text;
use crate::value::Map;

/// The label with the image tag.
pub const VERSION_LABEL: &str = "app.kubernetes.io/version";

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
        .with("app.kubernetes.io/name", "k8s-service")
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
pub(super) fn of_pod(context: &ServiceContext<'_>) -> Map {
    match context.profile {
        Profile::Default => opta(context),
        Profile::Opta2021 | Profile::Opta2022 => opta(context)
            .with(
                "tags.datadoghq.com/service",
                format!("{}-{}", context.names.module.as_str(), context.names.layer.as_str()),
            )
            .with("tags.datadoghq.com/version", context.version.clone()),
    }
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
