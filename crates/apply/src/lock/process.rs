//! Which process holds a lock, as far as another one on the same machine can tell whether it is
//! still there: a run that was killed is followed at once, without waiting for its lock to expire.

use std::collections::BTreeMap;

use kube::api::ObjectMeta;

const PROCESS: &str = "optakit.dev/process";

/// The annotation that names this process; none where the machine does not tell enough.
pub(super) fn mark() -> BTreeMap<String, String> {
    let id = std::process::id();
    let own = space().zip(started(id)).map(|(space, started)| format!("{space}/{id}/{started}"));
    own.into_iter().map(|own| (PROCESS.to_owned(), own)).collect()
}

/// Whether the process that holds a lock was one of this machine, and is certainly gone.
pub(super) fn is_dead(metadata: &ObjectMeta) -> bool {
    let Some(holder) =
        metadata.annotations.as_ref().and_then(|annotations| annotations.get(PROCESS))
    else {
        return false;
    };
    let mut parts = holder.rsplitn(3, '/');
    let (Some(then), Some(id), Some(where_it_was)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let Ok(id) = id.parse() else { return false };
    // The same number may be another process by now.
    space().is_some_and(|space| space == where_it_was) && started(id).as_deref() != Some(then)
}

/// What numbers of processes are told apart by: this start of this machine, and the namespace they
/// are counted in.
fn space() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), namespace.display()))
}

/// When a process was started, in ticks of the machine (proc(5), `stat`, field 22); none for one
/// that is not there or has ended.
fn started(id: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in brackets may hold anything.
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
    fn only_a_process_of_this_machine_can_be_known_to_be_gone() {
        let own = mark().remove(PROCESS).expect("Linux tells");
        assert!(!is_dead(&metadata(&own)), "we are here");
        let (space, _) = own.rsplit_once('/').expect("it has parts");
        assert!(is_dead(&metadata(&format!("{space}/1"))), "our number was another's before");
        assert!(!is_dead(&metadata("another-start/pid:[1]/1/1")));
        assert!(!is_dead(&metadata("nonsense")) && !is_dead(&ObjectMeta::default()));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("it starts");
        let (space, _) = space.rsplit_once('/').expect("it has parts");
        let childs = format!("{space}/{}/{}", child.id(), started(child.id()).expect("it runs"));
        assert!(!is_dead(&metadata(&childs)));
        child.kill().expect("it can be");
        child.wait().expect("it ends");
        assert!(is_dead(&metadata(&childs)));
    }
}
