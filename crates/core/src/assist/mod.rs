//! Completion and hover. Both follow from the declarations of the fields and from the files of the
//! request: no field, default or documentation is written here.

mod completion;
mod context;
mod hover;
mod item;
mod module;
mod position;
mod snippets;

pub use completion::complete;
pub use context::AssistContext;
pub use hover::{field_at, hover};
pub use item::{Completion, CompletionKind};
