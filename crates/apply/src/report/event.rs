//! The events of a run: a line of text for people, or an object for programs (`--output json` and
//! `--output yaml`).

use std::time::Duration;

use serde::Serialize;

use super::aws::{self, AwsAction, AwsChange, AwsPlanAction};
use crate::duration;
use crate::plural::plural;

/// The width of the first column of a line.
const VERB_WIDTH: usize = 13;
/// How many addresses the last line names. Events for programs contain all of them.
const SHOWN_ADDRESSES: usize = 3;

/// The end of the last line of a run with `--no-wait`.
const NOT_WAITED: &str = ", did not wait for the pods";

/// The format of events for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventFormat {
    /// One JSON object per line.
    Json,
    /// One YAML document per event.
    Yaml,
}

/// The planned action on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ObjectAction {
    Create,
    Change,
    Delete,
}

/// An event of a run.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Event<'a> {
    /// An AWS resource was checked.
    Aws {
        action: AwsAction,
        what: &'a str,
        name: &'a str,
        changes: &'a [AwsChange],
        remarks: &'a [String],
    },
    /// An AWS resource will change. `gains` and `loses` are permissions and attached policies.
    AwsPlanned {
        action: AwsPlanAction,
        what: &'a str,
        name: &'a str,
        effects: &'a [&'a str],
        gains: &'a [String],
        loses: &'a [String],
        remarks: &'a [String],
    },
    /// An AUTO image has neither a tag nor a digest, so that the image that runs stays.
    Image {
        module: &'a str,
        image: &'a str,
        #[serde(skip)]
        version: &'a str,
        unchanged: bool,
    },
    /// An object will change. `effect` is the consequence, `taken` are the fields that other field
    /// managers lose, `replicas` is the change of the number of pods, and `volumes` is the change
    /// of the claims.
    Change {
        action: ObjectAction,
        object: &'a str,
        effect: &'a str,
        taken: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        replicas: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        volumes: Option<String>,
    },
    /// An object was written.
    Applied { object: &'a str },
    /// A rollout has not finished yet.
    Waiting { object: &'a str, state: &'a str, seconds: u64 },
    /// The run stopped waiting for a rollout, because a signal asked it to.
    Stopped { object: &'a str, state: &'a str },
    /// A rollout has finished.
    Ready { object: &'a str },
    /// The run has succeeded. `waited` is false if it did not wait for the pods.
    Done { layer: &'a str, changes: usize, addresses: &'a [String], seconds: f32, waited: bool },
    /// The objects of a layer were deleted.
    Deleted { layer: &'a str, objects: usize },
    /// The objects of a layer were taken over from Helm. `objects` is 0 if that was done before.
    TakenOver { layer: &'a str, objects: usize },
    /// A note. A note about one step also has its verb and its object.
    Note {
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        verb: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<&'a str>,
    },
    /// A warning.
    Warning { message: &'a str },
    /// The reason why the run failed.
    Error { message: &'a str },
}

/// Formats a line that begins with a verb: `created      Namespace shop`.
pub(super) fn step(verb: &str, text: &str) -> String {
    let indented = text.replace('\n', &format!("\n{:VERB_WIDTH$}", ""));
    format!("{verb:<VERB_WIDTH$}{indented}")
}

impl Event<'_> {
    /// Returns the line for people. `None` if other lines already show the event.
    pub(crate) fn text(&self) -> Option<String> {
        Some(match self {
            Self::Aws { action, what, name, changes, remarks } => {
                let verb = action.verb();
                let remarks: String = remarks.iter().map(|remark| format!("\n{remark}")).collect();
                step(verb, &format!("{what} {name}{}{remarks}", action.parts(changes)))
            }
            Self::AwsPlanned { action, what, name, effects, gains, loses, remarks } => {
                let verb = action.verb();
                let lines = aws::planned_lines(gains, loses, remarks);
                step(verb, &format!("{what} {name}{}{lines}", aws::in_parentheses(effects)))
            }
            Self::Image { module, version, .. } => format!("{module}: image unchanged: {version}"),
            Self::Change { action, object, effect, taken, replicas, volumes } => {
                let (verb, effect) = match action {
                    ObjectAction::Create => ("will create", String::new()),
                    ObjectAction::Change => ("will change", format!("  ({effect})")),
                    ObjectAction::Delete => ("will delete", format!("  ({effect})")),
                };
                let taken: String =
                    taken.iter().map(|field| format!("\ntakes over {field}")).collect();
                let lines = replicas.iter().chain(volumes).map(|line| format!("\n{line}"));
                let lines: String = lines.collect();
                step(verb, &format!("{object}{effect}{lines}{taken}"))
            }
            Self::Applied { .. } => return None,
            Self::Waiting { object, state, seconds: 0 } => {
                step("waiting", &format!("{object}: {state}"))
            }
            Self::Waiting { object, state, seconds } => {
                let waited = duration::text(Duration::from_secs(*seconds));
                step("waiting", &format!("{object}: {state} (for {waited})"))
            }
            Self::Stopped { object, state } => step("stopped", &format!("{object}: {state}")),
            Self::Ready { object } => step("ready", object),
            Self::Done { layer, changes, addresses, seconds, waited } => {
                let outcome = if *changes == 0 {
                    "nothing to change".to_owned()
                } else {
                    format!("{} applied", plural(*changes, "change"))
                };
                let took = duration::precise_text(Duration::from_secs_f32(*seconds));
                let rest = if *waited { available(addresses) } else { NOT_WAITED.to_owned() };
                format!("{layer}: {outcome} in {took}{rest}")
            }
            Self::Deleted { layer, objects: 0 } => format!("{layer}: nothing to delete"),
            Self::Deleted { layer, objects } => {
                format!("{layer}: {} deleted", plural(*objects, "object"))
            }
            Self::TakenOver { layer, objects: 0 } => format!("{layer}: already taken over"),
            Self::TakenOver { layer, objects } => {
                format!("{layer}: {} taken over, no pod restarted", plural(*objects, "object"))
            }
            Self::Note { message, .. } | Self::Warning { message } | Self::Error { message } => {
                (*message).to_owned()
            }
        })
    }
}

/// Names the first addresses, and counts the others.
fn available(addresses: &[String]) -> String {
    let (shown, others) = addresses.split_at(addresses.len().min(SHOWN_ADDRESSES));
    match (shown, others.len()) {
        ([], _) => String::new(),
        (shown, 0) => format!(", available at {}", shown.join(", ")),
        (shown, others) => format!(", available at {} and {others} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(event: &Event<'_>, text: &str, json: Value) {
        assert_eq!(event.text().unwrap_or_default(), text);
        assert_eq!(serde_json::to_value(event).expect("an event is JSON"), json);
    }

    #[test]
    fn a_change_is_announced_with_its_effect() {
        let taken = ["spec.replicas (was set by kubectl)".to_owned()];
        let change = Event::Change {
            action: ObjectAction::Change,
            object: "Deployment api",
            effect: "rolling restart",
            taken: &taken,
            replicas: Some("replicas 3 → 4".to_owned()),
            volumes: None,
        };
        check(
            &change,
            "will change  Deployment api  (rolling restart)\n             \
             replicas 3 → 4\n             \
             takes over spec.replicas (was set by kubectl)",
            json!({
                "event": "change", "action": "change", "object": "Deployment api",
                "effect": "rolling restart",
                "taken": ["spec.replicas (was set by kubectl)"],
                "replicas": "replicas 3 → 4",
            }),
        );
    }

    #[test]
    fn the_last_line_names_three_addresses() {
        let text = |addresses: usize, seconds| {
            let all: Vec<String> = (0..addresses).map(|index| format!("{index}.acme.io")).collect();
            let done =
                Event::Done { layer: "shop", changes: 1, addresses: &all, seconds, waited: true };
            done.text().unwrap_or_default()
        };
        assert_eq!(text(0, 7.25), "shop: 1 change applied in 7.3 s");
        assert_eq!(text(1, 60.0), "shop: 1 change applied in 1m00s, available at 0.acme.io");
        assert_eq!(
            text(3, 125.4),
            "shop: 1 change applied in 2m05s, available at 0.acme.io, 1.acme.io, 2.acme.io"
        );
        assert_eq!(
            text(200, 1.0),
            "shop: 1 change applied in 1.0 s, available at 0.acme.io, 1.acme.io, 2.acme.io \
             and 197 more"
        );
    }

    #[test]
    fn an_aws_resource_is_reported_with_its_changes() {
        let resource = |action, changes| Event::Aws {
            action,
            what: "IAM role",
            name: "api",
            changes,
            remarks: &[],
        };
        check(
            &resource(AwsAction::Keep, &[]),
            "unchanged    IAM role api",
            json!({
                "event": "aws", "action": "keep", "what": "IAM role", "name": "api",
                "changes": [], "remarks": [],
            }),
        );
        check(
            &resource(AwsAction::Changed, &[AwsChange::Trust]),
            "changed      IAM role api (trust)",
            json!({
                "event": "aws", "action": "changed", "what": "IAM role", "name": "api",
                "changes": ["trust"], "remarks": [],
            }),
        );
    }
}
