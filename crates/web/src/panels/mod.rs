//! One file a panel.

pub(crate) mod aws;
pub(crate) mod bundle;
pub(crate) mod manifests;
pub(crate) mod problems;
