//! Logs in to ECR. The password is valid for 12 hours.

use aws_config::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use optakit_core::aws::EcrHost;
use secrecy::SecretString;

use super::{AwsError, failed};

const WHAT: &str = "ECR registry";

/// A registry with credentials.
pub(crate) struct Login {
    /// The host of the registry.
    pub(crate) registry: String,
    pub(crate) user: String,
    pub(crate) password: SecretString,
}

/// Returns credentials for the registry of the account and region.
///
/// # Errors
///
/// Fails if AWS rejects the call. The error names the missing permission.
pub(crate) async fn login(aws: &SdkConfig) -> Result<Login, AwsError> {
    const ACTION: &str = "ecr:GetAuthorizationToken";
    let client = aws_sdk_ecr::Client::new(aws);
    let region = aws.region().map(ToString::to_string).unwrap_or_default();
    let answer = client
        .get_authorization_token()
        .send()
        .await
        .map_err(|error| failed(ACTION, WHAT, &region, &error))?;
    let data = answer.authorization_data().first();
    let address = data.and_then(|data| data.proxy_endpoint());
    let token = data
        .and_then(|data| data.authorization_token())
        .and_then(|token| STANDARD.decode(token).ok());
    let pair = token.and_then(|token| String::from_utf8(token).ok());
    let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
    let (Some(address), Some((user, password))) = (address, pair) else {
        let reason = "the response has no token".to_owned();
        return Err(AwsError::Failed { action: ACTION, what: WHAT, name: region, reason });
    };
    let registry =
        address.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let registry = endpoint(registry, aws.use_fips() == Some(true));
    Ok(Login { registry, user: user.to_owned(), password: password.to_owned().into() })
}

/// Returns the host to use for a registry. AWS always returns the host without FIPS.
fn endpoint(registry: &str, uses_fips: bool) -> String {
    if uses_fips && EcrHost::parse(registry).is_some() {
        return registry.replacen(".dkr.ecr.", ".dkr.ecr-fips.", 1);
    }
    registry.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fips_has_its_own_host() {
        for (uses_fips, registry, expected) in [
            (
                true,
                "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com",
                "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
            ),
            (
                true,
                "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
                "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
            ),
            (
                false,
                "123456789012.dkr.ecr.us-east-1.amazonaws.com",
                "123456789012.dkr.ecr.us-east-1.amazonaws.com",
            ),
            (true, "localhost:5000", "localhost:5000"),
        ] {
            assert_eq!(endpoint(registry, uses_fips), expected);
        }
    }
}
