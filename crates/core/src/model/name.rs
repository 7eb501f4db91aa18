//! The names of a service's objects, as Opta made them: a new manifest must meet the running object
//! under its name.

use crate::text::Text;

/// The names that belong to one service of one layer in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The environment.
    pub environment: Text,
    /// The layer, which is the namespace.
    pub layer: Text,
    /// The module: Service, ServiceAccount.
    pub module: Text,
    /// Helm's release name of old, today the `instance` label: `<layer>-<module>`.
    pub instance: Text,
    /// Deployment, HorizontalPodAutoscaler, ConfigMap and the Ingress prefix:
    /// `<layer>-<module>-k8s-service`, cut at 63.
    pub full: Text,
}

impl Names {
    /// The longest release name Helm takes.
    pub const MAX_RELEASE: usize = 53;

    /// The names of a module's objects.
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
            .nth(63)
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

    /// The IAM role and policy: `<env>-<layer>-<module>`.
    #[must_use]
    pub fn role(&self) -> String {
        format!("{}-{}", self.environment.as_str(), self.instance.as_str())
    }

    /// The ECR repository of an AUTO image.
    #[must_use]
    pub fn repository(&self) -> String {
        format!("opta-{}", self.instance.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::text::Text;

    #[test]
    fn full_names_are_cut_as_the_chart_cut_them() {
        let full = |layer: &str, module: &str| {
            Names::new(&"staging".into(), &Text::literal(layer), module).full
        };
        assert_eq!(full("shop", "api").as_str(), "shop-api-k8s-service");
        assert_eq!(full("k8s-service-demo", "api").as_str(), "k8s-service-demo-api");
        let layer = "l".repeat(48);
        assert_eq!(full(&layer, "abcd").as_str(), format!("{layer}-abcd-k8s-servi"));
    }
}
