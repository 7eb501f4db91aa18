//! The error of a rollout that failed.

use std::fmt::{self, Display, Formatter};

use futures::future::join_all;
use optakit_core::bundle::Bundle;

use crate::live::DesiredObject;
use crate::wait::{Cause, WaitError, evidence};

/// The Deployments of a stage that did not become ready.
#[derive(Debug, thiserror::Error)]
pub(crate) struct RolloutError {
    failed: Vec<FailedObject>,
    /// The states of the other Deployments that are not ready.
    unready: Vec<String>,
}

/// A Deployment that did not become ready.
#[derive(Debug)]
struct FailedObject {
    object: String,
    reason: String,
    /// The line of opta.yml that decides the field that failed, if one does.
    line: Option<String>,
    /// Warnings and log lines.
    evidence: Vec<String>,
    /// The next thing to do.
    help: String,
}

impl RolloutError {
    /// Collects what the cluster and the bundle know about failed rollouts.
    pub(super) async fn collect(
        client: &kube::Client,
        bundle: &Bundle,
        failed: Vec<(&DesiredObject, &WaitError)>,
        unready: Vec<String>,
    ) -> Self {
        let failed = failed
            .into_iter()
            .map(|(target, error)| FailedObject::collect(client, bundle, target, error));
        Self { failed: join_all(failed).await, unready }
    }
}

impl FailedObject {
    async fn collect(
        client: &kube::Client,
        bundle: &Bundle,
        target: &DesiredObject,
        error: &WaitError,
    ) -> Self {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let reason = error.to_string();
        let cause = error.cause();
        let line = cause
            .and_then(Cause::field)
            .and_then(|field| bundle.line_of(target.index, field.pointer()))
            .map(|mapping| format!("{}:{}", mapping.file, mapping.line));
        let help = cause.map_or_else(
            || format!("read the events: `kubectl -n {namespace} describe pods`"),
            |cause| cause.help(namespace),
        );
        let evidence = evidence::of(client, namespace, &target.name, &reason, cause).await;
        Self { object: target.label(), reason, line, evidence, help }
    }
}

impl Display for RolloutError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for FailedObject { object, reason, line, evidence, .. } in &self.failed {
            write!(f, "{object} is not ready: {reason}")?;
            if let Some(line) = line {
                write!(f, "\n  set at {line}")?;
            }
            for line in evidence {
                write!(f, "\n{line}")?;
            }
            f.write_str("\n")?;
        }
        for state in &self.unready {
            writeln!(f, "  not ready yet: {state}")?;
        }
        f.write_str("  Services and configuration were applied; Ingresses and routes were not")?;
        let mut helps: Vec<&str> = Vec::new();
        for FailedObject { help, .. } in &self.failed {
            if !helps.contains(&help.as_str()) {
                helps.push(help);
            }
        }
        helps.iter().try_for_each(|help| write!(f, "\n  help: {help}"))
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
            "Deployment a is not ready: it crashed\n  set at opta.yml:7\n  warning  BackOff\n\
             Deployment b is not ready: it crashed\n  set at opta.yml:7\n  warning  BackOff\n  \
             not ready yet: Deployment c: 0 of 1 pods ready\n  \
             Services and configuration were applied; Ingresses and routes were not\n  \
             help: fix a\n  help: fix b"
        );
    }
}
