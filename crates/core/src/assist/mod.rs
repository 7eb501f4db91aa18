//! Completion and hover. Both follow from the declarations of the fields and from the files of the
//! request: no field, default or documentation is written here.

mod completion;
mod context;
mod hover;
mod module;
mod position;

pub use completion::{Completion, CompletionKind, complete};
pub use context::AssistContext;
pub use hover::hover;
