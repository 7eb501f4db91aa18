//! Waiting for IAM, which takes some seconds to show a change everywhere
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>).

use std::time::Duration;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use backon::{ExponentialBuilder, Retryable};

/// How long to wait at most.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const FIRST_DELAY: Duration = Duration::from_millis(300);
const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// Returns the delays between the attempts.
pub(super) fn delays() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_DELAY)
        .with_max_delay(LONGEST_DELAY)
        .with_total_delay(Some(LONGEST_WAIT))
        .without_max_times()
        .with_jitter()
}

/// An error of IAM that ends when a recent change is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delay {
    /// The role or policy was created just before.
    NotVisible,
    /// A principal in the document was created just before.
    InvalidPrincipal,
}

impl Delay {
    fn codes(self) -> &'static [&'static str] {
        match self {
            Self::NotVisible => &["NoSuchEntity", "NoSuchEntityException"],
            Self::InvalidPrincipal => {
                &["MalformedPolicyDocument", "MalformedPolicyDocumentException"]
            }
        }
    }
}

/// The errors of a change that another change to the same resource causes.
const BUSY: &[&str] = &[
    "ConcurrentModification",
    "ConcurrentModificationException",
    "EntityTemporarilyUnmodifiable",
    "EntityTemporarilyUnmodifiableException",
];

/// Sends a request again while IAM answers with one of these errors.
///
/// # Errors
///
/// Fails with any other error, or with the last one when the time is over.
pub(super) async fn retry<T, E, F>(
    expected: &[Delay],
    request: impl FnMut() -> F,
) -> Result<T, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    let is_temporary = |error: &SdkError<E>| {
        let code = error.code().unwrap_or_default();
        BUSY.contains(&code) || expected.iter().any(|delay| delay.codes().contains(&code))
    };
    request.retry(delays()).when(is_temporary).await
}
