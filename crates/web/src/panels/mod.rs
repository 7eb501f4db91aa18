//! The panels: one file or folder per panel.

pub(crate) mod aws;
pub(crate) mod bundle;
pub(crate) mod changes;
pub(crate) mod diagram;
pub(crate) mod inputs;
pub(crate) mod manifests;
pub(crate) mod problems;
mod unmanaged;
