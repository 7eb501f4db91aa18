//! The vocabulary: what the maps of a service file and an environment file hold, each field
//! declared once.

pub mod environment;
pub mod exposure;
pub mod field;
pub mod field_reader;
mod fields;
pub mod image;
pub mod k8s_service;
pub mod layer;
pub mod link;
pub mod module;
pub mod modules;
pub mod name;
pub mod providers;
pub mod public_uri;
pub mod rules;
pub mod scalars;
pub mod unsupported;
