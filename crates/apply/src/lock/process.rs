//! The process that has a lock. Another run on the same machine can see that the process was
//! killed, and takes its lock without waiting until it expires.

use std::collections::BTreeMap;

use kube::api::ObjectMeta;

/// The annotation of a Lease that names the process of its holder.
const PROCESS: &str = "optakit.dev/process";

/// Returns the annotation for this process. It is empty on machines without `/proc`.
pub(super) fn annotation() -> BTreeMap<String, String> {
    let id = std::process::id();
    let process = pid_scope()
        .zip(start_time(id))
        .map(|(scope, started)| (PROCESS.to_owned(), format!("{scope}/{id}/{started}")));
    process.into_iter().collect()
}

/// Whether the holder of a lock was a process of this machine that does not run any more.
pub(super) fn is_dead(metadata: &ObjectMeta) -> bool {
    let Some(holder) =
        metadata.annotations.as_ref().and_then(|annotations| annotations.get(PROCESS))
    else {
        return false;
    };
    let mut parts = holder.rsplitn(3, '/');
    let (Some(started), Some(id), Some(scope)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let Ok(id) = id.parse() else { return false };
    // A new process may have the same number, but not the same start time.
    pid_scope().is_some_and(|own| own == scope) && start_time(id).as_deref() != Some(started)
}

/// Returns the scope in which process numbers are unique: the boot of the machine and the PID
/// namespace.
fn pid_scope() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), namespace.display()))
}

/// Returns the start time of a running process in clock ticks (proc(5), `stat`, field 22).
fn start_time(id: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may contain spaces and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    (!matches!(fields.first(), Some(&("Z" | "X"))))
        .then(|| fields.get(19).map(|field| (*field).to_owned()))?
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn metadata(value: &str) -> ObjectMeta {
        ObjectMeta {
            annotations: Some(BTreeMap::from([(PROCESS.to_owned(), value.to_owned())])),
            ..ObjectMeta::default()
        }
    }

    #[test]
    fn only_processes_of_this_machine_can_be_dead() {
        let own = annotation().remove(PROCESS).expect("Linux has /proc");
        assert!(!is_dead(&metadata(&own)), "this process runs");
        let (space, _) = own.rsplit_once('/').expect("the annotation has parts");
        assert!(is_dead(&metadata(&format!("{space}/1"))), "another process had the number before");
        assert!(!is_dead(&metadata("another-start/pid:[1]/1/1")));
        assert!(!is_dead(&metadata("nonsense")) && !is_dead(&ObjectMeta::default()));
        let mut child =
            std::process::Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let (space, _) = space.rsplit_once('/').expect("the annotation has parts");
        let child_process =
            format!("{space}/{}/{}", child.id(), start_time(child.id()).expect("sleep runs"));
        assert!(!is_dead(&metadata(&child_process)));
        child.kill().expect("sleep can be killed");
        child.wait().expect("sleep ends");
        assert!(is_dead(&metadata(&child_process)));
    }
}
