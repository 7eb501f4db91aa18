//! Edits of a text at a path. Comments, layout and the rest of the text stay.
//!
//! The YAML library can edit too, but its editor adds 140 KB to the page after compression.

mod editor;
mod error;
mod path;
mod remove;
mod set;
#[cfg(test)]
mod tests;

pub use error::EditError;
pub use path::PathStep;
pub use remove::remove;
pub use set::set;
