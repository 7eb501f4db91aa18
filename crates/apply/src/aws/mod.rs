//! AWS resources of services: each made when it is missing, brought in line when it differs, never
//! deleted.

pub(crate) mod actions;
pub(crate) mod adopt;
pub(crate) mod ecr;
pub(crate) mod iam;
pub(crate) mod login;

use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use serde_json::Value;

use crate::auth::sdk_reason;

/// What was done about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What it is, for people.
    pub(crate) what: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// What was changed, in words; empty when nothing was. `created` comes first.
    pub(crate) changes: Vec<&'static str>,
    /// What was seen and left alone.
    pub(crate) remarks: Vec<String>,
}

/// Why a resource is not as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AwsError {
    #[error(
        "AWS refuses {action} for the {what} `{name}`\n  {reason}\n  allow the action to the AWS identity in use, or leave AWS alone with `--skip-aws`"
    )]
    Denied { action: &'static str, what: &'static str, name: String, reason: String },
    #[error("{action} failed for the {what} `{name}`: {reason}")]
    Failed { action: &'static str, what: &'static str, name: String, reason: String },
    #[error("the bundle's description of the {what} lacks `{field}`")]
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

/// Whether a document says something else; the order of keys and a list of one in place of the one
/// do not count.
fn differs(found: Option<&str>, wanted: &Value) -> bool {
    let found = found.and_then(|text| serde_json::from_str::<Value>(text).ok());
    found.map(canonical).as_ref() != Some(&canonical(wanted.clone()))
}

fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> =
                map.into_iter().map(|(key, value)| (key, canonical(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(mut items) if items.len() == 1 => canonical(items.remove(0)),
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_compared_by_what_they_say() {
        let wanted =
            json!({"Version": "2012-10-17", "Statement": [{"Action": "ecr:*", "Effect": "Allow"}]});
        assert!(!differs(
            Some(
                r#"{"Statement": [{"Effect": "Allow", "Action": ["ecr:*"]}], "Version": "2012-10-17"}"#
            ),
            &wanted
        ));
        assert!(differs(
            Some(
                r#"{"Statement": [{"Effect": "Deny", "Action": "ecr:*"}], "Version": "2012-10-17"}"#
            ),
            &wanted
        ));
        assert!(differs(None, &wanted));
        assert!(differs(Some("no JSON"), &wanted));
    }
}
