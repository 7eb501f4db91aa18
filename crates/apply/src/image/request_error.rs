//! Failed requests to a registry.

use bytes::Bytes;
use http::StatusCode;
use oci_client::errors::{OciDistributionError, OciErrorCode};
use serde_json::Value;

use crate::network::{self, Proxies};

/// A failed request.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestError {
    #[error("{}", reason(.0))]
    Library(#[from] OciDistributionError),
    /// The registry answered with an error.
    #[error("{}", message(*.status, .body))]
    Status { status: StatusCode, body: Bytes },
    #[error("{reason}")]
    Connection { reason: String },
    #[error("no data was sent for {seconds} seconds")]
    Stalled { seconds: u64 },
    #[error("cannot read the blob: {0}")]
    Read(std::io::Error),
    /// The registry does not follow the protocol.
    #[error("{0}")]
    Protocol(String),
}

impl RequestError {
    /// Whether a retry may succeed.
    pub(super) fn is_temporary(&self) -> bool {
        match (self.status(), self) {
            (Some(status), _) => matches!(status, 408 | 416 | 429) || status >= 500,
            (None, Self::Library(OciDistributionError::RequestError(error))) => !error.is_builder(),
            (None, Self::Connection { .. } | Self::Stalled { .. }) => true,
            (None, Self::Library(_) | Self::Status { .. } | Self::Read(_) | Self::Protocol(_)) => {
                false
            }
        }
    }

    /// Returns the HTTP status.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Library(error) => status(error),
            Self::Status { status, .. } => Some(status.as_u16()),
            Self::Connection { .. } | Self::Stalled { .. } | Self::Read(_) | Self::Protocol(_) => {
                None
            }
        }
    }
}

/// Returns the HTTP status of an error of the library.
pub(super) fn status(error: &OciDistributionError) -> Option<u16> {
    match error {
        OciDistributionError::ServerError { code, .. } => Some(*code),
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.first().and_then(|error| match error.code {
                OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown => Some(404),
                OciErrorCode::Unauthorized => Some(401),
                OciErrorCode::Denied => Some(403),
                _ => None,
            })
        }
        OciDistributionError::UnauthorizedError { .. }
        | OciDistributionError::AuthenticationFailure(_) => Some(401),
        OciDistributionError::RequestError(error) => error.status().map(|status| status.as_u16()),
        _ => None,
    }
}

/// Returns the message of an error response.
fn message(status: StatusCode, body: &[u8]) -> String {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let found = body.as_ref().and_then(|body| body.pointer("/errors/0/message"));
    match found.and_then(Value::as_str).filter(|message| !message.is_empty()) {
        Some(message) => format!("{message} (status {})", status.as_u16()),
        None => format!("status {}", status.as_u16()),
    }
}

/// Returns the reason of an error without the URL, because the URL of an upload contains a session.
fn reason(error: &OciDistributionError) -> String {
    match error {
        OciDistributionError::ServerError { code, message: body, .. } => {
            message(StatusCode::from_u16(*code).unwrap_or_default(), body.as_bytes())
        }
        OciDistributionError::RequestError(error) => {
            if let Some(status) = error.status() {
                return format!("status {}", status.as_u16());
            }
            let reason = network::reason(error);
            // The library does not name the proxy.
            let address = error.url().filter(|_| error.is_connect());
            let address = address.and_then(|url| url.as_str().parse().ok());
            let proxies = Proxies::from_env().unwrap_or_default();
            match address.and_then(|address| proxies.failed(&address, &reason)) {
                Some(error) => error.to_string(),
                None => reason,
            }
        }
        OciDistributionError::UnauthorizedError { .. } => "the credentials are rejected".to_owned(),
        OciDistributionError::AuthenticationFailure(message) => message.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> RequestError {
        let status = StatusCode::from_u16(status).expect("a status");
        RequestError::Status { status, body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    fn of_library(code: u16) -> RequestError {
        let (url, message) = ("https://a/?_state=session".to_owned(), String::new());
        RequestError::Library(OciDistributionError::ServerError { code, url, message })
    }

    #[test]
    fn only_errors_that_can_pass_are_retried() {
        for (status, expected) in [
            (400, false),
            (401, false),
            (403, false),
            (404, false),
            (408, true),
            (416, true),
            (429, true),
            (499, false),
            (500, true),
            (503, true),
        ] {
            assert_eq!(answered(status, "").is_temporary(), expected, "{status}");
            assert_eq!(of_library(status).is_temporary(), expected, "{status}");
            assert_eq!(of_library(status).status(), Some(status));
        }
        assert!(RequestError::Connection { reason: "reset".to_owned() }.is_temporary());
        assert!(RequestError::Stalled { seconds: 30 }.is_temporary());
        let read = RequestError::Read(std::io::Error::other("x"));
        assert!(!read.is_temporary() && read.status().is_none());
        assert!(!RequestError::Protocol("x".to_owned()).is_temporary());
        let rejected = RequestError::from(OciDistributionError::AuthenticationFailure("x".into()));
        assert_eq!((rejected.status(), rejected.is_temporary()), (Some(401), false));
    }

    #[test]
    fn a_message_has_the_reason_and_the_status_but_no_url() {
        let text = |error: RequestError| error.to_string();
        let body = "{\"errors\": [{\"code\": \"DENIED\", \"message\": \"no access\"}]}";
        assert_eq!(text(answered(403, body)), "no access (status 403)");
        assert_eq!(text(answered(403, "{\"errors\": [{\"message\": \"\"}]}")), "status 403");
        assert_eq!(text(answered(502, "<html>")), "status 502");
        assert_eq!(text(of_library(503)), "status 503");
        assert_eq!(text(RequestError::Stalled { seconds: 30 }), "no data was sent for 30 seconds");
    }
}
