//! The names of the objects of a service. They are the same as in Opta, so that a new manifest
//! updates the running object.

use crate::rfc1123;
use crate::text::Text;

/// The namespaces that Kubernetes itself creates and uses.
const RESERVED_NAMESPACES: &[&str] = &["default", "kube-node-lease", "kube-public", "kube-system"];

/// Whether Kubernetes reserves a name, so that it cannot be the namespace of a layer. All names
/// that start with `kube-` are reserved.
#[must_use]
pub fn is_reserved_layer(name: &str) -> bool {
    RESERVED_NAMESPACES.contains(&name) || name.starts_with("kube-")
}

/// The names of one service in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The environment.
    pub environment: Text,
    /// The service file, which is the namespace.
    pub layer: Text,
    /// The module: the name of the Service and the ServiceAccount.
    pub module: Text,
    /// `<layer>-<module>`: the label `instance`. In Opta it was the name of the Helm release.
    pub instance: Text,
    /// `<layer>-<module>-k8s-service`, at most 63 characters: the name of the Deployment,
    /// HorizontalPodAutoscaler and ConfigMap, and the prefix of the name of the Ingress.
    pub full: Text,
}

impl Names {
    /// The maximum length of the label `instance`.
    pub const MAX_INSTANCE: usize = rfc1123::MAX_LABEL;

    /// Returns the names of the objects of a module.
    #[must_use]
    pub fn new(environment: &Text, layer: &Text, module: &str) -> Self {
        let instance = format!("{}-{module}", layer.as_str());
        let full = if instance.contains("k8s-service") {
            instance.clone()
        } else {
            format!("{instance}-k8s-service")
        };
        let full = full
            .char_indices()
            .nth(rfc1123::MAX_LABEL)
            .map_or(full.as_str(), |(end, _)| &full[..end])
            .trim_end_matches('-');
        Self {
            environment: environment.clone(),
            layer: layer.clone(),
            module: Text::literal(module),
            full: Text::literal(full),
            instance: instance.into(),
        }
    }

    /// Returns the name of the Service that gives each pod of a StatefulSet a DNS name.
    #[must_use]
    pub fn headless(&self) -> Text {
        format!("{}-headless", self.module.as_str()).into()
    }

    /// Returns the name of the Service with a Network Load Balancer.
    #[must_use]
    pub fn load_balancer(&self) -> Text {
        format!("{}-tcp", self.module.as_str()).into()
    }

    /// Returns the name of the CronJob at an index.
    #[must_use]
    pub fn cron_job(&self, index: usize) -> Text {
        format!("{}-{index}", self.full.as_str()).into()
    }

    /// Returns the name of the IAM role and policy: `<environment>-<layer>-<module>`.
    #[must_use]
    pub fn role(&self) -> String {
        format!("{}-{}", self.environment.as_str(), self.instance.as_str())
    }

    /// Returns the name of the ECR repository of an `AUTO` image.
    #[must_use]
    pub fn repository(&self) -> String {
        format!("opta-{}", self.instance.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_are_truncated_as_in_the_chart_of_opta() {
        let full = |layer: &str, module: &str| {
            Names::new(&"staging".into(), &Text::literal(layer), module).full
        };
        assert_eq!(full("shop", "api").as_str(), "shop-api-k8s-service");
        assert_eq!(full("k8s-service-demo", "api").as_str(), "k8s-service-demo-api");
        let layer = "l".repeat(48);
        assert_eq!(full(&layer, "abcd").as_str(), format!("{layer}-abcd-k8s-servi"));
    }
}
