//! Reads YAML to a tree with spans, edits YAML, and writes manifests as YAML. Only this module uses
//! the YAML library.

mod bracket;
mod compose;
mod core_schema;
mod cursor;
mod diagnostics;
mod document;
mod edit;
mod emit;
mod format;
mod hidden;
mod indentation;
mod insert;
mod lines;
mod literal;
pub mod node;
mod parse;
mod plain_data;
mod reparse;
mod scalar_style;

pub use bracket::BRACKET_NOT_INDENTED;
pub use cursor::{Cursor, CursorKind, CursorStep, cursor};
pub use diagnostics::{DUPLICATE_KEY, YAML_SYNTAX};
pub use document::Document;
pub use edit::{EditError, PathStep, remove, set};
pub use emit::{YamlWriter, data_to_yaml, documents, from_yaml, to_json, to_yaml};
pub use format::{FormatError, format};
pub use hidden::{CURLY_QUOTES, INVISIBLE_CHARACTER, NO_BREAK_SPACE};
pub use insert::{Insertion, insert_entry, insert_item};
pub use node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
pub use parse::parse;
pub use plain_data::as_data;
pub use reparse::reparse;
