//! The errors of proxies.

use std::time::Duration;

use crate::duration;

/// A proxy cannot be used. The texts name the proxy without credentials.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error("the proxy {proxy} cannot be reached: {reason}")]
    Unreachable { proxy: String, reason: String },
    #[error("the proxy {proxy} requires a valid user name and password (407)")]
    Unauthorized { proxy: String },
    #[error("the proxy {proxy} does not connect to {target} ({status})")]
    Refused { proxy: String, target: String, status: u16 },
    #[error("the proxy {proxy} does not connect to {target}: {reason}")]
    Failed { proxy: String, target: String, reason: String },
    #[error(
        "the proxy {proxy} does not connect to {target}: no response within {}",
        duration::text(*timeout)
    )]
    Silent { proxy: String, target: String, timeout: Duration },
}
