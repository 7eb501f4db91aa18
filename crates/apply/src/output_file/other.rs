//! Permissions of files on Windows, where the folder decides about them.

use std::fs::{File, Metadata};
use std::io::Error;

use super::privacy::Privacy;

/// The folder decides about the permissions of a new file.
pub(super) fn set_mode(_: &mut tempfile::Builder<'_, '_>, _: Privacy) {}

pub(super) fn needs_overwrite(_: &File, _: &Metadata) -> bool {
    false
}

pub(super) fn copy_permissions(_: &File, _: &Metadata, _: Privacy) -> std::io::Result<()> {
    Ok(())
}

pub(super) fn restrict(_: &File, _: Privacy) -> std::io::Result<()> {
    Ok(())
}

pub(super) fn is_mounted(_: &Error) -> bool {
    false
}
