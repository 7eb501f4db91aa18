//! Errors of requests to the API server.

use crate::network;

/// The reason why an object cannot be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum LiveError {
    #[error(
        "{cluster} cannot be reached: {reason}\n  nothing was changed\n  \
         help: check the address, the network and `--context`"
    )]
    Unreachable { cluster: String, reason: String },
    #[error(
        "{cluster} rejects the credentials (401)\n  \
         help: for EKS, check AWS_PROFILE, and add an access entry for your AWS identity; for \
         another cluster, sign in again, or check the user of the context in the kubeconfig"
    )]
    Unauthorized { cluster: String },
    #[error("{action} {object} is forbidden: {reason}")]
    Forbidden { action: &'static str, object: String, reason: String },
    #[error("the API server rejects {object}: {reason}")]
    Rejected { object: String, reason: String },
    #[error(
        "another field manager owns fields of {object}: {reason}\n  \
         help: to overwrite them, pass `--force-field FIELD` or `--force-conflicts`"
    )]
    Conflict { object: String, reason: String },
    #[error("{object} belongs to {owner}, which may revert changes\n  help: {advice}")]
    OwnedByTool { object: String, owner: String, advice: String },
    #[error(
        "{object} should have {expected} replicas, but a dry run sets {result}\n  \
         help: check the admission webhooks and policies that change Deployments"
    )]
    OtherReplicas { object: String, expected: i64, result: i64 },
    #[error(
        "{object} is scaled by {autoscaler}, which Optakit did not create\n  \
         help: delete this autoscaler first, or pass `--force-conflicts`"
    )]
    ScaledByOther { object: String, autoscaler: String },
    #[error(
        "the volume `{volume}` of {object} would shrink from {from} to {to}, but a \
         volume cannot shrink\n  \
         help: set its `size` to {from} again, or move the data to a new service"
    )]
    SmallerVolume { object: String, volume: String, from: String, to: String },
    #[error(
        "the cluster does not have the kind {kind} ({version})\n  \
         help: install the {channel} channel of the Gateway API, or use another exposure: \
         `{other}`"
    )]
    MissingKind { kind: &'static str, version: &'static str, channel: &'static str, other: String },
    #[error("{action} {object} failed: {reason}")]
    Failed { action: &'static str, object: String, reason: String },
}

impl LiveError {
    /// Whether Optakit itself refuses the change, and not the API server.
    pub(crate) const fn is_refusal(&self) -> bool {
        match self {
            Self::OwnedByTool { .. }
            | Self::OtherReplicas { .. }
            | Self::ScaledByOther { .. }
            | Self::SmallerVolume { .. } => true,
            Self::Unreachable { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::Rejected { .. }
            | Self::Conflict { .. }
            | Self::MissingKind { .. }
            | Self::Failed { .. } => false,
        }
    }
}

/// Converts an error of the API server.
pub(crate) fn explain(error: kube::Error, action: &'static str, object: &str) -> LiveError {
    let object = object.to_owned();
    match error {
        kube::Error::Api(status) => {
            // A webhook decides the message. Its lines stay apart from the lines of Optakit.
            let reason = status.message.replace('\n', "\n    ");
            match status.code {
                403 => LiveError::Forbidden { action, object, reason },
                409 if status.reason == "Conflict" => LiveError::Conflict { object, reason },
                400 | 422 | 404 | 409 => LiveError::Rejected { object, reason },
                _ => LiveError::Failed { action, object, reason },
            }
        }
        other => LiveError::Failed { action, object, reason: network::reason(&other) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_webhook_are_indented() {
        let status = kube::core::Status::failure("denied\n  help: run this", "Forbidden");
        let error =
            explain(kube::Error::Api(status.with_code(403).boxed()), "apply", "Service api");
        assert!(error.to_string().contains("denied\n      help: run this"), "{error}");
    }
}
