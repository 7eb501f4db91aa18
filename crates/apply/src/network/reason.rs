//! The reason of a failed request.

use std::error::Error;

use tower::timeout::error::Elapsed;

use super::proxy_error::ProxyError;

/// Returns the most specific reason of an error: the error of the proxy, of the certificate, or the
/// innermost cause.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    loop {
        if let Some(text) = known(cause) {
            return text;
        }
        match inner(cause) {
            Some(inner) => cause = inner,
            None => return cause.to_string(),
        }
    }
}

/// Whether a server answered without TLS.
pub(crate) fn lacks_tls(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |cause| inner(*cause));
    causes.any(|cause| matches!(cause.downcast_ref(), Some(rustls::Error::InvalidMessage(_))))
}

/// Returns the cause of an error. The source of an I/O error skips the error inside it.
fn inner<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| cause.source())
}

fn known(cause: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = cause.downcast_ref::<ProxyError>() {
        return Some(error.to_string());
    }
    if cause.is::<Elapsed>() {
        return Some("the server did not respond in time".to_owned());
    }
    match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(
            error @ (rustls::CertificateError::UnknownIssuer
            | rustls::CertificateError::InvalidPurpose),
        ) => Some(format!(
            "the certificate of the server is not trusted: {error}; if your network replaces \
             certificates, set SSL_CERT_FILE to the file of its certificate authority"
        )),
        error => Some(error.to_string()),
    }
}
