//! Limits of AWS for what links need.

use super::policy::policy;
use crate::check::Checked;
use crate::check::iam::{MAX_POLICY, POLICY_TOO_LONG};
use crate::diagnostic::Diagnostic;
use crate::model::k8s_service::K8sService;
use crate::resolve::Scope;
use crate::source::Source;
use crate::value::Value;

/// With fewer links, no policy is too long: a link adds at most 600 characters.
const FEW_LINKS: usize = 8;

/// Checks that AWS accepts the policy of a service. Unknown values count as empty.
#[must_use]
pub fn check_policy(
    service: &Checked<K8sService>,
    source: &Source,
    scope: &Scope<'_>,
    path: &str,
) -> Option<Diagnostic> {
    if service.links().len() < FEW_LINKS {
        return None;
    }
    let document = Value::from(policy(&super::grants::grants(service, source, scope)));
    let text = serde_json::to_string(&document).expect("a document has text keys");
    let unknown: usize =
        document.holes("").iter().map(|placed| placed.hole.end - placed.hole.start).sum();
    let length = text.chars().count().saturating_sub(unknown);
    if length <= MAX_POLICY {
        return None;
    }
    let last = service.links().last()?;
    let message = format!(
        "the links need an IAM policy of {length} characters, expected at most {MAX_POLICY}"
    );
    let path = format!("{path}.links");
    Some(Diagnostic::new(&POLICY_TOO_LONG, last.target.span, path, message).help(
        "remove links, or create a policy yourself and add its ARN to `additional_iam_policies`",
    ))
}
