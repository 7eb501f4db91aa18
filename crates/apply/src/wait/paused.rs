//! Deployments that are paused: no pods are replaced until someone resumes them.

use std::fmt::{self, Display, Formatter};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::Value;

use crate::hint;

/// A paused Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paused {
    deployment: String,
    /// The field manager that paused it, and when.
    by: Option<(String, Option<String>)>,
}

impl Paused {
    /// Returns who paused a Deployment, if it is paused.
    pub(crate) fn of(deployment: &Deployment) -> Option<Self> {
        if deployment.spec.as_ref().and_then(|spec| spec.paused) != Some(true) {
            return None;
        }
        let owner = deployment
            .metadata
            .managed_fields
            .iter()
            .flatten()
            .find(|entry| owns_paused(entry))
            .and_then(|entry| {
                let since = entry.time.as_ref().map(|time| time.0.to_string());
                Some((entry.manager.clone()?, since))
            });
        Some(Self { deployment: deployment.metadata.name.clone().unwrap_or_default(), by: owner })
    }

    /// Returns who paused a live object, if it is a paused Deployment.
    pub(crate) fn of_live(live: &Value) -> Option<Self> {
        if live.pointer("/spec/paused") != Some(&Value::Bool(true)) {
            return None;
        }
        Self::of(&serde_json::from_value(live.clone()).ok()?)
    }

    /// Returns the command that resumes the rollout.
    pub(crate) fn help(&self, namespace: &str) -> String {
        let resume = format!("-n {namespace} rollout resume deployment/{}", self.deployment);
        format!("resume it: `{}`", hint::kubectl(&resume))
    }
}

fn owns_paused(entry: &ManagedFieldsEntry) -> bool {
    let fields = entry.fields_v1.as_ref();
    fields.is_some_and(|fields| fields.0.pointer("/f:spec/f:paused").is_some())
}

impl Display for Paused {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the Deployment is paused")?;
        if let Some((manager, since)) = &self.by {
            write!(f, " by `{manager}`")?;
            if let Some(since) = since {
                write!(f, " since {since}")?;
            }
        }
        f.write_str(", so its pods are not replaced")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn field_manager_that_paused_a_deployment_is_named() {
        let mut live = json!({
            "metadata": {"name": "api", "managedFields": [
                {"manager": "optakit", "fieldsV1": {"f:spec": {"f:template": {}}}},
                {"manager": "kubectl-rollout", "time": "2026-01-01T00:00:00Z",
                 "fieldsV1": {"f:spec": {"f:paused": {}}}},
            ]},
            "spec": {"paused": true, "selector": {}, "template": {}},
        });
        let paused = Paused::of_live(&live).expect("the Deployment is paused");
        assert_eq!(
            paused.to_string(),
            "the Deployment is paused by `kubectl-rollout` since 2026-01-01T00:00:00Z, so its \
             pods are not replaced"
        );
        assert!(paused.help("shop").contains("kubectl -n shop rollout resume deployment/api"));
        live["spec"]["paused"] = false.into();
        assert_eq!(Paused::of_live(&live), None);
    }
}
