//! `optakit status`, `history`, `rollback`: what runs, what ran, and the way back.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Api, ListParams};
use serde_json::json;

use crate::cli::{Layer, PlanOutput, Rollback, Status as Arguments};
use crate::deploy::{self, count};
use crate::history::{self, Revision, Status};
use crate::report::Report;
use crate::session::{self, Session};
use crate::{live, lock};

/// Runs something on the layer of a bundle.
pub(crate) fn on_layer<T>(
    layer: &Layer,
    report: &Report,
    run: impl AsyncFnOnce(Session) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    // Only layer and cluster are read of it: that it was changed does not matter here.
    let bundle = session::read(&layer.bundle, None, true, report)?;
    session::block_on(async {
        let session = Session::open(bundle, &layer.connect, false).await?;
        if !session.namespace_exists {
            bail!(
                "there is no namespace `{}` in {}: the layer was never applied there",
                session.layer(),
                session.cluster
            );
        }
        run(session).await
    })
}

/// Says how the services of a layer are. Exit code 1 when one is not ready.
///
/// # Errors
///
/// When there is no way to the cluster, or the layer is not there.
pub(crate) fn status(arguments: &Arguments, report: &Report) -> anyhow::Result<ExitCode> {
    on_layer(&arguments.layer, report, async |session| {
        let deployments: Api<Deployment> = Api::namespaced(session.client.clone(), session.layer());
        let ours = ListParams::default().labels("app.kubernetes.io/managed-by=optakit");
        let found = deployments
            .list(&ours)
            .await
            .map_err(|error| live::explain(error, "listing", "the Deployments"))?;
        let revisions = history::list(&session.client, session.layer()).await?;
        let services: Vec<Service> = found.items.iter().map(service).collect();
        let ready = services.iter().all(|service| service.ready >= service.wanted);
        match arguments.output {
            PlanOutput::Text => report.result(&text(&session, &services, revisions.first())),
            PlanOutput::Json => {
                let list: Vec<_> = services
                    .iter()
                    .map(|service| json!({ "name": service.name, "ready": service.ready, "wanted": service.wanted, "image": service.image }))
                    .collect();
                let revision = revisions
                    .first()
                    .map(|newest| json!({ "number": newest.number, "status": newest.status.word(), "digest": newest.digest }));
                let status = json!({ "layer": session.layer(), "cluster": session.cluster, "revision": revision, "services": list });
                report.result(&format!("{status:#}\n"));
            }
        }
        Ok(if ready { ExitCode::SUCCESS } else { ExitCode::from(1) })
    })
}

struct Service {
    name: String,
    ready: i32,
    wanted: i32,
    image: String,
}

fn service(deployment: &Deployment) -> Service {
    let spec = deployment.spec.as_ref();
    let containers = spec
        .and_then(|spec| spec.template.spec.as_ref())
        .map(|pod| pod.containers.as_slice())
        .unwrap_or_default();
    Service {
        name: deployment.metadata.name.clone().unwrap_or_default(),
        ready: deployment.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0),
        wanted: spec.and_then(|spec| spec.replicas).unwrap_or(1),
        image: containers.first().and_then(|container| container.image.clone()).unwrap_or_default(),
    }
}

fn text(session: &Session, services: &[Service], newest: Option<&Revision>) -> String {
    let mut text = format!("{} in {}\n", session.layer(), session.cluster);
    text.push_str(&match newest {
        Some(newest) => format!(
            "revision {} ({}) of {}\n",
            newest.number,
            newest.status.word(),
            newest.recorded
        ),
        None => "no revision is recorded\n".to_owned(),
    });
    let width = services.iter().map(|service| service.name.len()).max().unwrap_or(0);
    for service in services {
        text.push_str(&format!(
            "  {:width$}  {}/{} ready  {}\n",
            service.name, service.ready, service.wanted, service.image
        ));
    }
    if services.is_empty() {
        text.push_str("  no service runs\n");
    }
    text
}

/// Lists the revisions of a layer, newest first.
///
/// # Errors
///
/// When there is no way to the cluster, or the layer is not there.
pub(crate) fn history(layer: &Layer, report: &Report) -> anyhow::Result<ExitCode> {
    on_layer(layer, report, async |session| {
        let revisions = history::list(&session.client, session.layer()).await?;
        let line = |revision: &Revision| {
            format!(
                "{:>4}  {:<8}  {}  {}\n",
                revision.number,
                revision.status.word(),
                revision.recorded,
                revision.digest
            )
        };
        report.result(&revisions.iter().map(line).collect::<String>());
        Ok(ExitCode::SUCCESS)
    })
}

/// Goes back to an earlier revision, which becomes the newest.
///
/// # Errors
///
/// When there is none to go back to, or it does not become ready.
pub(crate) fn rollback(arguments: &Rollback, report: &Report) -> anyhow::Result<ExitCode> {
    on_layer(&arguments.layer, report, async |session| {
        let revisions = history::list(&session.client, session.layer()).await?;
        let number = match arguments.to {
            Some(number) => number,
            None => before_newest(&revisions).context(
                "there is no earlier revision that was good; `optakit history` lists them",
            )?,
        };
        let back = session.with(history::read(&session.client, session.layer(), number).await?);
        let options = arguments.rollout.options();
        let lock = lock::acquire(&session.client, session.layer(), Duration::ZERO).await?;
        let outcome = deploy::deploy(&back, &options, None, report).await;
        let recorded = match &outcome {
            Ok(_) => history::record(&session.client, &back.bundle, Status::Deployed).await,
            Err(_) => Ok(true),
        };
        lock.release().await;
        let deployed = outcome?;
        recorded?;
        report.note(format!(
            "{}: revision {number} runs again, {} applied",
            session.layer(),
            count(deployed.changes, "change")
        ));
        Ok(ExitCode::SUCCESS)
    })
}

/// The last good revision before the newest that is not the same as it.
fn before_newest(revisions: &[Revision]) -> Option<u32> {
    let newest = revisions.first()?;
    let good = |revision: &&Revision| {
        revision.status == Status::Deployed && revision.digest != newest.digest
    };
    revisions.iter().skip(1).find(good).map(|revision| revision.number)
}
