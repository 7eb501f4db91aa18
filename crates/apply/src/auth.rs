//! Who we are and where: AWS identity, EKS token, Kubernetes client.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::tls;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::ConfigExt;
use kube::client::retry::RetryPolicy;
use kube::config::{KubeConfigOptions, Kubeconfig};

use crate::resend::Resend;

/// How to reach the cluster.
#[derive(Clone, Debug)]
pub(crate) enum Cluster {
    /// By a kubeconfig: the file (or the usual one) and the context (or the current one).
    Kubeconfig { file: Option<PathBuf>, context: Option<String> },
    /// An EKS cluster by region and name.
    Eks { region: String, name: String },
}

/// A cluster we can talk to.
pub(crate) struct Connection {
    pub(crate) client: kube::Client,
    /// What to call it in messages.
    pub(crate) name: String,
    /// The address of its OIDC issuer, which EKS tells.
    pub(crate) issuer: Option<String>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    #[error(
        "no AWS credentials were found\n  set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"
    )]
    NoCredentials(#[source] aws_credential_types::provider::error::CredentialsError),
    #[error("AWS does not say who we are (sts:GetCallerIdentity): {reason}")]
    Identity { reason: String },
    #[error(
        "the AWS credentials are of account {found}, but the bundle is for account {expected}\n  choose the right profile with AWS_PROFILE, or make the bundle for the other environment"
    )]
    WrongAccount { found: String, expected: String },
    #[error(
        "there is no EKS cluster `{name}` in {region}\n  name another with `--cluster`, or use a kubeconfig with `--context`"
    )]
    NoCluster { name: String, region: String },
    #[error("the EKS cluster `{name}` cannot be described (eks:DescribeCluster): {reason}")]
    DescribeCluster { name: String, reason: String },
    #[error("the EKS cluster `{name}` is {status}, not ready to be used")]
    ClusterNotReady { name: String, status: String },
    #[error("the token for EKS cannot be signed")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the kubeconfig cannot be used")]
    Kubeconfig(#[source] kube::config::KubeconfigError),
    #[error(
        "the kubeconfig's command for credentials, `{command}`, {reason}{}\n  nothing was changed; run it by itself, or sign in again with the tool it belongs to",
        said.iter().map(|line| format!("\n  it says: {line}")).collect::<String>()
    )]
    Plugin { command: String, reason: String, said: Vec<String> },
    #[error("the cluster's address or certificate cannot be used")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Loads AWS settings from the environment, as every AWS tool does.
pub(crate) async fn aws(region: Option<&str>) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(aws_config::retry::RetryConfig::adaptive().with_max_attempts(5));
    match region {
        Some(region) => loader.region(Region::new(region.to_owned())).load().await,
        None => loader.load().await,
    }
}

/// Checks that the credentials belong to an account.
///
/// # Errors
///
/// When there are none, or they are of another account.
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

async fn credentials(aws: &SdkConfig) -> Result<aws_credential_types::Credentials, AuthError> {
    let Some(provider) = aws.credentials_provider() else {
        return Err(AuthError::NoCredentials(
            aws_credential_types::provider::error::CredentialsError::not_loaded("no provider"),
        ));
    };
    provider.provide_credentials().await.map_err(AuthError::NoCredentials)
}

/// The words of AWS for a failed call, with the error's code.
pub(crate) fn sdk_reason<E>(error: &aws_sdk_sts::error::SdkError<E>) -> String
where
    E: std::error::Error + aws_sdk_sts::error::ProvideErrorMetadata + 'static,
{
    use aws_sdk_sts::error::ProvideErrorMetadata;
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => {
            // Signatures hold for minutes around the time they name.
            let skewed = ["Signature expired", "Signature not yet current", "too skewed"]
                .iter()
                .any(|said| message.contains(said));
            let help = if skewed {
                "\n  the clock of this machine seems to be wrong: set it, then try again"
            } else {
                ""
            };
            format!("{code}: {message}{help}")
        }
        (Some(code), None) => code.to_owned(),
        _ => {
            let mut reason = error.to_string();
            let mut source = std::error::Error::source(error);
            while let Some(cause) = source {
                reason = cause.to_string();
                source = cause.source();
            }
            reason
        }
    }
}

/// Connects to a cluster. Nothing is sent to a kubeconfig's cluster yet.
///
/// # Errors
///
/// When the kubeconfig cannot be used, or AWS does not tell the way to the cluster.
pub(crate) async fn connect(
    cluster: &Cluster,
    aws: Option<&SdkConfig>,
) -> Result<Connection, AuthError> {
    match cluster {
        Cluster::Kubeconfig { file, context } => {
            let kubeconfig = match file {
                Some(file) => Kubeconfig::read_from(file),
                None => Kubeconfig::read(),
            };
            let kubeconfig = kubeconfig.map_err(AuthError::Kubeconfig)?;
            let name = context
                .clone()
                .or_else(|| kubeconfig.current_context.clone())
                .unwrap_or_else(|| "the kubeconfig's cluster".to_owned());
            let options =
                KubeConfigOptions { context: context.clone(), ..KubeConfigOptions::default() };
            let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
                .await
                .map_err(AuthError::Kubeconfig)?;
            Ok(Connection { client: client(config)?, name, issuer: None })
        }
        Cluster::Eks { region, name } => {
            let owned;
            let aws = match aws {
                Some(aws) => aws,
                None => {
                    owned = self::aws(Some(region)).await;
                    &owned
                }
            };
            eks(aws, region, name).await
        }
    }
}

fn client(mut config: kube::Config) -> Result<kube::Client, AuthError> {
    config.connect_timeout = Some(Duration::from_secs(10));
    client_with(config, None)
}

async fn eks(aws: &SdkConfig, region: &str, name: &str) -> Result<Connection, AuthError> {
    let described = aws_sdk_eks::Client::new(aws).describe_cluster().name(name).send().await;
    let described = described.map_err(|error| {
        if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) {
            return AuthError::NoCluster { name: name.to_owned(), region: region.to_owned() };
        }
        AuthError::DescribeCluster { name: name.to_owned(), reason: sdk_reason(&error) }
    })?;
    let missing = |what: &str| AuthError::DescribeCluster {
        name: name.to_owned(),
        reason: format!("the answer lacks {what}"),
    };
    let cluster = described.cluster().ok_or_else(|| missing("the cluster"))?;
    if let Some(status) =
        cluster.status().filter(|status| !matches!(status.as_str(), "ACTIVE" | "UPDATING"))
    {
        return Err(AuthError::ClusterNotReady {
            name: name.to_owned(),
            status: status.as_str().to_owned(),
        });
    }
    let endpoint = cluster.endpoint().ok_or_else(|| missing("an endpoint"))?;
    let certificate = cluster
        .certificate_authority()
        .and_then(|authority| authority.data())
        .ok_or_else(|| missing("a certificate"))?;
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| AuthError::Client(error);
    let pem = STANDARD.decode(certificate).map_err(|error| broken(Box::new(error)))?;
    let certificates = certificates_of(&pem);
    if certificates.is_empty() {
        return Err(missing("a certificate in PEM"));
    }
    let mut config = kube::Config::new(endpoint.parse().map_err(|error| broken(Box::new(error)))?);
    config.root_cert = Some(certificates);
    config.connect_timeout = Some(Duration::from_secs(10));
    let header = Arc::new(RwLock::new(bearer(&token(aws, region, name).await?)?));
    let client = client_with(config, Some(header.clone()))?;
    let (aws, zone, cluster_name) = (aws.clone(), region.to_owned(), name.to_owned());
    // The task ends with the runtime.
    tokio::spawn(keep_fresh(header, async move || token(&aws, &zone, &cluster_name).await));
    let issuer = cluster
        .identity()
        .and_then(|identity| identity.oidc())
        .and_then(|oidc| oidc.issuer())
        .map(str::to_owned);
    Ok(Connection { client, name: format!("EKS cluster {name} in {region}"), issuer })
}

/// How often a token is made anew: EKS takes one for 15 minutes.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// A client of a cluster that sends again what was not answered, and each request with the token
/// there is at that time.
///
/// The connection is one for all requests (HTTP/2), and waits for no full packet: an apply asks
/// much at a time and little each time. Through a proxy it is the client library's own.
fn client_with(
    config: kube::Config,
    token: Option<Arc<RwLock<http::HeaderValue>>>,
) -> Result<kube::Client, AuthError> {
    let plugin = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone());
    let broken = |error: kube::Error| match (error, &plugin) {
        (kube::Error::Auth(error), Some(command)) => plugin_fault(command, &error),
        (error, _) => AuthError::Client(Box::new(error)),
    };
    let namespace = config.default_namespace.clone();
    let authorize =
        tower::util::MapRequestLayer::new(move |mut request: http::Request<kube::client::Body>| {
            if let Some(token) = &token {
                let token = token.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
                request.headers_mut().insert(http::header::AUTHORIZATION, token);
            }
            request
        });
    let resend = tower::retry::RetryLayer::new(Resend::default());
    let buffer = tower::buffer::BufferLayer::new(64);
    if config.proxy_url.is_some() {
        let builder = kube::client::ClientBuilder::try_from(config).map_err(broken)?;
        return Ok(builder.with_layer(&buffer).with_layer(&authorize).with_layer(&resend).build());
    }
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(10)));
    let tls = HttpsConnectorBuilder::new()
        .with_tls_config(config.rustls_client_config().map_err(broken)?)
        .https_or_http();
    let tls = match config.tls_server_name.clone() {
        Some(name) => {
            let name = name.try_into().map_err(|error| AuthError::Client(Box::new(error)))?;
            tls.with_server_name_resolver(FixedServerNameResolver::new(name))
        }
        None => tls,
    };
    let client = Client::builder(TokioExecutor::new())
        .build(tls.enable_all_versions().wrap_connector(connector));
    let service = tower::ServiceBuilder::new()
        .layer(resend)
        .layer(authorize)
        .layer(buffer)
        .layer(tower::retry::RetryLayer::new(RetryPolicy::server_retry()))
        .layer(tower::buffer::BufferLayer::new(64))
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer().map_err(broken)?)
        .layer(config.extra_headers_layer().map_err(broken)?)
        .map_err(tower::BoxError::from)
        .service(client);
    Ok(kube::Client::new(service, namespace))
}

/// What went wrong with a command for credentials. What it prints may be credentials: only its
/// complaints are repeated.
fn plugin_fault(command: &str, error: &kube::client::AuthError) -> AuthError {
    use kube::client::AuthError as Fault;
    let (reason, said) = match error {
        Fault::AuthExecStart(error) if error.kind() == std::io::ErrorKind::NotFound => {
            ("is not installed".to_owned(), Vec::new())
        }
        Fault::AuthExecStart(error) => (format!("cannot be started: {error}"), Vec::new()),
        Fault::AuthExecRun { out, .. } => {
            let complaints = String::from_utf8_lossy(&out.stderr);
            let lines: Vec<String> = complaints
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(str::to_owned)
                .collect();
            let status = out.status.code().map_or_else(
                || "was killed".to_owned(),
                |code| format!("failed with exit code {code}"),
            );
            (status, lines.into_iter().rev().take(5).rev().collect())
        }
        Fault::AuthExecParse(_) | Fault::ExecPluginFailed => {
            ("answers with something that is no ExecCredential".to_owned(), Vec::new())
        }
        other => (format!("gives nothing that can be used: {other}"), Vec::new()),
    };
    AuthError::Plugin { command: command.to_owned(), reason, said }
}

fn bearer(token: &str) -> Result<http::HeaderValue, AuthError> {
    let mut header = http::HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|error| AuthError::Token(Box::new(error)))?;
    header.set_sensitive(true);
    Ok(header)
}

/// Puts a new token in place of the old one before that ends. One that cannot be made is tried
/// again soon.
async fn keep_fresh(
    header: Arc<RwLock<http::HeaderValue>>,
    sign: impl AsyncFn() -> Result<String, AuthError>,
) {
    let mut wait = FRESH;
    loop {
        tokio::time::sleep(wait).await;
        wait = match sign().await.and_then(|token| bearer(&token)) {
            Ok(fresh) => {
                *header.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
                FRESH
            }
            Err(_) => Duration::from_secs(15),
        };
    }
}

/// The DER of each certificate in a PEM file.
fn certificates_of(pem: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(pem);
    let blocks = text
        .split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .filter_map(|rest| rest.split("-----END CERTIFICATE-----").next());
    blocks
        .filter_map(|body| STANDARD.decode(body.split_whitespace().collect::<String>()).ok())
        .collect()
}

/// A bearer token for EKS: a presigned STS GetCallerIdentity URL that names the cluster, as `aws
/// eks get-token` makes it (<https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html>).
///
/// # Errors
///
/// When there are no credentials or they cannot sign.
pub(crate) async fn token(
    aws: &SdkConfig,
    region: &str,
    cluster: &str,
) -> Result<String, AuthError> {
    token_of(aws, region, cluster, SystemTime::now()).await
}

async fn token_of(
    aws: &SdkConfig,
    region: &str,
    cluster: &str,
    time: SystemTime,
) -> Result<String, AuthError> {
    let credentials = credentials(aws).await?;
    // The stand-in of a test speaks plain HTTP on its own address; the real one is the region's.
    let endpoint =
        std::env::var("AWS_ENDPOINT_URL_STS").or_else(|_| std::env::var("AWS_ENDPOINT_URL")).ok();
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let base = endpoint.unwrap_or_else(|| format!("https://sts.{region}.{suffix}"));
    let url =
        format!("{}/?Action=GetCallerIdentity&Version=2011-06-15", base.trim_end_matches('/'));
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(60));
    let identity = credentials.into();
    let sign_error = |error: Box<dyn std::error::Error + Send + Sync>| AuthError::Token(error);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(time)
        .settings(settings)
        .build()
        .map_err(|error| sign_error(Box::new(error)))?
        .into();
    let headers = [("x-k8s-aws-id", cluster)];
    let request = SignableRequest::new("GET", &url, headers.into_iter(), SignableBody::Bytes(&[]))
        .map_err(|error| sign_error(Box::new(error)))?;
    let (instructions, _) =
        sign(request, &params).map_err(|error| sign_error(Box::new(error)))?.into_parts();
    let query: Vec<String> = instructions
        .params()
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encode(value)))
        .collect();
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(format!("{url}&{}", query.join("&")))))
}

/// Percent-encoding of RFC 3986, which is what the signature was made over.
fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(byte as char);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_is_replaced_before_it_ends_and_a_failure_is_tried_again() {
        let header = Arc::new(RwLock::new(bearer("first").expect("a header")));
        let signed = Arc::new(std::sync::Mutex::new(0));
        let count = signed.clone();
        let sign = async move || {
            let mut count = count.lock().expect("not poisoned");
            *count += 1;
            if *count == 1 {
                Err(AuthError::Identity { reason: "throttled".to_owned() })
            } else {
                Ok(format!("token{count}"))
            }
        };
        tokio::spawn(keep_fresh(header.clone(), sign));
        let now = || header.read().expect("not poisoned").to_str().expect("text").to_owned();
        tokio::time::sleep(Duration::from_secs(601)).await;
        assert_eq!((now().as_str(), *signed.lock().expect("not poisoned")), ("Bearer first", 1));
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(now(), "Bearer token2");
        tokio::time::sleep(Duration::from_secs(601)).await;
        assert_eq!(now(), "Bearer token3");
    }

    /// The parts of a token's URL: what stands before the query, and the parameters in order of
    /// their names.
    #[cfg(feature = "testbed")]
    fn parts(token: &str) -> (String, std::collections::BTreeMap<String, String>) {
        let url = token.strip_prefix("k8s-aws-v1.").expect("it says what it is");
        let url = String::from_utf8(URL_SAFE_NO_PAD.decode(url).expect("without padding"))
            .expect("it is text");
        let (address, query) = url.split_once('?').expect("it has a query");
        let parameters = query.split('&').map(|pair| pair.split_once('=').expect("a value each"));
        (
            address.to_owned(),
            parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        )
    }

    #[cfg(feature = "testbed")]
    #[tokio::test]
    async fn a_token_is_the_one_that_the_command_line_of_aws_makes() {
        let cli = std::env::var("OPTAKIT_TEST_AWS_CLI").expect("`make test` says where it is");
        let output = std::process::Command::new(cli)
            .args(["eks", "get-token", "--cluster-name", "opta-staging", "--region", "eu-west-1"])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
            .env("AWS_SESSION_TOKEN", "session/token+of=example")
            .env_remove("AWS_ENDPOINT_URL")
            .output()
            .expect("it starts");
        let answer: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("it prints JSON");
        let theirs = parts(answer["status"]["token"].as_str().expect("a token"));
        let date = theirs.1.get("X-Amz-Date").expect("it is dated");
        let time =
            k8s_openapi::jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date).expect("a time");
        let time = time.to_zoned(k8s_openapi::jiff::tz::TimeZone::UTC).expect("a time").timestamp();
        let credentials = aws_credential_types::Credentials::new(
            "AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            Some("session/token+of=example".to_owned()),
            None,
            "test",
        );
        let credentials =
            aws_credential_types::provider::SharedCredentialsProvider::new(credentials);
        let aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(credentials)
            .build();
        let ours = token_of(&aws, "eu-west-1", "opta-staging", time.into())
            .await
            .expect("it can be signed");
        assert_eq!(parts(&ours), theirs, "signature and all");
    }

    #[test]
    fn percent_encoding_keeps_only_unreserved_characters() {
        assert_eq!(percent_encode("a/b+c=~é"), "a%2Fb%2Bc%3D~%C3%A9");
    }

    #[test]
    fn each_certificate_of_a_file_is_read() {
        let pem = crate::rds::certificates("us-east-1");
        assert_eq!(certificates_of(pem.as_bytes()).len(), pem.matches("BEGIN CERTIFICATE").count());
    }
}
