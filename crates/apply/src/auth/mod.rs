//! The AWS identity, and the connection to a cluster.

mod aws;
mod aws_client;
mod client;
mod connection;
mod eks;
mod error;
mod kubeconfig;
mod kubeconfig_error;
mod plugin;
mod renew;
mod retry;
mod token;

pub(crate) use aws::{aws, check_account, sdk_reason};
pub(crate) use connection::{Cluster, Connection, connect};
pub(crate) use error::AuthError;
pub(crate) use kubeconfig::contexts;
