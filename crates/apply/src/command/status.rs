//! `optakit status`.

use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Api, ListParams};
use optakit_core::aws::ecr::EcrRepository;
use serde_json::json;

use super::connect::with_service;
use crate::cli::{ResultFormat, StatusArgs};
use crate::history::{self, Revision};
use crate::live;
use crate::outcome::Outcome;
use crate::report::Report;
use crate::session::{Access, AwsUse, Session};
use crate::wait::{self, Paused, PodCounts};

/// Prints pods, images and the current revision. Exit code 1 unless all pods are of the newest
/// revision and ready.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the namespace does not exist.
pub(crate) fn run(arguments: &StatusArgs, report: &Report) -> anyhow::Result<Outcome> {
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
            ResultFormat::Yaml => report.yaml(&json(&session, &services, newest)),
        }
        for deployment in &found.items {
            if let Some(paused) = Paused::of(deployment) {
                let name = deployment.metadata.name.as_deref().unwrap_or_default();
                let help = paused.help(session.layer());
                report.warning(format!("Deployment {name}: {paused}\n  help: {help}"));
            }
        }
        let ready = services.iter().all(ServiceStatus::is_ready);
        Ok(if ready { Outcome::Succeeded } else { Outcome::Failed })
    })
}

/// The status of one Deployment.
struct ServiceStatus {
    name: String,
    pods: PodCounts,
    /// The image of the newest revision.
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
            pods: wait::pod_counts(deployment),
            image: image.unwrap_or_default(),
        }
    }

    /// Whether all pods are of the newest revision and ready.
    const fn is_ready(&self) -> bool {
        self.pods.ready >= self.pods.wanted && self.pods.old == 0
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
    for ServiceStatus { name, pods: PodCounts { ready, wanted, old }, image } in services {
        let old = match old {
            0 => String::new(),
            old => format!("  (pods of earlier revisions: {old})"),
        };
        text.push_str(&format!("  {name:width$}  {ready}/{wanted} ready  {image}{old}\n"));
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
            "name": service.name, "ready": service.pods.ready, "wanted": service.pods.wanted,
            "old": service.pods.old, "image": service.image,
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
