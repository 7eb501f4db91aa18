//! Service files of folders: finding them, checking them for all environments, and fixing them.

mod check;
mod diff;
mod find;
mod fix;

pub(crate) use check::{CheckedFile, check};
pub(crate) use diff::diff;
pub(crate) use find::find;
pub(crate) use fix::{FixedFile, Replaced, fix};
