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
        rustls::Error::InvalidCertificate(error) if depends_on_the_clock(error) => {
            Some(format!("{error}; check the clock of this machine"))
        }
        error => Some(error.to_string()),
    }
}

/// Whether a certificate is not valid yet, or not any more.
const fn depends_on_the_clock(error: &rustls::CertificateError) -> bool {
    use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};

    matches!(error, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
}

#[cfg(test)]
mod tests {
    use rustls::CertificateError;
    use rustls::pki_types::UnixTime;

    use super::*;

    #[test]
    fn a_certificate_of_another_time_names_the_clock() {
        let [early, late] =
            [1, 2].map(|second| UnixTime::since_unix_epoch(std::time::Duration::from_secs(second)));
        for error in [
            CertificateError::NotValidYet,
            CertificateError::NotValidYetContext { time: early, not_before: late },
            CertificateError::Expired,
            CertificateError::ExpiredContext { time: late, not_after: early },
        ] {
            let text = reason(&rustls::Error::InvalidCertificate(error));
            assert!(text.ends_with("; check the clock of this machine"), "{text}");
        }
        let text = reason(&rustls::Error::InvalidCertificate(CertificateError::Revoked));
        assert!(!text.contains("clock"), "{text}");
    }
}
