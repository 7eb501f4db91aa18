//! A bundle into its namespace: plan, confirm, write in order, wait, prune. What `apply` and
//! `rollback` have in common.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use optakit_core::bundle::Bundle;
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::changes::{Changes, change, deletion, rejected};
use crate::live::{self, DesiredObject, Pair};
use crate::owner::Force;
use crate::plural::plural;
use crate::report::{ProgressTable, Report, confirm};
use crate::saved_plan::SavedPlan;
use crate::session::Session;
use crate::wait::Cause;
use crate::{apply, wait};

/// How to deploy.
#[derive(Clone, Debug)]
pub(crate) struct DeployOptions {
    /// Take over fields that another manager holds.
    pub(crate) force: Force,
    /// Do not ask.
    pub(crate) yes: bool,
    /// How long to wait for each Deployment.
    pub(crate) timeout: Duration,
    /// The only plan that may be carried out.
    pub(crate) plan: Option<SavedPlan>,
}

/// What was done.
#[derive(Clone, Debug)]
pub(crate) struct Deployed {
    /// How many objects were changed.
    pub(crate) changes: usize,
    /// The modules whose pods wait for an image.
    pub(crate) left_out: Vec<String>,
}

/// A Deployment that did not become ready.
#[derive(Debug, thiserror::Error)]
#[error(
    "{object} is not ready: {reason}{}{evidence}\n  \
     the Service and its configuration were applied; the autoscaler and the Ingress were not\n  \
     help: {help}",
    line.as_ref().map(|line| format!("\n  set at {line}")).unwrap_or_default()
)]
pub(crate) struct RolloutError {
    object: String,
    reason: String,
    /// The line of opta.yml that decides the field that failed, if one does.
    line: Option<String>,
    /// Warnings and log lines. Each begins with a line break.
    evidence: String,
    /// The next thing to do.
    help: String,
}

/// Makes the namespace, when it is not there. True when it was made.
///
/// A dry run of what goes into a namespace needs the namespace: it is the one thing written before
/// the whole plan.
///
/// # Errors
///
/// When the person says no, or the API server refuses it.
pub(crate) async fn ensure_namespace(
    session: &mut Session,
    options: &DeployOptions,
    report: &Report,
) -> anyhow::Result<bool> {
    if session.namespace_exists {
        return Ok(false);
    }
    confirm(
        &format!("create the namespace `{}` in {}?", session.layer(), session.cluster),
        options.yes,
    )?;
    let (targets, _) = session.targets()?;
    let namespaces: Vec<DesiredObject> =
        targets.into_iter().filter(|target| target.kind == Kind::Namespace).collect();
    live::pairs(&session.client, namespaces.clone(), &options.force).await.map_err(rejected)?;
    apply::write(&session.client, &namespaces, options.force.all).await?;
    report.step("created", format!("Namespace {}", session.layer()));
    session.namespace_exists = true;
    Ok(true)
}

/// Brings the bundle of a session into its namespace, which is there. `changes` are those that were
/// found just now, if any were.
///
/// # Errors
///
/// When the API server refuses any of it, the person says no, or, as [`RolloutError`], when pods do
/// not become ready.
pub(crate) async fn deploy(
    session: &Session,
    options: &DeployOptions,
    changes: Option<Changes>,
    report: &Report,
) -> anyhow::Result<Deployed> {
    let changes = match changes {
        Some(changes) => changes,
        None => Changes::find(session, &options.force).await?,
    };
    if let Some(plan) = &options.plan {
        plan.check(&SavedPlan::of(session, &changes).await?)?;
    }
    let changed: Vec<&Pair> = changes.changed().collect();
    for pair in &changed {
        report.event(&change(pair, &pair.target.label()));
    }
    for leftover in &changes.leftovers {
        report.event(&deletion(&leftover.label()));
    }
    let number = changed.len() + changes.leftovers.len();
    if number > 0 {
        confirm(
            &format!("apply {} to {}?", plural(number, "change"), session.cluster),
            options.yes,
        )?;
    }
    let members: Vec<DesiredObject> =
        changes.pairs.iter().map(|pair| pair.target.clone()).collect();
    let mut set = changes.set.clone();
    set.announce(&session.client, &members, false).await?;
    let namespaces: Vec<DesiredObject> = changed
        .iter()
        .filter(|pair| pair.target.kind == Kind::Namespace)
        .map(|pair| pair.target.clone())
        .collect();
    apply::write(&session.client, &namespaces, options.force.all).await?;
    let run = StagedApply {
        client: &session.client,
        bundle: &session.bundle,
        changed: &changed,
        force: options.force.all,
        timeout: options.timeout,
        progress: ProgressTable::new(report, &rows(&changed, &members)),
    };
    run.run(members.clone()).await?;
    set.prune(&session.client, &changes.leftovers).await?;
    // Objects that wait for an image stay in the set though they were not applied.
    set.announce(&session.client, &members, changes.left_out.is_empty()).await?;
    Ok(Deployed { changes: number, left_out: changes.left_out.clone() })
}

/// The writes of a plan, stage by stage.
struct StagedApply<'a> {
    client: &'a kube::Client,
    bundle: &'a Bundle,
    changed: &'a [&'a Pair],
    force: bool,
    timeout: Duration,
    progress: ProgressTable,
}

/// The rows of the progress table: the objects that change, and the Deployments, which are waited for in any
/// case.
fn rows(changed: &[&Pair], members: &[DesiredObject]) -> Vec<String> {
    let is_changed =
        |target: &DesiredObject| changed.iter().any(|pair| pair.target.index == target.index);
    let told = members.iter().filter(|target| {
        target.namespace.is_some() && (target.kind.is_awaited() || is_changed(target))
    });
    told.map(DesiredObject::label).collect()
}

/// How long nothing may happen in a wait before it is said that it goes on.
const HEARTBEAT: Duration = Duration::from_secs(30);

impl StagedApply<'_> {
    async fn run(&self, targets: Vec<DesiredObject>) -> anyhow::Result<()> {
        for stage in apply::stages(targets) {
            let changed: Vec<DesiredObject> = stage
                .iter()
                .filter(|target| self.changed.iter().any(|pair| pair.target.index == target.index))
                .cloned()
                .collect();
            for target in &changed {
                self.progress.applying(&target.label());
            }
            apply::write(self.client, &changed, self.force).await?;
            for target in &changed {
                self.progress.applied(&target.label(), !target.kind.is_awaited());
            }
            for target in changed.iter().filter(|target| target.kind.is_awaited()) {
                let new = self
                    .changed
                    .iter()
                    .any(|pair| pair.target.index == target.index && pair.live.is_none());
                if let Some(minimum) = self.minimum_of(target).filter(|_| new) {
                    apply::bootstrap_replicas(self.client, target, minimum).await?;
                }
            }
            for target in stage.iter().filter(|target| target.kind.is_awaited()) {
                self.wait(target).await?;
            }
        }
        Ok(())
    }

    /// The fewest replicas that the autoscaler of a Deployment keeps.
    fn minimum_of(&self, target: &DesiredObject) -> Option<i64> {
        let scales = |object: &&Value| {
            object["kind"] == Kind::HorizontalPodAutoscaler.name()
                && object.pointer("/spec/scaleTargetRef/name").and_then(Value::as_str)
                    == Some(&target.name)
        };
        self.bundle.manifests.iter().find(scales)?.pointer("/spec/minReplicas")?.as_i64()
    }

    async fn wait(&self, target: &DesiredObject) -> anyhow::Result<()> {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let (label, started) = (target.label(), Instant::now());
        let last = RefCell::new("no status yet".to_owned());
        let told = |state: &str, pods| {
            self.progress.pods(&label, pods);
            self.progress.waiting(&label, state, 0);
            state.clone_into(&mut last.borrow_mut());
        };
        let waiting = wait::until_ready(self.client, namespace, &target.name, self.timeout, told);
        tokio::pin!(waiting);
        let mut heartbeat =
            tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
        let outcome = loop {
            tokio::select! {
                outcome = &mut waiting => break outcome,
                _ = heartbeat.tick() => self.progress.waiting(&label, &last.borrow(), started.elapsed().as_secs()),
            }
        };
        let error = match outcome {
            Ok(pods) => {
                self.progress.pods(&label, pods);
                self.progress.ready(&label);
                return Ok(());
            }
            Err(error) => error,
        };
        let reason = error.to_string();
        let cause = error.cause();
        let line = cause
            .and_then(Cause::field)
            .and_then(|field| self.bundle.line_of(target.index, field.pointer()))
            .map(|mapping| format!("{}:{}", mapping.file, mapping.line));
        let help = cause.map_or_else(
            || format!("read the events: `kubectl -n {namespace} describe pods`"),
            |cause| cause.help(namespace),
        );
        let evidence = wait::evidence::of(self.client, namespace, &target.name, &reason).await;
        let evidence = evidence.iter().map(|line| format!("\n{line}")).collect();
        Err(RolloutError { object: target.label(), reason, line, evidence, help }.into())
    }
}
