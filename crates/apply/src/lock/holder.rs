//! The holder of a lock: a random ID for programs, and annotations for people.

use std::collections::BTreeMap;

use k8s_openapi::api::coordination::v1::Lease;

use crate::origin;

const USER: &str = "optakit.dev/user";
const HOST: &str = "optakit.dev/host";
const COMMAND: &str = "optakit.dev/command";
/// The longest text that is stored in an annotation or shown, in characters.
const LONGEST: usize = 120;

/// Returns the annotations that describe this run.
pub(super) fn annotations() -> BTreeMap<String, String> {
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| without_value(&argument.display().to_string()))
        .collect();
    BTreeMap::from([
        (USER.to_owned(), clean(&origin::user())),
        (HOST.to_owned(), clean(&origin::host())),
        (COMMAND.to_owned(), clean(&format!("optakit {}", arguments.join(" ")))),
    ])
}

/// Returns an argument without the value of `NAME=VALUE`, which may be a secret.
fn without_value(argument: &str) -> String {
    let (flag, rest) = match argument.split_once('=') {
        Some((flag, rest)) if flag.starts_with('-') => (format!("{flag}="), rest),
        Some(_) | None => (String::new(), argument),
    };
    match rest.split_once('=') {
        Some((name, _)) => format!("{flag}{name}=…"),
        None => argument.to_owned(),
    }
}

/// Returns the holder of a Lease, the time when it took the lock, and its command, for messages.
///
/// Older versions of Optakit wrote the user and the host into the ID.
pub(super) fn describe(lease: &Lease) -> String {
    let annotation = |name| lease.metadata.annotations.as_ref()?.get(name).map(|text| clean(text));
    let spec = lease.spec.as_ref();
    let id = spec.and_then(|spec| spec.holder_identity.as_deref()).unwrap_or("unknown");
    let holder = annotation(USER)
        .zip(annotation(HOST))
        .map_or_else(|| clean(id), |(user, host)| format!("{user}@{host}"));
    let since = spec.and_then(|spec| spec.acquire_time.as_ref());
    // The start of a run does not need microseconds.
    let since = since.map(|time| format!(" since {:.0}", time.0)).unwrap_or_default();
    let command = annotation(COMMAND).map(|text| format!(" (`{text}`)")).unwrap_or_default();
    format!("{holder}{since}{command}")
}

/// Returns a text of the cluster or of the command line in one line, and not too long.
fn clean(text: &str) -> String {
    let printable = text.chars().filter(|character| !character.is_control() && *character != '`');
    printable.take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn describe_json(lease: serde_json::Value) -> String {
        describe(&serde_json::from_value(lease).expect("a Lease"))
    }

    #[test]
    fn values_of_arguments_are_left_out() {
        for (argument, expected) in [
            ("x.json", "x.json"),
            ("--timeout=5m", "--timeout=5m"),
            ("--var=pw=hunter2", "--var=pw=…"),
            ("pw=hunter2=", "pw=…"),
        ] {
            assert_eq!(without_value(argument), expected);
        }
    }

    #[test]
    fn holders_are_described_by_their_annotations() {
        let annotations =
            json!({USER: "ann", HOST: "lap\u{1b}top", COMMAND: "optakit apply x.json"});
        let spec = json!({"holderIdentity": "1b-2", "acquireTime": "2026-01-01T00:00:00.123456Z"});
        assert_eq!(
            describe_json(json!({"metadata": {"annotations": annotations}, "spec": spec})),
            "ann@laptop since 2026-01-01T00:00:00Z (`optakit apply x.json`)"
        );
        assert_eq!(
            describe_json(json!({"metadata": {}, "spec": {"holderIdentity": "ann@laptop/17"}})),
            "ann@laptop/17"
        );
        assert_eq!(describe_json(json!({"metadata": {}})), "unknown");
    }
}
