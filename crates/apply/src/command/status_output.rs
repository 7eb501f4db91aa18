//! The output of `optakit status`.

use optakit_core::aws::ecr::EcrRepository;
use serde_json::{Value, json};

use super::service_status::{LayerStatus, OldPods, ServiceStatus};
use crate::history::Revision;
use crate::session::Session;
use crate::wait::PodCounts;

/// The first column of a line about old pods.
const OLD: &str = "  old pods";

pub(super) fn text(session: &Session, status: &LayerStatus) -> String {
    let mut text = format!("{} in {}\n", session.layer(), session.cluster);
    text.push_str(&match &status.revision {
        Some(Revision { number, status, recorded, facts, .. }) => {
            let author = facts.author.iter().map(|author| format!(" by {author}"));
            let author: String = author.collect();
            format!("revision {number} ({status}), recorded {recorded}{author}\n")
        }
        None => "no revision\n".to_owned(),
    });
    let names = status.services.iter().map(|service| service.name.len());
    let width = names.chain([OLD.len()]).max().unwrap_or(0);
    for service in &status.services {
        let name = &service.name;
        let image = with_revision(&service.image, service.revision);
        let Some(PodCounts { ready, wanted, old }) = service.pods else {
            text.push_str(&format!("  {name:width$}  does not exist  {image}\n"));
            continue;
        };
        text.push_str(&format!("  {name:width$}  {ready}/{wanted} ready  {image}\n"));
        for OldPods { pods, revision } in &service.old {
            let image = with_revision(&pods.image, *revision);
            let (ready, pods) = (pods.ready, pods.pods);
            text.push_str(&format!("  {OLD:width$}  {ready}/{pods} ready  {image}\n"));
        }
        if old > 0 && service.old.is_empty() {
            text.push_str(&format!("  {OLD:width$}  {old}\n"));
        }
    }
    if status.services.is_empty() {
        text.push_str("  no Deployments\n");
    }
    for (_, repository) in session.bundle.repositories() {
        text.push_str(&format!("  ECR repository {}\n", repository.name));
    }
    text
}

/// Returns the text with more facts about the revision.
pub(super) fn wide(session: &Session, status: &LayerStatus) -> String {
    let mut text = text(session, status);
    let Some(Revision { digest, facts, .. }) = &status.revision else { return text };
    text.push_str(&format!("  digest {digest}\n"));
    if let Some(commit) = &facts.commit {
        text.push_str(&format!("  commit {}\n", commit.sha));
    }
    if let Some(cause) = &facts.cause {
        text.push_str(&format!("  cause  {cause}\n"));
    }
    text
}

/// Returns the names of the Deployments, as kubectl takes them.
pub(super) fn names(status: &LayerStatus) -> String {
    let found = status.services.iter().filter(|service| service.pods.is_some());
    found.map(|service| format!("deployment.apps/{}\n", service.name)).collect()
}

fn with_revision(image: &str, revision: Option<u32>) -> String {
    match revision {
        Some(revision) => format!("{image}  (revision {revision})"),
        None => image.to_owned(),
    }
}

pub(super) fn json(session: &Session, status: &LayerStatus) -> String {
    let revision = |revision: &Revision| {
        json!({
            "number": revision.number, "status": revision.status.word(),
            "digest": revision.digest, "recorded": revision.recorded,
            "author": revision.facts.author, "cause": revision.facts.cause,
            "commit": revision.facts.commit.as_ref().map(|commit| &commit.sha),
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
        "ready": status.is_ready(),
        "revision": status.revision.as_ref().map(revision),
        "services": status.services.iter().map(service).collect::<Vec<_>>(),
        "repositories": repositories.map(repository).collect::<Vec<_>>(),
    });
    format!("{status:#}\n")
}

fn service(service: &ServiceStatus) -> Value {
    let old = service.old.iter().map(|OldPods { pods, revision }| {
        json!({
            "revision": revision, "image": pods.image, "ready": pods.ready, "pods": pods.pods,
            "current": false,
        })
    });
    let pods = service.pods;
    let new = json!({
        "revision": service.revision, "image": service.image, "current": true,
        "ready": pods.map_or(0, |pods| pods.ready),
        "pods": pods.map_or(0, |pods| pods.wanted),
    });
    let revisions: Vec<Value> = std::iter::once(new).chain(old).collect();
    json!({
        "name": service.name,
        "exists": pods.is_some(),
        "ready": pods.map_or(0, |pods| pods.ready),
        "wanted": pods.map(|pods| pods.wanted),
        "old": pods.map_or(0, |pods| pods.old),
        "image": service.image,
        "revisions": revisions,
    })
}
