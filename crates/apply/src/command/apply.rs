//! `optakit apply`: read, connect, check, ECR, plan, confirm, apply, wait.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use optakit_core::aws::iam as aws_iam;
use optakit_core::bundle::{AwsDocument, Bundle, BundleError};
use optakit_core::render::IMAGE_DIGEST;
use serde_json::Value;

use super::bundle::{refusal, verify};
use crate::auth::{self, Cluster};
use crate::aws::{self, ecr, iam};
use crate::cli::Apply;
use crate::live::{self, Pair, Target};
use crate::plan::{self, Action};
use crate::report::Report;
use crate::{apply, input, preflight, wait};

/// Brings a bundle to its cluster.
///
/// # Errors
///
/// With what is wrong, what was and was not done, and what to do next.
pub(crate) fn run(arguments: &Apply, report: &Report) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let bundle = read(arguments, report)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("the runtime cannot be started")?;
    runtime.block_on(apply(bundle, arguments, report, started))
}

fn read(arguments: &Apply, report: &Report) -> anyhow::Result<Bundle> {
    let mut bundle = Bundle::parse(&input::read_text(&arguments.bundle)?.text)?;
    match verify(&bundle) {
        Ok(()) => {}
        Err(error @ BundleError::Modified { .. }) if arguments.allow_modified => {
            report.warning(format!("{}\napplied all the same, as `--allow-modified` says", refusal(&error)));
        }
        Err(error) => bail!(
            "{}\nnothing was changed; apply it all the same with `--allow-modified`, if the change is meant",
            refusal(&error)
        ),
    }
    if bundle.renderer != env!("CARGO_PKG_VERSION") {
        report.note(format!("the bundle was rendered by optakit {}, and is applied as written", bundle.renderer));
    }
    if bundle.manifests.is_empty() {
        bail!("the bundle has no objects: its service file has no `k8s-service` module");
    }
    if let Some(digest) = &arguments.image_digest {
        optakit_core::model::image::check_digest(digest).map_err(|fault| anyhow::anyhow!(fault))?;
        if !bundle.fill(IMAGE_DIGEST, digest) {
            report.warning("`--image-digest` is not used: the bundle has no AUTO image that waits for one");
        }
    }
    Ok(bundle)
}

async fn apply(mut bundle: Bundle, arguments: &Apply, report: &Report, started: Instant) -> anyhow::Result<ExitCode> {
    let cluster = cluster(&bundle, arguments)?;
    // Without EKS nobody tells the issuer that a role trusts: then only those who gave it want roles.
    let eks = matches!(cluster, Cluster::Eks { .. });
    let wants_aws = |document: &AwsDocument| document.kind == "ecr-repository" || eks || !lacks(document, aws_iam::ISSUER);
    let needs_aws = eks || (!arguments.skip_aws && bundle.aws.iter().any(wants_aws));
    let aws = if needs_aws { Some(auth::aws(bundle.target.region.as_deref()).await) } else { None };
    if let Some(aws) = &aws {
        let account = auth::check_account(aws, bundle.target.account_id.as_deref()).await?;
        bundle.fill("account_id", &account);
    }
    let connection = auth::connect(&cluster, aws.as_ref()).await?;
    if let Some(issuer) = &connection.issuer {
        bundle.fill(aws_iam::ISSUER, issuer.trim_start_matches("https://"));
    }
    let client = &connection.client;
    live::check_reachable(client, &connection.name).await?;
    preflight::check_inputs(&bundle, IMAGE_DIGEST)?;
    let (targets, left_out) = targets(&bundle)?;
    let namespace_exists = live::namespace_exists(client, &bundle.metadata.layer).await?;
    if targets.iter().any(|target| target.kind == "Deployment") {
        preflight::check_secrets(client, &bundle, namespace_exists).await?;
    }
    if let Some(aws) = aws.as_ref().filter(|_| !arguments.skip_aws) {
        for document in &bundle.aws {
            ensure(aws, document, report).await?;
        }
    }
    let force = arguments.force_conflicts;
    let (namespace, rest): (Vec<Target>, Vec<Target>) = targets.into_iter().partition(|target| target.kind == "Namespace");
    let namespace_pairs = live::pairs(client, namespace, force).await.map_err(refused)?;
    if !namespace_exists {
        // A dry run of what goes into a namespace needs the namespace: it is the one thing written before the whole plan.
        confirm(&format!("create the namespace `{}` in {}?", bundle.metadata.layer, connection.name), arguments)?;
        let namespaces: Vec<Target> = namespace_pairs.iter().map(|pair| pair.target.clone()).collect();
        apply::write(client, &namespaces, force).await?;
        report.note(format!("created  Namespace {}", bundle.metadata.layer));
    }
    let pairs = live::pairs(client, rest, force).await.map_err(refused)?;
    let all: Vec<&Pair> = namespace_pairs.iter().filter(|_| namespace_exists).chain(&pairs).collect();
    let changed: Vec<&Pair> = all.iter().copied().filter(|pair| plan::action(pair) != Action::Keep).collect();
    for pair in &changed {
        report.note(format!("{}   {}", plan::action(pair).word(), pair.target.label()));
    }
    if !changed.is_empty() {
        confirm(&format!("apply {} to {}?", count(changed.len(), "change"), connection.name), arguments)?;
        let namespaces: Vec<Target> =
            changed.iter().filter(|pair| pair.target.kind == "Namespace").map(|pair| pair.target.clone()).collect();
        apply::write(client, &namespaces, force).await?;
    }
    let context =
        Rollout { client, bundle: &bundle, changed: &changed, force, timeout: Duration::from_secs(arguments.timeout), report };
    context.run(pairs.iter().map(|pair| pair.target.clone()).collect()).await?;
    report.note(last_line(&bundle, changed.len() + usize::from(!namespace_exists), &left_out, started));
    Ok(ExitCode::SUCCESS)
}

fn cluster(bundle: &Bundle, arguments: &Apply) -> anyhow::Result<Cluster> {
    if arguments.kubeconfig.is_some() || arguments.context.is_some() {
        return Ok(Cluster::Kubeconfig { file: arguments.kubeconfig.clone(), context: arguments.context.clone() });
    }
    let region = bundle
        .target
        .region
        .clone()
        .context("the bundle does not say which region its cluster is in\n  use a kubeconfig with `--context`")?;
    Ok(Cluster::Eks { region, name: arguments.cluster.clone().unwrap_or_else(|| bundle.target.cluster.clone()) })
}

/// The objects to apply, and the modules whose pods wait for an image.
fn targets(bundle: &Bundle) -> anyhow::Result<(Vec<Target>, Vec<String>)> {
    let module =
        |object: &Value| object.pointer("/metadata/labels/opta.dev~1module-name").and_then(Value::as_str).map(str::to_owned);
    let hole = bundle.holes.iter().find(|hole| hole.input == IMAGE_DIGEST);
    let waiting: Vec<String> = hole
        .iter()
        .flat_map(|hole| &hole.at)
        .filter_map(|location| bundle.manifests.get(location.index))
        .filter_map(module)
        .collect();
    // An Ingress or a route would point traffic at pods that are not there.
    let needs_pods = |kind: &str| {
        matches!(kind, "Deployment" | "HorizontalPodAutoscaler" | "PodDisruptionBudget" | "Ingress" | "HTTPRoute" | "GRPCRoute")
    };
    let mut targets = Vec::new();
    for (index, object) in bundle.manifests.iter().enumerate() {
        let target = Target::new(index, object.clone())?;
        let left_out = needs_pods(&target.kind) && module(object).is_some_and(|module| waiting.contains(&module));
        if !left_out {
            targets.push(target);
        }
    }
    Ok((targets, waiting))
}

fn refused(errors: Vec<live::LiveError>) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
    anyhow::anyhow!("the API server refuses the plan, nothing of it was applied\n{}", lines.join("\n"))
}

/// Whether a document still has the reference of an input in it.
fn lacks(document: &AwsDocument, input: &str) -> bool {
    document.resource.to_string().contains(&format!("{{{input}}}"))
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
