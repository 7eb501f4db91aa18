//! The names of a service's objects, as Opta made them: a new manifest must meet the running object under its name.

/// The names that belong to one service of one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The layer, which is the namespace.
    pub layer: String,
    /// The module: Service, ServiceAccount.
    pub module: String,
}

impl Names {
    /// The longest release name Helm takes.
    pub const MAX_RELEASE: usize = 53;

    /// Helm's release name of old, today the `instance` label: `<layer>-<module>`.
    #[must_use]
    pub fn instance(&self) -> String {
        format!("{}-{}", self.layer, self.module)
    }

    /// Deployment, HorizontalPodAutoscaler, ConfigMap and the Ingress prefix: `<layer>-<module>-k8s-service`, cut at 63.
    #[must_use]
    pub fn full(&self) -> String {
        let instance = self.instance();
        let full = if instance.contains("k8s-service") { instance } else { format!("{instance}-k8s-service") };
        full.chars().take(63).collect::<String>().trim_end_matches('-').to_owned()
    }

    /// The IAM role and policy: `<env>-<layer>-<module>`.
    #[must_use]
    pub fn role(&self, environment: &str) -> String {
        format!("{environment}-{}-{}", self.layer, self.module)
    }

    /// The ECR repository of an AUTO image.
    #[must_use]
    pub fn repository(&self) -> String {
        format!("opta-{}-{}", self.layer, self.module)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn full_names_are_cut_as_the_chart_cut_them() {
        let full = |layer: &str, module: &str| Names { layer: layer.into(), module: module.into() }.full();
        assert_eq!(full("shop", "api"), "shop-api-k8s-service");
        assert_eq!(full("k8s-service-demo", "api"), "k8s-service-demo-api");
        let layer = "l".repeat(48);
        assert_eq!(full(&layer, "abcd"), format!("{layer}-abcd-k8s-servi"));
    }
}
