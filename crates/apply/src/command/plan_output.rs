//! The output of `optakit plan`.

use optakit_core::effect::Effect;
use serde_json::json;

use crate::applyset::Leftover;
use crate::aws::PlannedResource;
use crate::changes::{self, Changes};
use crate::cli::{ProgressFormat, ResultFormat};
use crate::drift::AddedFields;
use crate::live::{DesiredObject, ObjectChange, VolumeChange};
use crate::outcome::Outcome;
use crate::plan::{self, Action};
use crate::plural::plural;
use crate::replicas::ReplicaChange;
use crate::report::{Event, Report};
use crate::session::Session;
use crate::{replaced, switches};

/// Prints changes. Returns exit code 2 if there are any.
pub(super) fn print(
    changes: &Changes,
    session: &Session,
    output: ResultFormat,
    report: &Report,
) -> Outcome {
    changes.report_kept(report);
    for added in AddedFields::of(changes) {
        report.warning(added.warning());
    }
    switches::report(changes, session.layer(), report);
    if let Err(replaced) = replaced::check(changes, session.layer()) {
        report.warning(replaced);
    }
    for paused in changes.paused() {
        report.warning(paused);
    }
    match output {
        ResultFormat::Text => report.result(&text(changes, session)),
        ResultFormat::Json => report.json(&json(changes, session)),
        ResultFormat::Yaml => report.yaml(&json(changes, session)),
    }
    if changes.number() == 0 { Outcome::Succeeded } else { Outcome::Changes }
}

/// Prints what a command would change, and that it was a dry run.
pub(super) fn dry_run(
    changes: &Changes,
    session: &Session,
    output: ProgressFormat,
    report: &Report,
) {
    let output = match output {
        ProgressFormat::Text => ResultFormat::Text,
        ProgressFormat::Json => ResultFormat::Json,
        ProgressFormat::Yaml => ResultFormat::Yaml,
    };
    print(changes, session, output, report);
    report.note("dry run: nothing was changed");
}

fn line(event: &Event<'_>) -> String {
    event.text().unwrap_or_default()
}

fn text(changes: &Changes, session: &Session) -> String {
    let layer = session.layer();
    let mut text = String::new();
    let mut push = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    for kept in &session.images.kept {
        push(&line(&changes::image_event(kept)));
    }
    for change in changes.changed() {
        push(&line(&changes::change_event(change, &change.target.label())));
        if plan::action(change) == Action::Change {
            for line in plan::diff(change).lines() {
                push(&format!("    {line}"));
            }
        }
    }
    for target in &changes.untested {
        push(&line(&changes::creation_event(&target.label())));
    }
    for leftover in &changes.leftovers {
        push(&line(&changes::deletion_event(&leftover.label())));
    }
    for planned in changes.aws.changed() {
        push(&planned.with_event(line));
        for line in planned.diff().lines() {
            push(&format!("    {line}"));
        }
    }
    match changes.number() {
        0 => push(&format!("{layer}: no changes")),
        number => push(&format!("{layer}: {}", plural(number, "change"))),
    }
    if !changes.untested.is_empty() {
        push("the namespace does not exist yet, so its objects were not checked in a dry run");
    }
    text
}

fn json(changes: &Changes, session: &Session) -> String {
    let of_change = |change: &ObjectChange| {
        json!({
            "action": plan::action(change).word(),
            "kind": change.target.kind.name(),
            "name": change.target.name,
            "effect": plan::effect(change).label(),
            "replicas": change.replicas.as_ref().map(ReplicaChange::text),
            "volumes": change.volumes.as_ref().map(VolumeChange::text),
            "diff": match plan::action(change) {
                Action::Change => plan::diff(change),
                Action::Create | Action::Keep => String::new(),
            },
        })
    };
    let of_untested = |target: &DesiredObject| {
        json!({
            "action": "create", "kind": target.kind.name(), "name": target.name,
            "effect": Effect::None.label(), "diff": "",
        })
    };
    let of_leftover = |leftover: &Leftover| {
        json!({
            "action": "delete", "kind": leftover.kind.name(), "name": leftover.name,
            "effect": Effect::Deletion.label(), "diff": "",
        })
    };
    let of_resource = |planned: &PlannedResource| {
        json!({
            "action": planned.action(), "kind": planned.what(), "name": planned.name(),
            "effects": planned.effects(), "gains": planned.gains(), "loses": planned.loses(),
            "diff": planned.diff(),
        })
    };
    let list: Vec<_> = changes
        .changed()
        .map(of_change)
        .chain(changes.untested.iter().map(of_untested))
        .chain(changes.leftovers.iter().map(of_leftover))
        .collect();
    let of_added = |added: &AddedFields<'_>| {
        let fields = added.fields.iter().map(|field| {
            let manager = field.by.as_ref().map(|setter| &setter.manager);
            json!({ "path": field.path, "manager": manager })
        });
        json!({
            "kind": added.target.kind.name(), "name": added.target.name,
            "fields": fields.collect::<Vec<_>>(),
        })
    };
    let plan = json!({
        "layer": session.layer(),
        "cluster": session.cluster,
        "bundle": session.bundle.digest,
        "images": session.images.kept.iter().map(changes::image_event).collect::<Vec<_>>(),
        "changes": list,
        "addedByOthers": AddedFields::of(changes).iter().map(of_added).collect::<Vec<_>>(),
        "aws": changes.aws.resources().iter().map(of_resource).collect::<Vec<_>>(),
    });
    format!("{plan:#}\n")
}
