//! `optakit takeover`: a service that a Helm release of Opta runs comes under Optakit, and no pod
//! restarts.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use optakit_core::kind::Kind;
use optakit_core::render::IMAGE_DIGEST;
use serde_json::{Value, json};

use super::connect;
use crate::applyset::ApplySet;
use crate::cli::TakeoverArgs;
use crate::history::{self, Status};
use crate::live::{self, DesiredObject, LiveError, Options, explain};
use crate::plural::plural;
use crate::report::{Report, confirm};
use crate::session::{self, Session};
use crate::takeover::{self, Release};
use crate::{bundle_file, lock, preflight};

/// Brings the objects of a bundle that Helm runs under Optakit.
///
/// # Errors
///
/// When nothing belongs to Helm, a pod would have to be replaced, or the API server refuses it. A
/// run that ended in the middle is finished by the next one.
pub(crate) fn run(arguments: &TakeoverArgs, report: &Report) -> anyhow::Result<ExitCode> {
    let bundle =
        bundle_file::read(&arguments.bundle, arguments.image_digest.as_deref(), false, report)?;
    let cluster = connect::cluster(&bundle, &arguments.connect)?;
    session::block_on(async {
        let session = Session::open(bundle, &cluster, false).await?;
        take_over(&session, arguments, report).await
    })
}

/// An object of the bundle that is there.
struct Found {
    target: DesiredObject,
    live: Value,
}

async fn take_over(
    session: &Session,
    arguments: &TakeoverArgs,
    report: &Report,
) -> anyhow::Result<ExitCode> {
    if !session.namespace_exists {
        bail!(
            "there is no namespace `{}` in {}: nothing can be taken over",
            session.layer(),
            session.cluster
        );
    }
    preflight::check_inputs(&session.bundle, IMAGE_DIGEST)?;
    let (mut targets, left_out) = session.targets();
    if !left_out.is_empty() {
        bail!(
            "{} runs with an image that the bundle does not know: give it with `--image-digest`, or make the bundle with `--image-tag`",
            left_out.join(", ")
        );
    }
    let mut set = ApplySet::read(&session.client, session.layer()).await?;
    set.label(&mut targets);
    let found = find(session, &targets).await?;
    let releases: BTreeSet<Release> =
        found.iter().filter_map(|found| takeover::release_of(&found.live)).collect();
    if releases.is_empty() {
        bail!(
            "nothing of {} belongs to a Helm release; `optakit apply` is the way",
            session.layer()
        );
    }
    refuse_restarts(session, &found).await?;
    for release in &releases {
        report.note(format!("release  {} in namespace {}", release.name, release.namespace));
    }
    for found in &found {
        report.note(format!("take     {}", found.target.label()));
    }
    let fresh: Vec<&DesiredObject> = targets
        .iter()
        .filter(|target| !found.iter().any(|found| found.target.index == target.index))
        .collect();
    for target in &fresh {
        report.note(format!("create   {}", target.label()));
    }
    let question = format!(
        "take over {} from Helm in {}? No pod restarts.",
        plural(found.len(), "object"),
        session.cluster
    );
    confirm(&question, arguments.yes)?;
    let lock = lock::acquire(&session.client, session.layer(), Duration::ZERO).await?;
    let outcome = change_hands(session, &targets, &found, &releases, &mut set, report).await;
    lock.release().await;
    outcome?;
    report.note(format!(
        "{}: {} taken over, no pod restarted",
        session.layer(),
        plural(found.len(), "object")
    ));
    let modules: BTreeSet<String> =
        session.bundle.aws.iter().map(|aws| aws.module().to_owned()).collect();
    let lines: String = modules.iter().map(|module| takeover::state_rm(module)).collect();
    report.note(format!(
        "Terraform still knows the service, and would delete it: run this where its state is\n{}",
        lines.trim_end()
    ));
    Ok(ExitCode::SUCCESS)
}

async fn find(session: &Session, targets: &[DesiredObject]) -> anyhow::Result<Vec<Found>> {
    let read = |target: &DesiredObject| {
        let target = target.clone();
        async move {
            let live = target.api(&session.client).get_opt(&target.name).await;
            let live = live.map_err(|error| explain(error, "reading", &target.label()))?;
            Ok::<_, LiveError>(live.map(|live| Found { target, live: live::to_value(live) }))
        }
    };
    let mut found = Vec::new();
    for result in futures::future::join_all(targets.iter().map(read)).await {
        found.extend(result?);
    }
    Ok(found)
}

/// Stops when the pods of a Deployment would be replaced, and says in which lines.
async fn refuse_restarts(session: &Session, found: &[Found]) -> anyhow::Result<()> {
    let mut refusals = Vec::new();
    for found in found.iter().filter(|found| found.target.kind == Kind::Deployment) {
        // Under a name that is not there: a dry run over the live object would keep what Helm still
        // holds.
        let mut probe = found.target.clone();
        probe.name = format!(
            "{}-takeover",
            probe.name.chars().take(50).collect::<String>().trim_end_matches('-')
        );
        probe.object["metadata"]["name"] = probe.name.as_str().into();
        let wanted = probe.apply(&session.client, Options { dry_run: true, force: true }).await;
        let wanted =
            wanted.map_err(|error| explain(error, "a dry run of", &found.target.label()))?;
        if let Some(difference) = takeover::pod_difference(&found.live, &live::to_value(wanted)) {
            refusals.push(format!("{}\n{}", found.target.label(), difference.trim_end()));
        }
    }
    if refusals.is_empty() {
        return Ok(());
    }
    bail!(
        "pods would have to be replaced, nothing was changed\n{}\nmake the bundle with `--profile opta-2021` and with the image tag or digest that runs",
        refusals.join("\n")
    );
}

async fn change_hands(
    session: &Session,
    targets: &[DesiredObject],
    found: &[Found],
    releases: &BTreeSet<Release>,
    set: &mut ApplySet,
    report: &Report,
) -> anyhow::Result<()> {
    set.announce(&session.client, targets, false).await?;
    for found in found {
        let Some(fields) = takeover::reassign_fields(&found.live) else { continue };
        let patch = json!([
            { "op": "test", "path": "/metadata/resourceVersion", "value": found.live["metadata"]["resourceVersion"] },
            { "op": "replace", "path": "/metadata/managedFields", "value": fields },
        ]);
        let patch: json_patch::Patch = serde_json::from_value(patch).expect("it is a JSON patch");
        let patched = found
            .target
            .api(&session.client)
            .patch(&found.target.name, &PatchParams::default(), &Patch::Json::<()>(patch))
            .await;
        patched.map_err(|error| explain(error, "taking over", &found.target.label()))?;
    }
    crate::apply::write(&session.client, targets, true).await?;
    for release in releases {
        let archived = archive(session, release).await?;
        report.note(format!(
            "archived {} of Helm release {}",
            plural(archived, "record"),
            release.name
        ));
    }
    history::record(&session.client, &session.bundle, Status::Deployed).await?;
    Ok(())
}

/// Keeps the records of a release as Secrets that Helm does not know, and removes its own: to Helm
/// there is no release any more.
async fn archive(session: &Session, release: &Release) -> anyhow::Result<usize> {
    let secrets: Api<Secret> = Api::namespaced(session.client.clone(), &release.namespace);
    let records = ListParams::default().labels(&format!("owner=helm,name={}", release.name));
    let records = secrets
        .list(&records)
        .await
        .map_err(|error| explain(error, "listing", "the records of Helm"))?;
    let count = records.items.len();
    for record in records.items {
        let name = record.metadata.name.clone().unwrap_or_default();
        let kept: Secret = serde_json::from_value(json!({
            "metadata": {
                "name": name.replacen("sh.helm.release.v1.", "optakit.helm-archive.", 1),
                "labels": { "app.kubernetes.io/managed-by": "optakit", "optakit.dev/helm-release": release.name },
            },
            "type": "optakit.dev/helm-archive",
            "immutable": true,
            "data": record.data,
        }))
        .expect("it is a Secret");
        match secrets.create(&PostParams::default(), &kept).await {
            Ok(_) => {}
            // A run before this one has kept it.
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            Err(error) => return Err(explain(error, "archiving", &format!("Secret {name}")).into()),
        }
        let deleted = secrets.delete(&name, &DeleteParams::default()).await;
        deleted.map_err(|error| explain(error, "deleting", &format!("Secret {name}")))?;
    }
    Ok(count)
}
