//! `optakit plan`: what an apply would change, and what each change causes.

use std::process::ExitCode;

use anyhow::Context;
use optakit_core::kind::Kind;
use optakit_core::render::IMAGE_DIGEST;
use serde_json::{Value, json};

use super::revisions::on_layer;
use crate::applyset::{ApplySet, Leftover};
use crate::cli::{Plan, PlanOutput, Status};
use crate::history;
use crate::live::{self, DesiredObject, Pair};
use crate::owner::Force;
use crate::plan::{self, Action};
use crate::report::{Event, Report};
use crate::saved::SavedPlan;
use crate::session::{self, Session};
use crate::{input, preflight};

/// Prints the plan of a bundle.
///
/// # Errors
///
/// When there is no way to the cluster, or the API server refuses the plan.
pub(crate) fn run(arguments: &Plan, report: &Report) -> anyhow::Result<ExitCode> {
    let bundle = session::read(
        &arguments.bundle,
        arguments.image_digest.as_deref(),
        arguments.allow_modified,
        report,
    )?;
    session::block_on(async {
        let session = Session::open(bundle, &arguments.connect, false).await?;
        preflight::check_inputs(&session.bundle, IMAGE_DIGEST)?;
        let changes = Changes::find(&session, &arguments.conflicts.force()).await?;
        let code = changes.print(&session, arguments.output, report);
        if let Some(file) = &arguments.save {
            input::write_file(file, &SavedPlan::of(&session, &changes).await?.to_text())?;
        }
        Ok(code)
    })
}

/// Prints what in the cluster is not as the last good revision had it. Exit code 2 when anything
/// is.
///
/// # Errors
///
/// When there is no way to the cluster, or no revision is recorded.
pub(crate) fn drift(arguments: &Status, report: &Report) -> anyhow::Result<ExitCode> {
    on_layer(&arguments.layer, report, async |session| {
        let revisions = history::list(&session.client, session.layer()).await?;
        let good =
            history::last_good(&revisions).context("no good revision is recorded: apply first")?;
        let recorded =
            session.with(history::read(&session.client, session.layer(), good.number).await?);
        // What others changed is drift, whoever holds the field now.
        let changes = Changes::find(&recorded, &Force { all: true, ..Force::default() }).await?;
        Ok(changes.print(&recorded, arguments.output, report))
    })
}

/// Everything an apply would change in the cluster.
pub(crate) struct Changes {
    /// Every object, as it is and as it would be.
    pub(crate) pairs: Vec<Pair>,
    /// What goes into a namespace that is not there yet, which no dry run can try.
    pub(crate) untried: Vec<DesiredObject>,
    /// What would be taken away.
    pub(crate) leftovers: Vec<Leftover>,
    /// The modules whose pods wait for an image.
    pub(crate) left_out: Vec<String>,
    /// The set that all of it belongs to.
    pub(crate) set: ApplySet,
}

impl Changes {
    /// Asks the cluster, without writing.
    ///
    /// # Errors
    ///
    /// When the API server refuses any of it.
    pub(crate) async fn find(session: &Session, force: &Force) -> anyhow::Result<Self> {
        let (mut targets, left_out) = session.targets()?;
        if !session.namespace_exists {
            let (namespace, untried) =
                targets.into_iter().partition(|target| target.kind == Kind::Namespace);
            let pairs = live::pairs(&session.client, namespace, force).await.map_err(refused)?;
            return Ok(Self {
                pairs,
                untried,
                leftovers: Vec::new(),
                left_out,
                set: ApplySet::empty(session.layer()),
            });
        }
        ApplySet::empty(session.layer()).label(&mut targets);
        let kept = kept(session);
        let set = async {
            let set = ApplySet::read(&session.client, session.layer()).await?;
            let leftovers = set.leftovers(&session.client, &kept).await?;
            Ok::<_, live::LiveError>((set, leftovers))
        };
        let (pairs, set) = tokio::join!(live::pairs(&session.client, targets, force), set);
        let (set, leftovers) = set?;
        Ok(Self { pairs: pairs.map_err(refused)?, untried: Vec::new(), leftovers, left_out, set })
    }

    /// The pairs that change.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| plan::action(pair) != Action::Keep)
    }

    /// Prints them; the exit code says whether there are any.
    fn print(&self, session: &Session, output: PlanOutput, report: &Report) -> ExitCode {
        report.result(&match output {
            PlanOutput::Text => self.text(session.layer()),
            PlanOutput::Json => self.json(session),
        });
        if self.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) }
    }

    fn is_empty(&self) -> bool {
        self.changed().next().is_none() && self.untried.is_empty() && self.leftovers.is_empty()
    }

    fn text(&self, layer: &str) -> String {
        let mut text = String::new();
        for pair in self.changed() {
            text.push_str(&line(pair));
            text.push('\n');
            if plan::action(pair) == Action::Change {
                text.extend(plan::diff(pair).lines().map(|line| format!("    {line}\n")));
            }
        }
        for target in &self.untried {
            text.push_str(&format!("create   {}\n", target.label()));
        }
        for leftover in &self.leftovers {
            text.push_str(&format!("delete   {}  (deletion)\n", leftover.label()));
        }
        let changed = self.changed().count() + self.untried.len() + self.leftovers.len();
        match changed {
            0 => text.push_str(&format!("{layer}: nothing to change\n")),
            1 => text.push_str(&format!("{layer}: 1 change\n")),
            changes => text.push_str(&format!("{layer}: {changes} changes\n")),
        }
        if !self.untried.is_empty() {
            text.push_str("the namespace is not there yet, so that the API server could not be asked about what goes into it\n");
        }
        text
    }

    fn json(&self, session: &Session) -> String {
        let of_pair = |pair: &Pair| {
            json!({
                "action": plan::action(pair).word(),
                "kind": pair.target.kind.name(),
                "name": pair.target.name,
                "effect": plan::effect(pair).words(),
                "diff": if plan::action(pair) == Action::Change { plan::diff(pair) } else { String::new() },
            })
        };
        let untried = |target: &DesiredObject| json!({ "action": "create", "kind": target.kind.name(), "name": target.name, "effect": "nothing restarts", "diff": "" });
        let gone = |leftover: &Leftover| json!({ "action": "delete", "kind": leftover.kind.name(), "name": leftover.name, "effect": "deletion", "diff": "" });
        let changes: Vec<_> = self
            .changed()
            .map(of_pair)
            .chain(self.untried.iter().map(untried))
            .chain(self.leftovers.iter().map(gone))
            .collect();
        let plan = json!({ "layer": session.layer(), "cluster": session.cluster, "bundle": session.bundle.digest, "changes": changes });
        format!("{plan:#}\n")
    }
}

/// A change in one line.
fn line(pair: &Pair) -> String {
    change(pair, &pair.target.label()).text().unwrap_or_default()
}

/// A change as it is told of; `label` is that of its object.
pub(crate) fn change<'a>(pair: &'a Pair, label: &'a str) -> Event<'a> {
    let effect = plan::effect(pair).words();
    Event::Change { action: plan::action(pair).word(), object: label, effect, taken: &pair.taken }
}

/// A deletion as it is told of.
pub(crate) fn deletion(label: &str) -> Event<'_> {
    Event::Change { action: "delete", object: label, effect: "deletion", taken: &[] }
}

/// Kind and name of everything the bundle holds, also of what waits for an image: it may well run
/// already.
fn kept(session: &Session) -> Vec<(Kind, String)> {
    let kept = |object: &Value| {
        let kind = Kind::find(object["apiVersion"].as_str()?, object["kind"].as_str()?)?;
        Some((kind, object.pointer("/metadata/name")?.as_str()?.to_owned()))
    };
    session.bundle.manifests.iter().filter_map(kept).collect()
}

/// All refusals of a plan.
pub(crate) fn refused(errors: Vec<live::LiveError>) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
    anyhow::anyhow!(
        "the API server refuses the plan, nothing of it was applied\n{}",
        lines.join("\n")
    )
}
