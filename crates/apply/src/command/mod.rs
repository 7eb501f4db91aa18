//! The commands, one file per command. A command reads its arguments, calls the modules that do
//! the work, and reports the result.

pub(crate) mod apply;
pub(crate) mod bundle;
mod choices;
pub(crate) mod config;
mod connect;
pub(crate) mod deploy;
pub(crate) mod destroy;
pub(crate) mod diff;
pub(crate) mod doctor;
mod document;
pub(crate) mod drift;
mod drift_output;
pub(crate) mod edit;
pub(crate) mod explain;
pub(crate) mod failure;
pub(crate) mod fmt;
pub(crate) mod history;
mod image_versions;
mod input;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod man;
mod options;
pub(crate) mod permissions;
pub(crate) mod plan;
mod plan_output;
pub(crate) mod push;
pub(crate) mod render;
mod rendered;
pub(crate) mod rollback;
pub(crate) mod secret;
mod service_status;
pub(crate) mod status;
mod status_output;
pub(crate) mod takeover;
pub(crate) mod validate;
