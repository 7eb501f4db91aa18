//! A certificate that no system trusts.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// Writes the certificate of an invented network to a file. Returns TLS with this certificate.
pub(crate) fn untrusted_tls(names: &[&str], file: &Path) -> TlsAcceptor {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).expect("the names are valid");
    std::fs::write(file, made.cert.pem()).expect("the certificate can be written");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("the key is valid");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider supports TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the certificate fits its key");
    TlsAcceptor::from(Arc::new(config))
}
