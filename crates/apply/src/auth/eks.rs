//! The connection to an EKS cluster.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_eks::types::{Cluster, ClusterStatus};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::aws::sdk_reason;
use super::client;
use super::error::AuthError;
use super::renew::Renewing;
use super::token;
use crate::network::Proxies;

/// Connects to an EKS cluster. Returns the client and the URL of the OIDC issuer.
pub(super) async fn connect(
    aws: SdkConfig,
    region: &str,
    name: &str,
) -> Result<(kube::Client, Option<String>), AuthError> {
    let cluster = describe(&aws, region, name).await?;
    let config = config(&cluster, name)?;
    let proxies = Arc::new(Proxies::from_env()?);
    let (region, name) = (region.to_owned(), name.to_owned());
    let build = move || {
        let (aws, region, name) = (aws.clone(), region.clone(), name.clone());
        let (mut config, proxies) = (config.clone(), proxies.clone());
        async move {
            let token = token::sign(&aws, &region, &name).await?;
            config.auth_info.token = Some(token.into());
            client::sender(config, proxies)
        }
    };
    let renewing = Renewing::new(build().await?, Some(Box::new(move || Box::pin(build()))));
    let client = client::build(renewing.clone(), "default".to_owned());
    // The task ends with the runtime.
    tokio::spawn(token::keep_fresh(async move || renewing.renew().await));
    let issuer = cluster
        .identity()
        .and_then(|identity| identity.oidc())
        .and_then(|oidc| oidc.issuer())
        .map(str::to_owned);
    Ok((client, issuer))
}

async fn describe(aws: &SdkConfig, region: &str, name: &str) -> Result<Cluster, AuthError> {
    let described = aws_sdk_eks::Client::new(aws).describe_cluster().name(name).send().await;
    let described = described.map_err(|error| {
        if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) {
            return AuthError::NoCluster { name: name.to_owned(), region: region.to_owned() };
        }
        AuthError::DescribeCluster { name: name.to_owned(), reason: sdk_reason(&error) }
    })?;
    let cluster = described.cluster.ok_or_else(|| incomplete(name, "the cluster"))?;
    match cluster.status() {
        Some(ClusterStatus::Active | ClusterStatus::Updating) | None => Ok(cluster),
        Some(status) => Err(AuthError::ClusterNotReady {
            name: name.to_owned(),
            status: status.as_str().to_owned(),
        }),
    }
}

/// Returns the address and the certificates of a cluster as settings of a client.
fn config(cluster: &Cluster, name: &str) -> Result<kube::Config, AuthError> {
    let endpoint = cluster.endpoint().ok_or_else(|| incomplete(name, "an endpoint"))?;
    let certificate = cluster
        .certificate_authority()
        .and_then(|authority| authority.data())
        .ok_or_else(|| incomplete(name, "a certificate"))?;
    let pem = STANDARD.decode(certificate).map_err(AuthError::client)?;
    let certificates = certificates(&pem)?;
    if certificates.is_empty() {
        return Err(incomplete(name, "a certificate in PEM"));
    }
    let mut config = kube::Config::new(endpoint.parse().map_err(AuthError::client)?);
    config.root_cert = Some(certificates);
    Ok(config)
}

fn incomplete(name: &str, part: &str) -> AuthError {
    AuthError::DescribeCluster {
        name: name.to_owned(),
        reason: format!("the response does not contain {part}"),
    }
}

/// Returns the DER of each certificate in a PEM file.
fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, AuthError> {
    CertificateDer::pem_slice_iter(pem)
        .map(|certificate| certificate.map(|der| der.to_vec()).map_err(AuthError::client))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_certificate_of_a_file_is_read() {
        let pem = crate::rds::certificates("us-east-1");
        let found = certificates(pem.as_bytes()).expect("the file is PEM");
        assert_eq!(found.len(), pem.matches("BEGIN CERTIFICATE").count());
    }
}
