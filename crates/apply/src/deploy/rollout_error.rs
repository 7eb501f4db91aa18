//! The error of a rollout that failed.

use std::fmt::{self, Display, Formatter};

use futures::future::join_all;
use optakit_core::bundle::Bundle;

use crate::live::DesiredObject;
use crate::wait::evidence::{self, FailedRollout};
use crate::wait::{Cause, FailedPods, WaitError, Workload};

/// The Deployments and StatefulSets of a stage that did not become ready.
#[derive(Debug, thiserror::Error)]
pub(crate) struct RolloutError {
    failed: Vec<FailedObject>,
    /// The states of the others that are not ready.
    unready: Vec<String>,
}

/// An object that did not become ready.
#[derive(Debug)]
struct FailedObject {
    object: String,
    reason: String,
    /// The line of opta.yml that decides the field that failed, if one does.
    line: Option<String>,
    /// Warnings and log lines.
    evidence: Vec<String>,
    /// The help.
    help: String,
    /// The help after a rollback.
    help_after_rollback: String,
}

/// An object that did not become ready, and what the cluster knows about it.
pub(super) struct FailedTarget<'a> {
    pub(super) target: &'a DesiredObject,
    pub(super) error: &'a WaitError,
    /// The answer to the write. `None` if the apply did not change the object.
    pub(super) written: Option<Workload>,
}

impl RolloutError {
    /// Collects what the cluster and the bundle know about failed rollouts.
    pub(super) async fn collect(
        client: &kube::Client,
        bundle: &Bundle,
        failed: Vec<FailedTarget<'_>>,
        unready: Vec<String>,
    ) -> Self {
        let failed = failed.iter().map(|failed| FailedObject::collect(client, bundle, failed));
        Self { failed: join_all(failed).await, unready }
    }

    /// Returns all facts about the failure, with help.
    pub(crate) fn details(&self, pods: FailedPods) -> String {
        let mut text = String::new();
        for FailedObject { object, reason, line, evidence, .. } in &self.failed {
            text.push_str(&format!("{object} is not ready: {reason}\n"));
            if let Some(line) = line {
                text.push_str(&format!("  set at {line}\n"));
            }
            for line in evidence {
                text.push_str(&format!("{line}\n"));
            }
        }
        for state in &self.unready {
            text.push_str(&format!("  not ready yet: {state}\n"));
        }
        text.push_str("  Services and configuration were applied; Ingresses and routes were not");
        let mut helps: Vec<&str> = Vec::new();
        for failed in &self.failed {
            let help = match pods {
                FailedPods::Kept => &failed.help,
                FailedPods::RolledBack => &failed.help_after_rollback,
            };
            if !helps.contains(&help.as_str()) {
                helps.push(help);
            }
        }
        for help in helps {
            text.push_str(&format!("\n  help: {help}"));
        }
        text
    }
}

impl FailedObject {
    async fn collect(
        client: &kube::Client,
        bundle: &Bundle,
        FailedTarget { target, error, written }: &FailedTarget<'_>,
    ) -> Self {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let reason = error.to_string();
        let cause = error.cause();
        let line = cause
            .and_then(Cause::field)
            .and_then(|field| bundle.line_of(target.index, field.pointer()))
            .map(|mapping| format!("{}:{}", mapping.file, mapping.line));
        let help = |pods: FailedPods| {
            let describe = || pods.read("the events", &format!("-n {namespace} describe pods"));
            cause.map_or_else(describe, |cause| cause.help(namespace, pods))
        };
        let rollout = FailedRollout {
            client,
            namespace,
            kind: target.kind,
            name: &target.name,
            written: written.as_ref(),
            reason: &reason,
            cause,
        };
        Self {
            evidence: evidence::of(&rollout).await,
            object: target.label(),
            line,
            help: help(FailedPods::Kept),
            help_after_rollback: help(FailedPods::RolledBack),
            reason,
        }
    }
}

/// Shows the cause in one line. [`RolloutError::details`] has everything else.
impl Display for RolloutError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for FailedObject { object, reason, .. } in &self.failed {
            let reason = reason.replace('\n', " ");
            write!(f, "{separator}{object} is not ready: {reason}")?;
            separator = "; ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(object: &str, help: &str) -> FailedObject {
        FailedObject {
            object: object.to_owned(),
            reason: "it crashed".to_owned(),
            line: Some("opta.yml:7".to_owned()),
            evidence: vec!["  warning  BackOff".to_owned()],
            help: help.to_owned(),
            help_after_rollback: "keep the pods".to_owned(),
        }
    }

    #[test]
    fn all_failed_deployments_of_a_stage_are_named() {
        let error = RolloutError {
            failed: vec![failed("Deployment a", "fix a"), failed("Deployment b", "fix b")],
            unready: vec!["Deployment c: 0 of 1 pods ready".to_owned()],
        };
        assert_eq!(
            error.to_string(),
            "Deployment a is not ready: it crashed; Deployment b is not ready: it crashed"
        );
        assert!(error.details(FailedPods::RolledBack).ends_with("were not\n  help: keep the pods"));
        assert_eq!(
            error.details(FailedPods::Kept),
            "Deployment a is not ready: it crashed\n  set at opta.yml:7\n  warning  BackOff\n\
             Deployment b is not ready: it crashed\n  set at opta.yml:7\n  warning  BackOff\n  \
             not ready yet: Deployment c: 0 of 1 pods ready\n  \
             Services and configuration were applied; Ingresses and routes were not\n  \
             help: fix a\n  help: fix b"
        );
    }
}
