//! Compares the AWS resources of services with a bundle, and changes them. They are never deleted.

pub(crate) mod actions;
pub(crate) mod adopt;
mod change;
mod document;
mod ecr;
mod eventual;
mod granted;
pub(crate) mod iam;
pub(crate) mod login;
mod owner;
mod plan;
mod planned;
mod repository;
mod secret_source;

pub(crate) use granted::Granted;
pub(crate) use owner::ServiceModule;
pub(crate) use plan::AwsPlan;
pub(crate) use planned::PlannedResource;
pub(crate) use repository::{ensure_repository, has_immutable_tags};
pub(crate) use secret_source::{SecretSource, SecretVersion};

use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use owner::ForeignResource;
use serde::Serialize;

use crate::auth::sdk_reason;
use crate::digest::sha256;

/// The result of a request that changes AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Done,
    /// Another client has created the resource, or an answer was lost.
    AlreadyExists,
}

impl Written {
    /// Returns the result of a creation: `None` means that the resource existed.
    fn of<T>(created: Option<T>) -> Self {
        created.map_or(Self::AlreadyExists, |_| Self::Done)
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
    #[error(
        "the IAM policy {arn} for the IAM role `{role}` does not exist\n  \
         help: create it, or remove it from the service file"
    )]
    NoPolicy { role: String, arn: String },
    #[error(
        "AWS resources with these names exist, but do not belong to this service; nothing was \
         changed\n{}\n  \
         help: rename the service, or pass `--adopt` to let Optakit change them",
        lines(.0)
    )]
    Foreign(Vec<ForeignResource>),
    #[error(
        "AWS reports that the {what} `{name}` exists, but does not show it\n  \
         help: apply again in a minute"
    )]
    NotVisible { what: &'static str, name: String },
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

/// Returns the answer to a request, or `None` if AWS answers with the expected error.
fn unless<T, E>(
    answer: Result<T, SdkError<E>>,
    is_expected: impl FnOnce(&E) -> bool,
    action: &'static str,
    what: &'static str,
    name: &str,
) -> Result<Option<T>, AwsError>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.as_service_error().is_some_and(is_expected) => Ok(None),
        Err(error) => Err(failed(action, what, name, &error)),
    }
}

fn lines(resources: &[ForeignResource]) -> String {
    resources.iter().map(|resource| format!("  {resource}")).collect::<Vec<_>>().join("\n")
}

/// Returns a hash of the state of a resource.
fn state_of(found: &impl Serialize) -> String {
    let text = serde_json::to_vec(found).expect("the state is a tree of maps with text keys");
    sha256(&text)
}
