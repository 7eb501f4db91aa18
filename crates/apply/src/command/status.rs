//! `optakit status`.

use std::process::ExitCode;

use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Api, ListParams};
use optakit_core::aws::ecr::EcrRepository;
use serde_json::json;

use super::connect::with_service;
use crate::cli::{ResultFormat, StatusArgs};
use crate::history::{self, Revision};
use crate::live;
use crate::report::Report;
use crate::session::{Access, AwsUse, Session};
use crate::wait::Paused;

/// Prints pods, images and the current revision. Exit code 1 if a pod is not ready.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the namespace does not exist.
pub(crate) fn run(arguments: &StatusArgs, report: &Report) -> anyhow::Result<ExitCode> {
    with_service(&arguments.service, AwsUse::Read, Access::Read, report, async |session| {
        let deployments: Api<Deployment> = Api::namespaced(session.client.clone(), session.layer());
        let ours = ListParams::default().labels("app.kubernetes.io/managed-by=optakit");
        let found = deployments
            .list(&ours)
            .await
            .map_err(|error| live::explain(error, "listing", "the Deployments"))?;
        let revisions = history::list(&session.client, session.layer()).await?;
        let services: Vec<ServiceStatus> = found.items.iter().map(ServiceStatus::of).collect();
        let newest = revisions.first();
        match arguments.output {
            ResultFormat::Text => report.result(&text(&session, &services, newest)),
            ResultFormat::Json => report.json(&json(&session, &services, newest)),
        }
        for deployment in &found.items {
            if let Some(paused) = Paused::of(deployment) {
                let name = deployment.metadata.name.as_deref().unwrap_or_default();
                let help = paused.help(session.layer());
                report.warning(format!("Deployment {name}: {paused}\n  help: {help}"));
            }
        }
        let ready = services.iter().all(|service| service.ready >= service.wanted);
        Ok(if ready { ExitCode::SUCCESS } else { ExitCode::from(1) })
    })
}

/// The status of one Deployment.
struct ServiceStatus {
    name: String,
    ready: i32,
    wanted: i32,
    image: String,
}

impl ServiceStatus {
    fn of(deployment: &Deployment) -> Self {
        let spec = deployment.spec.as_ref();
        let containers = spec
            .and_then(|spec| spec.template.spec.as_ref())
            .map(|pod| pod.containers.as_slice())
            .unwrap_or_default();
        let image = containers.first().and_then(|container| container.image.clone());
        Self {
            name: deployment.metadata.name.clone().unwrap_or_default(),
            ready: deployment.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0),
            wanted: spec.and_then(|spec| spec.replicas).unwrap_or(1),
            image: image.unwrap_or_default(),
        }
    }
}

fn text(session: &Session, services: &[ServiceStatus], newest: Option<&Revision>) -> String {
    let mut text = format!("{} in {}\n", session.layer(), session.cluster);
    text.push_str(&match newest {
        Some(newest) => format!(
            "revision {} ({}), recorded {}\n",
            newest.number,
            newest.status.word(),
            newest.recorded
        ),
        None => "no revision\n".to_owned(),
    });
    let width = services.iter().map(|service| service.name.len()).max().unwrap_or(0);
    for ServiceStatus { name, ready, wanted, image } in services {
        text.push_str(&format!("  {name:width$}  {ready}/{wanted} ready  {image}\n"));
    }
    if services.is_empty() {
        text.push_str("  no Deployments\n");
    }
    for (_, repository) in session.bundle.repositories() {
        text.push_str(&format!("  ECR repository {}\n", repository.name));
    }
    text
}

fn json(session: &Session, services: &[ServiceStatus], newest: Option<&Revision>) -> String {
    let service = |service: &ServiceStatus| {
        json!({
            "name": service.name, "ready": service.ready, "wanted": service.wanted,
            "image": service.image,
        })
    };
    let revision = |revision: &Revision| {
        json!({
            "number": revision.number, "status": revision.status.word(),
            "digest": revision.digest,
        })
    };
    let repositories = session.bundle.repositories();
    let repository = |(module, repository): (&str, &EcrRepository)| {
        let url = repository.url.as_str();
        json!({ "module": module, "name": repository.name, "url": url })
    };
    let status = json!({
        "layer": session.layer(),
        "cluster": session.cluster,
        "revision": newest.map(revision),
        "services": services.iter().map(service).collect::<Vec<_>>(),
        "repositories": repositories.map(repository).collect::<Vec<_>>(),
    });
    format!("{status:#}\n")
}
