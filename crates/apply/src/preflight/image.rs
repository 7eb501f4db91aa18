//! Whether the images that pods are to run are in ECR, and made for the nodes there are.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Node;
use kube::api::{Api, ListParams};
use serde_json::Value;

use super::fault::Fault;
use crate::aws::login::login;
use crate::image::{Destination, Found, find};
use crate::live::DesiredObject;
use crate::session::Session;

/// Faults and warnings about the images in repositories of the bundle's own. What may not be asked
/// is left out.
pub(super) async fn check(
    session: &Session,
    targets: &[DesiredObject],
) -> (Vec<Fault>, Vec<String>) {
    let Some(aws) = &session.aws else { return (Vec::new(), Vec::new()) };
    let wanted = wanted(session, targets);
    if wanted.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let (login, architectures) = tokio::join!(login(aws), architectures(&session.client));
    let Ok(login) = login else { return (Vec::new(), Vec::new()) };
    let (mut lines, mut warnings) = (Vec::new(), Vec::new());
    for (repository, version) in wanted {
        let at = Destination::new(&login, &repository);
        match find(&at, &version).await {
            Found::Missing => {
                lines.push(format!("the repository `{repository}` has no {version}"));
            }
            Found::For(platforms) if !fits(&platforms, &architectures) => warnings.push(format!(
                "the image {repository}@{version} is for {}, the nodes are {}: its pods would not start there\n  build it with `docker buildx build --platform {}`",
                join(&platforms),
                join(&architectures),
                architectures.iter().map(|architecture| format!("linux/{architecture}")).collect::<Vec<_>>().join(","),
            )),
            Found::For(_) | Found::Unknown => {}
        }
    }
    if lines.is_empty() {
        return (Vec::new(), warnings);
    }
    lines.push(
        "push it first: `optakit push ARCHIVE`, or `optakit deploy BUNDLE ARCHIVE` for both"
            .to_owned(),
    );
    (vec![Fault { title: "the image is not in ECR".to_owned(), lines }], warnings)
}

/// Repository and digest or tag of the images in repositories of the bundle's own.
fn wanted(session: &Session, targets: &[DesiredObject]) -> BTreeSet<(String, String)> {
    let repositories =
        session.bundle.aws.iter().filter(|document| document.kind == "ecr-repository");
    let names: Vec<&str> =
        repositories.filter_map(|document| document.resource["name"].as_str()).collect();
    let containers = targets.iter().filter_map(|target| {
        target.object.pointer("/spec/template/spec/containers").and_then(Value::as_array)
    });
    let images = containers.flatten().filter_map(|container| container["image"].as_str());
    images
        .filter_map(|image| {
            let (_, path) = image.split_once('/')?;
            let (name, version) = path.split_once('@').or_else(|| path.rsplit_once(':'))?;
            names.contains(&name).then(|| (name.to_owned(), version.to_owned()))
        })
        .collect()
}

/// The architectures of the nodes; none where they may not be listed.
async fn architectures(client: &kube::Client) -> BTreeSet<String> {
    let nodes = Api::<Node>::all(client.clone()).list(&ListParams::default().limit(200)).await;
    let nodes = nodes.map(|list| list.items).unwrap_or_default();
    nodes
        .into_iter()
        .filter_map(|node| node.metadata.labels?.remove("kubernetes.io/arch"))
        .collect()
}

/// Whether any platform is that of any node; what is not known fits.
fn fits(platforms: &BTreeSet<String>, architectures: &BTreeSet<String>) -> bool {
    let runs = |platform: &String| {
        platform.split('/').nth(1).is_some_and(|architecture| architectures.contains(architecture))
    };
    platforms.is_empty() || architectures.is_empty() || platforms.iter().any(runs)
}

fn join(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
