//! What happens in a run: a line for people, an object for programs (`--output json`).

use serde::Serialize;

use crate::deploy::count;

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Event<'a> {
    /// An AWS resource was looked at: `created`, `changed` or `keep`.
    Aws {
        action: &'a str,
        what: &'a str,
        name: &'a str,
        changes: &'a [&'static str],
        remarks: &'a [String],
    },
    /// An object is to be changed: `create`, `change` or `delete`, with what that causes and which
    /// fields it takes from people.
    Change { action: &'a str, object: &'a str, effect: &'a str, taken: &'a [String] },
    /// An object was written.
    Applied { object: &'a str },
    /// A Deployment is waited for.
    Waiting { object: &'a str, state: &'a str, seconds: u64 },
    /// A Deployment runs.
    Ready { object: &'a str },
    /// All is done.
    Done { layer: &'a str, changes: usize, addresses: &'a [String], seconds: f32 },
    /// Anything else.
    Note { message: &'a str },
    /// Something that must not be overlooked.
    Warning { message: &'a str },
    /// Why the run failed.
    Error { message: &'a str },
}

impl Event<'_> {
    /// For people; nothing for what they see by other lines.
    pub(crate) fn text(&self) -> Option<String> {
        Some(match self {
            Self::Aws { action, what, name, changes, remarks } => {
                let changed = if *action == "changed" {
                    format!(" ({})", changes.join(", "))
                } else {
                    String::new()
                };
                let remarks: String =
                    remarks.iter().map(|remark| format!("\n         {remark}")).collect();
                format!("{action:<9}{what} {name}{changed}{remarks}")
            }
            Self::Change { action, object, effect, taken } => {
                let effect =
                    if *action == "create" { String::new() } else { format!("  ({effect})") };
                let taken: String =
                    taken.iter().map(|field| format!("\n         takes {field}")).collect();
                format!("{action:<9}{object}{effect}{taken}")
            }
            Self::Applied { .. } => return None,
            Self::Waiting { object, state, seconds: 0 } => format!("waiting  {object}: {state}"),
            Self::Waiting { object, state, seconds } => {
                format!("waiting  {object}: {state} (for {seconds} s)")
            }
            Self::Ready { object } => format!("ready    {object}"),
            Self::Done { layer, changes, addresses, seconds } => {
                let outcome = if *changes == 0 {
                    "nothing to change".to_owned()
                } else {
                    format!("{} applied", count(*changes, "change"))
                };
                let reached: String =
                    addresses.iter().map(|address| format!(", reached at {address}")).collect();
                format!("{layer}: {outcome} in {seconds:.1} s{reached}")
            }
            Self::Note { message } | Self::Warning { message } | Self::Error { message } => {
                (*message).to_owned()
            }
        })
    }
}
