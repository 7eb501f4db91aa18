//! `optakit apply`: read, connect, check, AWS, plan, confirm, apply, wait, prune.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use optakit_core::bundle::{AwsDocument, Bundle};
use optakit_core::kind::Kind;
use optakit_core::render::IMAGE_DIGEST;
use serde_json::Value;

use super::plan::Changes;
use super::push;
use crate::aws::{self, ecr, iam};
use crate::cli::{Apply, ApplyRun, Deploy, OnFailure};
use crate::deploy::{self, Deployed, Options, RolloutError};
use crate::history::{self, Status};
use crate::report::{Event, Report};
use crate::saved::SavedPlan;
use crate::session::{self, Session};
use crate::{input, live, lock, preflight};

/// Brings a bundle to its cluster.
///
/// # Errors
///
/// With what is wrong, what was and was not done, and what to do next.
pub(crate) fn run(arguments: &Apply, report: &Report) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let run = &arguments.run;
    let bundle = session::read(
        &arguments.bundle,
        arguments.image_digest.as_deref(),
        run.allow_modified,
        report,
    )?;
    // A file that is no plan is told of before anything is touched.
    let plan = match &arguments.plan {
        Some(file) => Some(SavedPlan::parse(&input::read_text(file)?.text)?),
        None => None,
    };
    let options = Options { plan, ..run.rollout.options() };
    session::block_on(async {
        let session = Session::open(bundle, &run.connect, !run.skip_aws).await?;
        apply(session, run, options, report, started).await
    })
}

/// Pushes an image and brings a bundle with it to its cluster.
///
/// # Errors
///
/// As those of a push and of [`run`].
pub(crate) fn deploy(arguments: &Deploy, report: &Report) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let run = &arguments.run;
    if run.skip_aws {
        bail!(
            "`deploy` pushes to ECR, which `--skip-aws` leaves alone\n  push with `optakit push --to REGISTRY/REPOSITORY`, then apply with `--image-digest`"
        );
    }
    let mut bundle = session::read(&arguments.bundle, None, run.allow_modified, report)?;
    if !bundle.holes.iter().any(|hole| hole.input == IMAGE_DIGEST) {
        bail!(
            "the bundle already says which image runs, so that the one to be pushed would not\n  make it again without `--image-tag` and `--image-digest`"
        );
    }
    push::check(&arguments.image_file)?;
    session::block_on(async {
        let digest = push::to_ecr(&bundle, &arguments.image_file, None, report).await?;
        bundle.fill(IMAGE_DIGEST, &digest);
        let session = Session::open(bundle, &run.connect, true).await?;
        apply(session, run, run.rollout.options(), report, started).await
    })
}

async fn apply(
    mut session: Session,
    arguments: &ApplyRun,
    options: Options,
    report: &Report,
    started: Instant,
) -> anyhow::Result<ExitCode> {
    preflight::check_inputs(&session.bundle, IMAGE_DIGEST)?;
    let (targets, _) = session.targets()?;
    // What the API server says to the plan is read meanwhile: nothing is written by either.
    let (checked, changes) = tokio::join!(preflight::check(&session, &targets), async {
        if session.namespace_exists {
            Some(Changes::find(&session, &options.force).await)
        } else {
            None
        }
    });
    let changes = match (checked, changes.transpose()) {
        (Ok(warnings), Ok(changes)) => {
            for warning in warnings {
                report.warning(warning);
            }
            changes
        }
        (Err(faults), Err(refusals)) => bail!("{faults}\n{refusals}"),
        (Err(faults), Ok(_)) => return Err(faults.into()),
        (Ok(_), Err(refusals)) => return Err(refusals),
    };
    if let Some(aws) = &session.aws {
        for document in &session.bundle.aws {
            ensure(aws, document, &session.client, report).await?;
        }
    }
    let new_namespace = deploy::ensure_namespace(&mut session, &options, report).await?;
    let lock =
        lock::acquire(&session.client, session.layer(), Duration::from_secs(arguments.wait_lock()))
            .await?;
    // Whoever held it may have changed what was read.
    let changes = changes.filter(|_| lock.at_once && lock.interrupted.is_none());
    if let Some(holder) = &lock.interrupted {
        report.warning(format!("the run of {holder} was interrupted; this one finishes its work"));
    }
    let outcome = tokio::select! {
        outcome = deploy_or_go_back(&session, &options, changes, arguments.on_failure, report) => outcome,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!(
            "interrupted: what was applied so far stays, the cluster goes on with it; apply again to finish"
        )),
    };
    lock.release().await;
    let deployed = outcome?;
    done(
        &session.bundle,
        deployed.changes + usize::from(new_namespace),
        &deployed.left_out,
        started,
        report,
    );
    Ok(ExitCode::SUCCESS)
}

/// Deploys and records it. When pods do not become ready, the last good revision comes back, if
/// that is wanted and there is one; the error stays an error.
async fn deploy_or_go_back(
    session: &Session,
    options: &Options,
    changes: Option<Changes>,
    on_failure: OnFailure,
    report: &Report,
) -> anyhow::Result<Deployed> {
    let error = match deploy::deploy(session, options, changes, report).await {
        Ok(deployed) => {
            if !history::record(&session.client, &session.bundle, Status::Deployed).await? {
                report.warning("the bundle is too large to be kept as a revision: there is no way back to it but its file");
            }
            return Ok(deployed);
        }
        Err(error) if error.is::<RolloutError>() => error,
        Err(error) => return Err(error),
    };
    history::record(&session.client, &session.bundle, Status::Failed).await?;
    let revisions = history::list(&session.client, session.layer()).await?;
    let Some(good) = history::last_good(&revisions).filter(|_| on_failure == OnFailure::Rollback)
    else {
        return Err(error.context("the rollout failed, and is left as it is for you to look at"));
    };
    report.warning(format!("{error}\ngoing back to revision {}", good.number));
    let bundle = history::read(&session.client, session.layer(), good.number).await?;
    let back = session.with(bundle);
    // What was agreed to holds for the way back.
    deploy::deploy(&back, &Options { yes: true, plan: None, ..options.clone() }, None, report)
        .await
        .context("going back failed too")?;
    history::record(&session.client, &back.bundle, Status::Deployed).await?;
    // What failed was said above, with the warning.
    Err(anyhow::anyhow!("the rollout failed; revision {} runs again", good.number))
}

/// Brings an AWS resource in line. A role that needs what nobody has told stays as it is, with a
/// word about it.
async fn ensure(
    aws: &aws_config::SdkConfig,
    document: &AwsDocument,
    client: &kube::Client,
    report: &Report,
) -> anyhow::Result<()> {
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
            iam::ensure(aws, &document.resource, &live::cluster_uid(client).await?).await?
        }
        other => bail!("the bundle holds an AWS resource of a kind that is not known: {other}"),
    };
    let action = match outcome.changes.as_slice() {
        [] => "keep",
        ["created", ..] => "created",
        _ => "changed",
    };
    let aws::Outcome { what, name, changes, remarks } = &outcome;
    report.event(&Event::Aws { action, what, name, changes, remarks });
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
        let is_input = ["parent.", "module."].iter().any(|owner| inside.starts_with(owner))
            || inside == "account_id";
        if is_input && !found.iter().any(|known| known == inside) {
            found.push(inside.to_owned());
        }
    }
    found
}

fn done(bundle: &Bundle, changes: usize, left_out: &[String], started: Instant, report: &Report) {
    let seconds = started.elapsed().as_secs_f32();
    report.event(&Event::Done {
        layer: &bundle.metadata.layer,
        changes,
        addresses: &addresses(bundle),
        seconds,
    });
    for module in left_out {
        let repository = bundle
            .aws
            .iter()
            .find(|document| document.kind == "ecr-repository" && document.module == *module);
        let url = repository
            .and_then(|document| document.resource["url"].as_str())
            .unwrap_or("its ECR repository");
        report.note(format!(
            "{module} has no image yet: push one to {url}, then apply with `--image-digest`"
        ));
    }
}

/// The public addresses of the bundle's Ingresses and routes.
fn addresses(bundle: &Bundle) -> Vec<String> {
    let text = |object: &Value, pointer: &str| {
        object.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
    };
    let address = |object: &Value| {
        let kind = Kind::find(object["apiVersion"].as_str()?, object["kind"].as_str()?)?;
        let (host, path) = match kind {
            Kind::Ingress => (
                text(object, "/spec/rules/0/host")?,
                text(object, "/spec/rules/0/http/paths/0/path"),
            ),
            Kind::HttpRoute => (
                text(object, "/spec/hostnames/0")?,
                text(object, "/spec/rules/0/matches/0/path/value"),
            ),
            Kind::GrpcRoute => (text(object, "/spec/hostnames/0")?, None),
            Kind::Namespace
            | Kind::ServiceAccount
            | Kind::ConfigMap
            | Kind::Secret
            | Kind::Service
            | Kind::Deployment
            | Kind::HorizontalPodAutoscaler
            | Kind::PodDisruptionBudget => return None,
        };
        let path = path.unwrap_or_default();
        Some(format!("{host}{}", path.trim_end_matches("(/|$)(.*)").trim_end_matches('/')))
    };
    bundle.manifests.iter().filter_map(address).collect()
}
