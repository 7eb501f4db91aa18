//! One file a command.

pub(crate) mod about;
pub(crate) mod apply;
pub(crate) mod bundle;
pub(crate) mod destroy;
pub(crate) mod edit;
pub(crate) mod permissions;
pub(crate) mod plan;
pub(crate) mod push;
pub(crate) mod render;
pub(crate) mod revisions;
pub(crate) mod secret;
pub(crate) mod takeover;
pub(crate) mod validate;
