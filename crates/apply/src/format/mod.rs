//! Diagnostics in formats for other programs.

mod github;
mod json;
mod sarif;

pub(crate) use github::github;
pub(crate) use json::json;
pub(crate) use sarif::sarif;
