//! The output of `optakit drift`.

use optakit_core::effect::Effect;
use optakit_core::visible::visible_line;
use serde_json::{Value, json};

use crate::aws::{AwsPlan, PlannedResource};
use crate::drift::{FieldDifference, ObjectDrift, What};
use crate::history::Revision;
use crate::plural::plural;
use crate::report::AwsPlanAction;
use crate::session::Session;

/// The longest value that a line shows, in characters.
const LONGEST: usize = 80;

/// The comparison of the cluster and AWS with a revision.
pub(super) struct Comparison<'a> {
    pub(super) session: &'a Session,
    pub(super) revision: &'a Revision,
    /// The revision that was applied last, if it is another one. It was not deployed completely.
    pub(super) later: Option<&'a Revision>,
    pub(super) objects: Vec<ObjectDrift>,
    pub(super) aws: AwsPlan,
}

impl Comparison<'_> {
    /// Returns the number of differences.
    pub(super) fn number(&self) -> usize {
        self.objects.iter().map(ObjectDrift::number).sum::<usize>() + self.aws.changed().count()
    }
}

pub(super) fn text(comparison: &Comparison<'_>) -> String {
    let Comparison { session, revision, later, objects, aws } = comparison;
    let mut text = String::new();
    if let Some(later) = later {
        text.push_str(&format!(
            "revision {} ({}) was applied after revision {}; its changes are shown as \
             differences\n",
            later.number, later.status, revision.number
        ));
    }
    for object in objects {
        let note = match object.what {
            What::Added => format!("  (not in revision {})", revision.number),
            What::Missing | What::Changed => String::new(),
        };
        let (word, kind, name) = (object.what.word(), object.kind, &object.name);
        text.push_str(&format!("{word:<9}{kind} {name}{note}\n"));
        object.fields.iter().for_each(|field| text.push_str(&line(field)));
    }
    for resource in aws.changed() {
        let word = of_resource(resource).word();
        text.push_str(&format!("{word:<9}{}\n", resource.label()));
        for line in resource.diff().lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    let differences = match comparison.number() {
        0 => "no differences".to_owned(),
        number => plural(number, "difference"),
    };
    let Revision { number, status, recorded, .. } = revision;
    text.push_str(&format!(
        "{}: {differences} from revision {number} ({status} {recorded})\n",
        session.layer()
    ));
    text
}

/// Returns the line of a field: what, where, the values, and who set it.
fn line(field: &FieldDifference) -> String {
    let FieldDifference { what, path, live, expected, by } = field;
    let values = match (what, live, expected) {
        (What::Changed, Some(live), Some(expected)) => {
            format!(": {}, expected {}", shown(live), shown(expected))
        }
        (What::Changed | What::Missing, _, Some(expected)) => {
            format!(": expected {}", shown(expected))
        }
        (What::Added, Some(live), _) => format!(": {}", shown(live)),
        (What::Changed | What::Missing | What::Added, _, _) => String::new(),
    };
    let by = by.as_ref().map(|setter| {
        let time = setter.time.iter().map(|time| format!(", {time}")).collect::<String>();
        // A field that was removed has no owner.
        let last = if *what == What::Missing { "last change by " } else { "" };
        format!("  ({last}{}{time})", setter.manager)
    });
    let text = format!("    {:<9}{path}{values}{}", what.word(), by.unwrap_or_default());
    format!("{}\n", visible_line(&text))
}

fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let short: String = text.chars().take(LONGEST).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("`{short}{more}`")
}

fn of_resource(resource: &PlannedResource) -> What {
    match resource.action() {
        AwsPlanAction::Create => What::Missing,
        AwsPlanAction::Grant
        | AwsPlanAction::Withdraw
        | AwsPlanAction::GrantAndWithdraw
        | AwsPlanAction::Unchanged => What::Changed,
    }
}

pub(super) fn json(comparison: &Comparison<'_>) -> String {
    let Comparison { session, revision, later, objects, aws } = comparison;
    let of_revision = |revision: &Revision| {
        json!({
            "number": revision.number, "status": revision.status.word(),
            "recorded": revision.recorded, "digest": revision.digest,
        })
    };
    let of_aws = |resource: &PlannedResource| {
        json!({
            "what": of_resource(resource).word(), "action": resource.action(),
            "kind": resource.what(), "name": resource.name(), "diff": resource.diff(),
            "effects": resource.effects(), "gains": resource.gains(), "loses": resource.loses(),
        })
    };
    let drift = json!({
        "layer": session.layer(),
        "cluster": session.cluster,
        "bundle": session.bundle.digest,
        "revision": of_revision(revision),
        "later": later.map(of_revision),
        "differences": comparison.number(),
        "changes": objects.iter().map(object).collect::<Vec<_>>(),
        "aws": aws.changed().map(of_aws).collect::<Vec<_>>(),
    });
    format!("{drift:#}\n")
}

fn object(object: &ObjectDrift) -> Value {
    // The action that an apply of the revision would take, as in the JSON of `plan`.
    let (action, effect) = match object.what {
        What::Added => ("delete", Effect::Deletion),
        What::Changed => ("change", object.effect),
        What::Missing => ("create", object.effect),
    };
    let field = |field: &FieldDifference| {
        json!({
            "what": field.what.word(), "path": field.path,
            "live": field.live, "expected": field.expected,
            "manager": field.by.as_ref().map(|setter| &setter.manager),
            "time": field.by.as_ref().map(|setter| &setter.time),
        })
    };
    json!({
        "what": object.what.word(), "action": action, "kind": object.kind.name(),
        "name": object.name, "effect": effect.label(), "diff": object.diff,
        "fields": object.fields.iter().map(field).collect::<Vec<_>>(),
    })
}
