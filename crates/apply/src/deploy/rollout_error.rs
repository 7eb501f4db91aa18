//! The error of a rollout that failed.

use optakit_core::bundle::Bundle;

use crate::live::DesiredObject;
use crate::wait::{self, Cause, WaitError};

/// A Deployment that did not become ready.
#[derive(Debug, thiserror::Error)]
#[error(
    "{object} is not ready: {reason}{}{evidence}\n  \
     the Service and its configuration were applied; the autoscaler and the Ingress were not\n  \
     help: {help}",
    line.as_ref().map(|line| format!("\n  set at {line}")).unwrap_or_default()
)]
pub(crate) struct RolloutError {
    object: String,
    reason: String,
    /// The line of opta.yml that decides the field that failed, if one does.
    line: Option<String>,
    /// Warnings and log lines. Each begins with a line break.
    evidence: String,
    /// The next thing to do.
    help: String,
}

impl RolloutError {
    /// Collects what the cluster and the bundle know about a failed rollout.
    pub(super) async fn collect(
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
        let evidence = wait::evidence::of(client, namespace, &target.name, &reason).await;
        let evidence = evidence.iter().map(|line| format!("\n{line}")).collect();
        Self { object: target.label(), reason, line, evidence, help }
    }
}
