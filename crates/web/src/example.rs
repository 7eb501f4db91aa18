//! What the page starts with.

/// The path of the environment file.
pub(crate) const ENVIRONMENT_PATH: &str = "env.yml";

/// A service as a team would write it.
pub(crate) const SERVICE: &str = r#"name: shop
environments:
  - name: staging
    path: env.yml
modules:
  # the public API
  - type: k8s-service
    name: api
    image: ghcr.io/acme/shop-api:1.4.2
    port:
      http: 8000
    healthcheck_path: /health
    min_containers: 2
    max_containers: 10
    resource_request:
      cpu: 250
      memory: 512
    public_uri: "api.{parent.domain}"
    env_vars:
      LOG_LEVEL: info
      ENVIRONMENT: "{env}"
    secrets:
      - STRIPE_KEY
"#;

/// Its environment.
pub(crate) const ENVIRONMENT: &str = r"name: staging
org_name: acme
providers:
  aws:
    region: us-east-1
    account_id: 123456789012
modules:
  - type: base
  - type: dns
    domain: staging.acme.io
    delegated: true
  - type: k8s-cluster
  - type: k8s-base
";

#[cfg(test)]
mod tests {
    use optakit_core::api::{Choices, Request, SourceText, analyze};

    use super::*;

    #[test]
    fn the_example_has_no_problem_and_all_kinds_of_objects() {
        let request = Request {
            service: SourceText { name: "opta.yml".to_owned(), text: SERVICE.to_owned() },
            environment_files: [(ENVIRONMENT_PATH.to_owned(), Ok(ENVIRONMENT.to_owned()))].into(),
            choices: Choices::default(),
            ..Request::default()
        };
        let analysis = analyze(&request, false);
        assert_eq!(analysis.diagnostics, []);
        let kinds: Vec<&str> = analysis.manifests.expect("it renders").iter().map(|manifest| manifest.kind).collect();
        assert_eq!(
            kinds,
            ["Namespace", "ServiceAccount", "Service", "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress"]
        );
    }
}
