//! Read permissions of a file.

/// Read permissions of a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// The umask decides.
    Public,
    /// Only the owner, because the file contains secrets.
    Secret,
}
