//! A file that proves whether the holder of a lock still runs. Another run on the same machine sees
//! that the holder was killed, and takes its lock without waiting until it expires.
//!
//! The file is locked as long as its process runs, and the operating system unlocks it when the
//! process ends. Process IDs are not enough: containers and machines can have equal ones.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use kube::api::ObjectMeta;

/// The annotation of a Lease that names the machine of its holder.
pub(super) const MACHINE: &str = "optakit.dev/machine";

/// The file of this run.
pub(super) struct Presence {
    path: PathBuf,
    /// Has the lock of the operating system.
    _file: File,
}

impl Presence {
    /// Creates and locks the file of a holder. Returns `None` if that is not possible. Then other
    /// runs wait until the lock expires.
    pub(super) fn announce(holder: &str) -> Option<Self> {
        machine()?;
        let path = path_of(holder)?;
        let file = File::create_new(&path).ok()?;
        file.try_lock().ok()?;
        Some(Self { path, _file: file })
    }
}

impl Presence {
    /// Removes the file after the lock was released. A file that stays is harmless: no other holder
    /// has the same ID.
    pub(super) fn remove(self) {
        drop(std::fs::remove_file(&self.path));
    }
}

/// Whether it is certain that the holder of a Lease does not run any more: it ran on this machine,
/// and its file is not locked. Everything else is uncertain, such as a file that is missing.
pub(super) fn is_certainly_gone(metadata: &ObjectMeta, holder: &str) -> bool {
    let recorded = metadata.annotations.as_ref().and_then(|annotations| annotations.get(MACHINE));
    if recorded.is_none() || recorded != machine().as_ref() {
        return false;
    }
    let Some(path) = path_of(holder) else { return false };
    // Another user could create such a file, or a link.
    if !is_own_file(&path) {
        return false;
    }
    let Ok(file) = File::open(&path) else { return false };
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    }
}

/// Removes the file of a holder whose lock was taken over, if it ran on this machine.
pub(super) fn forget(holder: &str) {
    if let Some(path) = path_of(holder).filter(|path| is_own_file(path)) {
        drop(std::fs::remove_file(path));
    }
}

/// Returns the path of the file of a holder. IDs of other programs have no file.
fn path_of(holder: &str) -> Option<PathBuf> {
    let id = uuid::Uuid::try_parse(holder).ok()?;
    Some(std::env::temp_dir().join(format!("optakit-{id}.lock")))
}

#[cfg(unix)]
fn is_own_file(path: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let own = rustix::process::geteuid().as_raw();
    std::fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.uid() == own)
}

#[cfg(not(unix))]
fn is_own_file(path: &std::path::Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|file| file.is_file())
}

/// Returns the ID of this machine since it booted. Machines can share their temporary folder.
#[cfg(target_os = "linux")]
pub(super) fn machine() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(boot.trim().to_owned()).filter(|boot| !boot.is_empty())
}

/// Returns the ID of this machine. Machines can share their temporary folder.
#[cfg(not(target_os = "linux"))]
pub(super) fn machine() -> Option<String> {
    Some(crate::origin::host())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn on(machine: Option<String>) -> ObjectMeta {
        let annotations = machine.map(|machine| BTreeMap::from([(MACHINE.to_owned(), machine)]));
        ObjectMeta { annotations, ..ObjectMeta::default() }
    }

    #[test]
    fn only_an_unlocked_file_of_this_machine_proves_that_the_holder_has_ended() {
        let holder = uuid::Uuid::new_v4().to_string();
        let here = on(machine());
        assert!(!is_certainly_gone(&here, &holder), "the file is missing");
        let presence = Presence::announce(&holder).expect("the file can be created");
        assert!(!is_certainly_gone(&here, &holder), "the holder runs");
        let path = presence.path.clone();
        presence.remove();
        File::create(&path).expect("the file can be created");
        assert!(!is_certainly_gone(&on(Some("other".to_owned())), &holder));
        assert!(!is_certainly_gone(&on(None), &holder));
        assert!(is_certainly_gone(&here, &holder));
        forget(&holder);
        assert!(!path.exists());
        assert!(!is_certainly_gone(&here, "ann@laptop/17"));
        assert!(!is_certainly_gone(&here, "../../etc/passwd"));
    }
}
