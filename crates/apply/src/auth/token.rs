//! The bearer token for EKS.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign as sign_request,
};
use aws_sigv4::sign::v4;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use optakit_core::model::partition::domain;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::aws::credentials;
use super::error::AuthError;

/// How often a new token is signed. EKS accepts a token for 15 minutes.
const REFRESH: Duration = Duration::from_secs(10 * 60);
/// The pause after a token could not be signed.
const RETRY: Duration = Duration::from_secs(15);
/// How long the signed URL may be used.
const URL_LIFETIME: Duration = Duration::from_secs(60);
/// The characters that RFC 3986 does not allow in a query. The signature is made over them encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Renews the token before it expires. Retries soon if that fails.
pub(super) async fn keep_fresh(renew: impl AsyncFn() -> Result<(), AuthError>) {
    let mut pause = REFRESH;
    loop {
        tokio::time::sleep(pause).await;
        pause = if renew().await.is_ok() { REFRESH } else { RETRY };
    }
}

/// Signs a bearer token for EKS: a presigned URL of STS GetCallerIdentity that names the cluster,
/// as in `aws eks get-token`
/// (<https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html>).
///
/// # Errors
///
/// Fails without credentials, or if they cannot sign.
pub(super) async fn sign(
    aws: &SdkConfig,
    region: &str,
    cluster: &str,
) -> Result<String, AuthError> {
    sign_at(aws, region, cluster, SystemTime::now()).await
}

async fn sign_at(
    aws: &SdkConfig,
    region: &str,
    cluster: &str,
    time: SystemTime,
) -> Result<String, AuthError> {
    let identity = credentials(aws).await?.into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(URL_LIFETIME);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(time)
        .settings(settings)
        .build()
        .map_err(AuthError::token)?
        .into();
    let url = sts_url(region);
    let headers = [("x-k8s-aws-id", cluster)];
    let request = SignableRequest::new("GET", &url, headers.into_iter(), SignableBody::Bytes(&[]))
        .map_err(AuthError::token)?;
    let (instructions, _) = sign_request(request, &params).map_err(AuthError::token)?.into_parts();
    let query: Vec<String> = instructions
        .params()
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, RESERVED)))
        .collect();
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(format!("{url}&{}", query.join("&")))))
}

/// Returns the URL of STS GetCallerIdentity. The AWS stand-in of the tests has its own endpoint.
fn sts_url(region: &str) -> String {
    let endpoint =
        std::env::var("AWS_ENDPOINT_URL_STS").or_else(|_| std::env::var("AWS_ENDPOINT_URL")).ok();
    let base = endpoint.unwrap_or_else(|| format!("https://sts.{region}.{}", domain(Some(region))));
    format!("{}/?Action=GetCallerIdentity&Version=2011-06-15", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn token_is_renewed_before_it_expires_and_failures_are_retried() {
        let renewed = Arc::new(Mutex::new(Vec::new()));
        let (times, start) = (renewed.clone(), Instant::now());
        let renew = async move || {
            let mut times = times.lock().expect("the lock is not poisoned");
            times.push(start.elapsed().as_secs());
            match times.len() {
                1 => Err(AuthError::Identity { reason: "throttled".to_owned() }),
                _ => Ok(()),
            }
        };
        tokio::spawn(keep_fresh(renew));
        tokio::time::sleep(2 * REFRESH + 2 * RETRY).await;
        assert_eq!(*renewed.lock().expect("the lock is not poisoned"), [600, 615, 1215]);
    }

    #[test]
    fn percent_encoding_keeps_only_unreserved_characters() {
        let encoded = utf8_percent_encode("a/b+c=~é", RESERVED).to_string();
        assert_eq!(encoded, "a%2Fb%2Bc%3D~%C3%A9");
    }

    #[cfg(feature = "testbed")]
    mod aws_cli {
        use std::collections::BTreeMap;

        use aws_config::BehaviorVersion;
        use aws_credential_types::Credentials;
        use aws_credential_types::provider::SharedCredentialsProvider;
        use k8s_openapi::jiff::civil::DateTime;
        use k8s_openapi::jiff::tz::TimeZone;
        use serde_json::Value;

        use super::*;

        const KEY: &str = "AKIDEXAMPLE";
        const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        const SESSION: &str = "session/token+of=example";

        /// Returns the address and the query parameters of the URL in a token.
        fn parts(token: &str) -> (String, BTreeMap<String, String>) {
            let url = token.strip_prefix("k8s-aws-v1.").expect("the token has its prefix");
            let url = URL_SAFE_NO_PAD.decode(url).expect("the token is base64");
            let url = String::from_utf8(url).expect("the URL is text");
            let (address, query) = url.split_once('?').expect("the URL has a query");
            let parameters = query.split('&').map(|pair| {
                let (name, value) = pair.split_once('=').expect("a parameter has a value");
                (name.to_owned(), value.to_owned())
            });
            (address.to_owned(), parameters.collect())
        }

        /// Returns the token of the AWS CLI.
        fn token_of_the_cli(region: &str) -> String {
            let cli = std::env::var("OPTAKIT_TEST_AWS_CLI").expect("`make test` sets it");
            let output = std::process::Command::new(cli)
                .args(["eks", "get-token", "--cluster-name", "opta-staging"])
                .args(["--region", region])
                .env("AWS_ACCESS_KEY_ID", KEY)
                .env("AWS_SECRET_ACCESS_KEY", SECRET)
                .env("AWS_SESSION_TOKEN", SESSION)
                .env_remove("AWS_ENDPOINT_URL")
                .output()
                .expect("the AWS CLI starts");
            let answer: Value =
                serde_json::from_slice(&output.stdout).expect("the AWS CLI prints JSON");
            answer["status"]["token"].as_str().expect("a token").to_owned()
        }

        async fn check(region: &str) {
            let expected = parts(&token_of_the_cli(region));
            let date = expected.1.get("X-Amz-Date").expect("the URL has a date");
            let time = DateTime::strptime("%Y%m%dT%H%M%SZ", date)
                .and_then(|time| time.to_zoned(TimeZone::UTC))
                .expect("the date is valid")
                .timestamp();
            let credentials = Credentials::new(KEY, SECRET, Some(SESSION.to_owned()), None, "test");
            let aws = SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .build();
            let token = sign_at(&aws, region, "opta-staging", time.into())
                .await
                .expect("the credentials can sign");
            assert_eq!(parts(&token), expected, "{region}");
        }

        #[tokio::test]
        async fn token_equals_the_token_of_the_aws_cli_in_every_partition() {
            let other = ["us-gov-west-1", "cn-north-1", "us-iso-east-1", "eusc-de-east-1"];
            for region in std::iter::once("eu-west-1").chain(other) {
                check(region).await;
            }
        }
    }
}
