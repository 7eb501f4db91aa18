//! How requests leave this machine: proxies and trusted certificates. All clients use it: the one
//! of the cluster, the one of AWS and the one of registries.

mod connector;
mod no_proxy;
mod proxy;
mod proxy_error;
mod reason;
mod tls;
mod tunnel;

pub(crate) use connector::{CONNECT_TIMEOUT, Connector};
pub(crate) use proxy::{Proxies, ProxyUrlError};
pub(crate) use proxy_error::ProxyError;
pub(crate) use reason::{lacks_tls, reason};
pub(crate) use tls::{CertificateError, Certificates};
