//! The certificate authorities that are trusted: those of the system, or those of a variable.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::{BuilderVerifierExt, Verifier};

/// The variable of AWS tools that replaces the certificates of the system.
const AWS_VARIABLE: &str = "AWS_CA_BUNDLE";
/// The variable of OpenSSL that replaces the certificates of the system.
const VARIABLE: &str = "SSL_CERT_FILE";

/// The reason why no certificates can be trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error(
        "cannot read the certificates in {}: {reason}\n  \
         help: set {variable} to a PEM file, or unset it",
        path.display()
    )]
    File { variable: &'static str, path: PathBuf, reason: String },
    #[error("cannot use the certificates of the system")]
    System(#[source] rustls::Error),
}

/// Trusted certificate authorities.
pub(crate) enum Certificates {
    System,
    Only(Vec<CertificateDer<'static>>),
    SystemAnd(Vec<CertificateDer<'static>>),
}

impl Certificates {
    /// Returns the certificates for AWS: of `AWS_CA_BUNDLE`, else as [`Self::from_env`].
    ///
    /// # Errors
    ///
    /// Fails if the file does not exist or has no certificates.
    pub(crate) fn for_aws() -> Result<Self, CertificateError> {
        read_variable(AWS_VARIABLE)?.map_or_else(Self::from_env, |found| Ok(Self::Only(found)))
    }

    /// Returns the certificates of `SSL_CERT_FILE`, else those of the system.
    ///
    /// # Errors
    ///
    /// Fails if the file does not exist or has no certificates.
    pub(crate) fn from_env() -> Result<Self, CertificateError> {
        Ok(read_variable(VARIABLE)?.map_or(Self::System, Self::Only))
    }

    /// Returns a value that trusts no certificate.
    pub(super) fn none() -> Self {
        Self::Only(Vec::new())
    }

    /// Returns the certificates for registries: those of the system and of the variables.
    ///
    /// # Errors
    ///
    /// Fails if a file does not exist or has no certificates.
    pub(crate) fn for_registries() -> Result<Self, CertificateError> {
        Ok(Self::SystemAnd(Self::of_variables()?))
    }

    /// Returns the certificates in DER. `None` means those of the system.
    pub(crate) fn listed(self) -> Option<Vec<Vec<u8>>> {
        match self {
            Self::System | Self::SystemAnd(_) => None,
            Self::Only(found) => Some(found.iter().map(|found| found.to_vec()).collect()),
        }
    }

    /// Returns the certificates of the variables, which are added to those of the system.
    ///
    /// # Errors
    ///
    /// Fails if a file does not exist or has no certificates.
    pub(crate) fn of_variables() -> Result<Vec<CertificateDer<'static>>, CertificateError> {
        let mut all = read_variable(AWS_VARIABLE)?.unwrap_or_default();
        all.extend(read_variable(VARIABLE)?.unwrap_or_default());
        Ok(all)
    }

    /// Returns settings for TLS that trust the certificates.
    ///
    /// # Errors
    ///
    /// Fails if the system has no certificates.
    pub(crate) fn client_config(self) -> Result<ClientConfig, CertificateError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::System)?;
        let builder = match self {
            Self::System => builder.with_platform_verifier().map_err(CertificateError::System)?,
            Self::SystemAnd(certificates) => {
                let verifier = Verifier::new_with_extra_roots(certificates, provider)
                    .map_err(CertificateError::System)?;
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
            }
            Self::Only(certificates) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(certificates);
                builder.with_root_certificates(roots)
            }
        };
        Ok(builder.with_no_client_auth())
    }
}

/// Returns the certificates of the file that a variable names. `None` if it is not set.
fn read_variable(
    variable: &'static str,
) -> Result<Option<Vec<CertificateDer<'static>>>, CertificateError> {
    let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    let read = read(&path);
    read.map(Some).map_err(|reason| CertificateError::File { variable, path, reason })
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let certificates: Vec<CertificateDer<'static>> = found.map_err(|error| match error {
        pem::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    })?;
    if certificates.is_empty() {
        return Err("it contains no certificate in PEM".to_owned());
    }
    let (usable, _) = RootCertStore::empty().add_parsable_certificates(certificates.clone());
    if usable == 0 { Err("its certificates are invalid".to_owned()) } else { Ok(certificates) }
}
