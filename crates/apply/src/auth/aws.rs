//! The AWS settings and the AWS identity.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use optakit_core::visible::visible_line;

use super::aws_client::http_client;
use super::error::AuthError;
use crate::network;

/// How often a request to AWS is sent at most.
const ATTEMPTS: u32 = 5;

/// Loads the AWS settings from the environment and the files in `~/.aws`.
///
/// # Errors
///
/// Fails if the variables for proxies or certificates cannot be used.
pub(crate) async fn aws(region: Option<&str>) -> Result<SdkConfig, AuthError> {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client()?)
        .retry_config(aws_config::retry::RetryConfig::adaptive().with_max_attempts(ATTEMPTS));
    Ok(match region {
        Some(region) => loader.region(Region::new(region.to_owned())).load().await,
        None => loader.load().await,
    })
}

/// Returns the account of the credentials.
///
/// # Errors
///
/// Fails without credentials, or if they belong to another account than `expected`.
pub(crate) async fn check_account(
    aws: &SdkConfig,
    expected: Option<&str>,
) -> Result<String, AuthError> {
    credentials(aws).await?;
    let identity = aws_sdk_sts::Client::new(aws)
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| AuthError::Identity { reason: sdk_reason(&error) })?;
    let found = identity.account().unwrap_or_default().to_owned();
    match expected {
        Some(expected) if expected != found => {
            Err(AuthError::WrongAccount { found, expected: expected.to_owned() })
        }
        _ => Ok(found),
    }
}

/// Returns the credentials that the AWS settings lead to.
pub(super) async fn credentials(aws: &SdkConfig) -> Result<Credentials, AuthError> {
    let Some(provider) = aws.credentials_provider() else {
        return Err(AuthError::NoCredentials(CredentialsError::not_loaded("no provider")));
    };
    provider.provide_credentials().await.map_err(AuthError::NoCredentials)
}

/// Returns the code and the message of a failed AWS call.
pub(crate) fn sdk_reason<E>(error: &SdkError<E>) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) if is_clock_skew(message) => format!(
            "{}\n  help: correct the clock of this machine, then try again",
            visible_line(&format!("{code}: {message}"))
        ),
        (Some(code), Some(message)) => visible_line(&format!("{code}: {message}")).into_owned(),
        (Some(code), None) => visible_line(code).into_owned(),
        _ => network::reason(error),
    }
}

/// Whether AWS rejects a signature because of its time. AWS has no special error code for that.
fn is_clock_skew(message: &str) -> bool {
    ["Signature expired", "Signature not yet current", "too skewed"]
        .iter()
        .any(|words| message.contains(words))
}
