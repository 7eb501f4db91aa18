//! Creates and updates the AWS resources of services. They are never deleted.

pub(crate) mod actions;
pub(crate) mod adopt;
pub(crate) mod ecr;
pub(crate) mod iam;
pub(crate) mod login;

use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use optakit_core::value::Value;

use crate::auth::sdk_reason;
use crate::report::{AwsAction, AwsChange};

/// The changes to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The type of the resource, for messages.
    pub(crate) what: &'static str,
    /// The name of the resource.
    pub(crate) name: String,
    /// The changed parts. The first one is [`AwsChange::Created`] if the resource is new.
    pub(crate) changes: Vec<AwsChange>,
    /// Differences that were kept.
    pub(crate) remarks: Vec<String>,
}

impl Outcome {
    /// Returns what was done with the resource.
    pub(crate) fn action(&self) -> AwsAction {
        match self.changes.as_slice() {
            [] => AwsAction::Keep,
            [AwsChange::Created, ..] => AwsAction::Created,
            _ => AwsAction::Changed,
        }
    }
}

/// The reason why a resource could not be created or updated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AwsError {
    #[error(
        "AWS denies {action} for the {what} `{name}`\n  {reason}\n  \
         help: allow the action for your AWS identity, or pass `--skip-aws`"
    )]
    Denied { action: &'static str, what: &'static str, name: String, reason: String },
    #[error("{action} failed for the {what} `{name}`: {reason}")]
    Failed { action: &'static str, what: &'static str, name: String, reason: String },
    #[error("the {what} in the bundle has no `{field}`")]
    Incomplete { what: &'static str, field: &'static str },
}

fn failed<E>(action: &'static str, what: &'static str, name: &str, error: &SdkError<E>) -> AwsError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let (name, reason) = (name.to_owned(), sdk_reason(error));
    match error.code() {
        Some("AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation") => {
            AwsError::Denied { action, what, name, reason }
        }
        _ => AwsError::Failed { action, what, name, reason },
    }
}

/// Returns a policy document as AWS expects it.
fn to_text(document: &Value) -> String {
    serde_json::to_string(document).expect("a document is a tree of maps with text keys")
}

/// Whether a policy document differs from the wanted one. The order of keys does not matter, and a
/// list with one item equals the item.
fn differs(found: Option<&str>, wanted: &Value) -> bool {
    let parse = |text: &str| serde_json::from_str(text).ok().map(without_short_lists);
    found.and_then(parse) != parse(&to_text(wanted))
}

/// Replaces each list with one item by the item.
fn without_short_lists(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::Object(map) => {
            map.into_iter().map(|(key, value)| (key, without_short_lists(value))).collect()
        }
        Json::Array(mut items) if items.len() == 1 => without_short_lists(items.remove(0)),
        Json::Array(items) => items.into_iter().map(without_short_lists).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_compared_by_meaning() {
        let wanted = serde_json::from_str(
            r#"{"Version": "2012-10-17", "Statement": [{"Action": "ecr:*", "Effect": "Allow"}]}"#,
        );
        let wanted: Value = wanted.expect("a document");
        let same =
            r#"{"Statement": [{"Effect": "Allow", "Action": ["ecr:*"]}], "Version": "2012-10-17"}"#;
        assert!(!differs(Some(same), &wanted));
        assert!(differs(Some(&same.replace("Allow", "Deny")), &wanted));
        assert!(differs(None, &wanted));
        assert!(differs(Some("no JSON"), &wanted));
    }
}
