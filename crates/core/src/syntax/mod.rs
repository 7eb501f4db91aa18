//! Text in, spanned tree out, and manifests to text: the only place that knows the YAML library.

mod compose;
mod core_schema;
mod cursor;
mod data;
mod diagnostics;
mod document;
mod edit;
mod emit;
mod lines;
mod literal;
pub mod node;
mod parse;
mod reparse;
mod word;

pub use cursor::{Cursor, CursorKind, CursorStep, cursor};
pub use data::as_data;
pub use diagnostics::{DUPLICATE_KEY, YAML_SYNTAX};
pub use document::Document;
pub use edit::{EditError, PathStep, remove, set};
pub use emit::{YamlWriter, data_to_yaml, documents, from_yaml, to_json, to_yaml};
pub use node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
pub use parse::parse;
pub use reparse::reparse;
