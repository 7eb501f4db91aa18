//! The core of Optakit: reads an `opta.yml`, checks it, and renders Kubernetes manifests and
//! bundles.
//!
//! Data flows in one direction. A stage uses only the stages to its left:
//!
//! ```text
//! text → Document → K8sService → Manifests → Bundle
//!        syntax     resolve,      render,     bundle
//!                   lower, check  aws
//! ```
//!
//! Front ends use [`api`]. The core does not read files, the clock or environment variables. The
//! same input gives the same output bytes, in the browser and natively.

#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod api;
pub mod assist;
pub mod aws;
pub mod bundle;
pub mod check;
pub mod choices;
pub mod diagnostic;
mod doc_comment;
pub mod effect;
#[cfg(feature = "javascript")]
pub mod javascript;
pub mod kind;
pub mod lower;
pub mod metadata_key;
pub mod model;
mod order;
pub mod quote;
pub mod reference;
pub mod render;
pub mod resolve;
pub mod rfc1123;
pub mod rule;
pub mod schema;
pub mod source;
pub mod span;
pub mod suggest;
pub mod syntax;
pub mod text;
pub mod value;
pub mod visible;
