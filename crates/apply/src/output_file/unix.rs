//! Permissions of files on Unix.

use std::fs::{File, Metadata, Permissions};
use std::io::Error;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

use rustix::io::Errno;

use super::privacy::Privacy;

/// The mode of a new file, from which the umask takes permissions.
const PUBLIC: u32 = 0o666;
/// The mode of a file with secrets.
const SECRET: u32 = 0o600;

/// The attribute of a file with an access control list.
const ACCESS_LIST: &str = "system.posix_acl_access";

/// Sets the permissions of a new file.
pub(super) fn set_mode(builder: &mut tempfile::Builder<'_, '_>, privacy: Privacy) {
    let mode = match privacy {
        Privacy::Public => PUBLIC,
        Privacy::Secret => SECRET,
    };
    builder.permissions(Permissions::from_mode(mode));
}

/// Whether a new file could not have the properties of an old one: other names, another owner
/// or an access control list.
pub(super) fn needs_overwrite(file: &File, metadata: &Metadata) -> bool {
    let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
    let no_space: &mut [u8] = &mut [];
    let has_list = rustix::fs::fgetxattr(file, ACCESS_LIST, no_space).is_ok();
    metadata.nlink() > 1 || !is_own || has_list
}

/// Gives a new file the group and the mode of the old one.
pub(super) fn copy_permissions(
    file: &File,
    old: &Metadata,
    privacy: Privacy,
) -> std::io::Result<()> {
    let mut mode = old.mode() & 0o7777;
    // Without the old group, its permissions would be given to another one.
    if file.metadata()?.gid() != old.gid() && fchown(file, None, Some(old.gid())).is_err() {
        mode &= !0o070;
    }
    if privacy == Privacy::Secret {
        mode &= SECRET;
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// Removes the permissions of other users from a file that gets secrets.
pub(super) fn restrict(file: &File, privacy: Privacy) -> std::io::Result<()> {
    let mode = file.metadata()?.mode() & 0o7777;
    if privacy == Privacy::Public || mode & !SECRET == 0 {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(mode & SECRET))
}

/// Whether a file cannot be replaced because it is a mount point.
pub(super) fn is_mounted(error: &Error) -> bool {
    let code = Errno::from_io_error(error);
    matches!(code, Some(Errno::BUSY | Errno::XDEV))
}
