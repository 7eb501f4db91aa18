//! `optakit apply`: read, connect, check, AWS, plan, confirm, apply, wait, prune.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use optakit_core::bundle::{AwsDocument, Bundle};
use optakit_core::render::IMAGE_DIGEST;
use serde_json::Value;

use super::plan::{Changes, line, refused};
use crate::aws::{self, ecr, iam};
use crate::cli::Apply;
use crate::live::{self, Pair, Target};
use crate::report::Report;
use crate::session::{self, Session};
use crate::{apply, preflight, wait};

/// Brings a bundle to its cluster.
///
/// # Errors
///
/// With what is wrong, what was and was not done, and what to do next.
pub(crate) fn run(arguments: &Apply, report: &Report) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let bundle = session::read(&arguments.bundle, arguments.image_digest.as_deref(), arguments.allow_modified, report)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("the runtime cannot be started")?;
    runtime.block_on(async {
        let session = Session::open(bundle, &arguments.connect, !arguments.skip_aws).await?;
        apply(session, arguments, report, started).await
    })
}

async fn apply(mut session: Session, arguments: &Apply, report: &Report, started: Instant) -> anyhow::Result<ExitCode> {
    preflight::check_inputs(&session.bundle, IMAGE_DIGEST)?;
    let (targets, left_out) = session.targets()?;
    if targets.iter().any(|target| target.kind == "Deployment") {
        preflight::check_secrets(&session.client, &session.bundle, session.namespace_exists).await?;
    }
    if let Some(aws) = &session.aws {
        for document in &session.bundle.aws {
            ensure(aws, document, report).await?;
        }
    }
    let force = arguments.force_conflicts;
    let new_namespace = !session.namespace_exists;
    if new_namespace {
        // A dry run of what goes into a namespace needs the namespace: it is the one thing written before the whole plan.
        confirm(&format!("create the namespace `{}` in {}?", session.layer(), session.cluster), arguments)?;
        let namespaces: Vec<Target> = targets.iter().filter(|target| target.kind == "Namespace").cloned().collect();
        live::pairs(&session.client, namespaces.clone(), force).await.map_err(refused)?;
        apply::write(&session.client, &namespaces, force).await?;
        report.note(format!("created  Namespace {}", session.layer()));
        session.namespace_exists = true;
    }
    let changes = Changes::find(&session, force).await?;
    let changed: Vec<&Pair> = changes.changed().collect();
    for pair in &changed {
        report.note(line(pair));
    }
    for leftover in &changes.leftovers {
        report.note(format!("delete   {}  (deletion)", leftover.label()));
    }
    let number = changed.len() + changes.leftovers.len();
    if number > 0 {
        confirm(&format!("apply {} to {}?", count(number, "change"), session.cluster), arguments)?;
    }
    let members: Vec<Target> = changes.pairs.iter().map(|pair| pair.target.clone()).collect();
    let mut set = changes.set.clone();
    set.announce(&session.client, &members, false).await?;
    let namespaces: Vec<Target> =
        changed.iter().filter(|pair| pair.target.kind == "Namespace").map(|pair| pair.target.clone()).collect();
    apply::write(&session.client, &namespaces, force).await?;
    let timeout = Duration::from_secs(arguments.timeout);
    let rollout = Rollout { client: &session.client, bundle: &session.bundle, changed: &changed, force, timeout, report };
    rollout.run(members.clone()).await?;
    set.prune(&session.client, &changes.leftovers).await?;
    // Objects that wait for an image stay in the set though they were not applied.
    set.announce(&session.client, &members, left_out.is_empty()).await?;
    report.note(last_line(&session.bundle, number + usize::from(new_namespace), &left_out, started));
    Ok(ExitCode::SUCCESS)
}

/// Brings an AWS resource in line. A role that needs what nobody has told stays as it is, with a word about it.
async fn ensure(aws: &aws_config::SdkConfig, document: &AwsDocument, report: &Report) -> anyhow::Result<()> {
    let outcome = match document.kind.as_str() {
        "ecr-repository" => ecr::ensure(aws, &document.resource).await?,
        "iam-role" => {
            let unknown = unknown_inputs(&document.resource);
            if !unknown.is_empty() {
                let name = document.resource["name"].as_str().unwrap_or_default();
                report.note(format!(
                    "skip     IAM role {name}: not known: {}; give it in a values file: `optakit bundle --values FILE`",
                    unknown.join(", ")
                ));
                return Ok(());
            }
            iam::ensure(aws, &document.resource).await?
        }
        other => bail!("the bundle holds an AWS resource of a kind that is not known: {other}"),
    };
    report.note(aws_line(&outcome));
    for remark in &outcome.remarks {
        report.note(format!("         {remark}"));
    }
    Ok(())
}

/// The inputs whose references still stand in a document, in its texts or keys.
fn unknown_inputs(resource: &Value) -> Vec<String> {
    let text = resource.to_string();
    let mut found: Vec<String> = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        let inside = rest.split_once('}').map(|(inside, _)| inside).unwrap_or_default();
        let is_input = ["parent.", "module."].iter().any(|owner| inside.starts_with(owner)) || inside == "account_id";
        if is_input && !found.iter().any(|known| known == inside) {
            found.push(inside.to_owned());
        }
    }
    found
}

fn aws_line(outcome: &aws::Outcome) -> String {
    let (what, name) = (outcome.what, &outcome.name);
    match outcome.changes.as_slice() {
        [] => format!("keep     {what} {name}"),
        ["created", ..] => format!("created  {what} {name}"),
        changes => format!("changed  {what} {name} ({})", changes.join(", ")),
    }
}

/// Asks on a terminal; elsewhere, and with `--yes`, the command line was the answer.
fn confirm(question: &str, arguments: &Apply) -> anyhow::Result<()> {
    if arguments.yes || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(());
    }
    if crate::report::ask(question)? { Ok(()) } else { bail!("stopped as you wish; nothing more was changed") }
}

fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// The writes of a plan, stage by stage.
struct Rollout<'a> {
    client: &'a kube::Client,
    bundle: &'a Bundle,
    changed: &'a [&'a Pair],
    force: bool,
    timeout: Duration,
    report: &'a Report,
}

impl Rollout<'_> {
    async fn run(&self, targets: Vec<Target>) -> anyhow::Result<()> {
        for stage in apply::stages(targets) {
            let changed: Vec<Target> = stage
                .iter()
                .filter(|target| self.changed.iter().any(|pair| pair.target.index == target.index))
                .cloned()
                .collect();
            apply::write(self.client, &changed, self.force).await?;
            for target in changed.iter().filter(|target| target.kind == "Deployment") {
                let new = self.changed.iter().any(|pair| pair.target.index == target.index && pair.live.is_none());
                if let Some(minimum) = self.minimum_of(target).filter(|_| new) {
                    apply::bootstrap_replicas(self.client, target, minimum).await?;
                }
            }
            for target in stage.iter().filter(|target| target.kind == "Deployment") {
                self.wait(target).await?;
            }
        }
        Ok(())
    }

    /// The fewest replicas that the autoscaler of a Deployment keeps.
    fn minimum_of(&self, target: &Target) -> Option<i64> {
        let scales = |object: &&Value| {
            object["kind"] == "HorizontalPodAutoscaler"
                && object.pointer("/spec/scaleTargetRef/name").and_then(Value::as_str) == Some(&target.name)
        };
        self.bundle.manifests.iter().find(scales)?.pointer("/spec/minReplicas")?.as_i64()
    }

    async fn wait(&self, target: &Target) -> anyhow::Result<()> {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let mut progress = self.report.progress(&target.label());
        let outcome = wait::deployment(self.client, namespace, &target.name, self.timeout, |state| progress.set(state)).await;
        progress.finish(outcome.is_ok());
        outcome.map_err(|error| {
            let image = "/spec/template/spec/containers/0/image";
            let line = self.bundle.line_of(target.index, image).map(|mapping| format!("\n  decided at {}:{}", mapping.file, mapping.line));
            anyhow::anyhow!(
                "{} did not become ready: {error}{}\n  Service and configuration were applied, autoscaler and Ingress were not\n  \
                 look at it with `kubectl -n {namespace} describe pods`, then apply again",
                target.label(),
                line.unwrap_or_default()
            )
        })
    }
}

fn last_line(bundle: &Bundle, changes: usize, left_out: &[String], started: Instant) -> String {
    let seconds = started.elapsed().as_secs_f32();
    let outcome = if changes == 0 { "nothing to change".to_owned() } else { format!("{} applied", count(changes, "change")) };
    let mut line = format!("{}: {outcome} in {seconds:.1} s", bundle.metadata.layer);
    for address in addresses(bundle) {
        line.push_str(&format!(", reached at {address}"));
    }
    for module in left_out {
        let repository = bundle.aws.iter().find(|document| document.kind == "ecr-repository" && document.module == *module);
        let url = repository.and_then(|document| document.resource["url"].as_str()).unwrap_or("its ECR repository");
        line.push_str(&format!("\n{module} has no image yet: push one to {url}, then apply with `--image-digest`"));
    }
    line
}

/// The public addresses of the bundle's Ingresses and routes.
fn addresses(bundle: &Bundle) -> Vec<String> {
    let text = |object: &Value, pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let address = |object: &Value| {
        let (host, path) = match object["kind"].as_str()? {
            "Ingress" => (text(object, "/spec/rules/0/host")?, text(object, "/spec/rules/0/http/paths/0/path")),
            "HTTPRoute" => (text(object, "/spec/hostnames/0")?, text(object, "/spec/rules/0/matches/0/path/value")),
            "GRPCRoute" => (text(object, "/spec/hostnames/0")?, None),
            _ => return None,
        };
        let path = path.unwrap_or_default();
        Some(format!("{host}{}", path.trim_end_matches("(/|$)(.*)").trim_end_matches('/')))
    };
    bundle.manifests.iter().filter_map(address).collect()
}
