//! The core of Optakit: from the text of an `opta.yml` to manifests and a bundle.
//!
//! One direction of data, and a stage knows only those before it:
//!
//! ```text
//! text → Document → K8sService → Manifests → Bundle
//!        syntax     resolve,      render,     bundle
//!                   lower, check  aws
//! ```
//!
//! [`api`] is the way in for every front end. Nothing here reads files, the clock or the
//! environment, and the same input gives the same bytes, in the browser and natively.

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
