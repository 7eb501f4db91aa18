//! Text in, spanned tree out, and manifests to text: the only place that knows the YAML library.

mod emit;
pub mod node;
mod parse;

pub use emit::{to_json, to_yaml};
pub use node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
pub use parse::{DUPLICATE_KEY, Document, SYNTAX, parse};
