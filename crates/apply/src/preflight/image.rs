//! Checks that the images of the pods are in ECR, and that the nodes can run them.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Node;
use kube::api::{Api, ListParams};
use serde_json::Value;

use super::fault::Fault;
use crate::aws::login::login;
use crate::hint;
use crate::history::{self, Revision, Status};
use crate::image::{Destination, Found, find};
use crate::live::DesiredObject;
use crate::push_image::PackedImage;
use crate::running_image::MissingImage;
use crate::session::Session;

/// The number of nodes whose platform is read.
const NODES: u32 = 200;

/// The images that a run was given.
#[derive(Clone, Copy, Default)]
pub(crate) struct ImageChoice<'a> {
    /// The image that is pushed after the checks.
    pub(crate) later: Option<&'a PackedImage>,
    /// Whether an image may be for a platform that no node has.
    pub(crate) accepts_platform: bool,
}

/// The result of the check.
#[derive(Default)]
pub(super) struct ImageCheck {
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<String>,
}

/// Checks the images in the repositories of the bundle. Skips what it has no permission to read.
pub(super) async fn check(
    session: &Session,
    targets: &[DesiredObject],
    choice: ImageChoice<'_>,
) -> ImageCheck {
    let mut result = ImageCheck::default();
    let Some(aws) = &session.aws else { return result };
    let images = images(session, targets);
    if images.is_empty() {
        return result;
    }
    let (login, nodes) = tokio::join!(login(aws), node_platforms(&session.client));
    let Ok(login) = login else { return result };
    let (mut lines, mut unfit) = (Vec::new(), Vec::new());
    for (repository, version) in images {
        let later = choice.later.filter(|later| later.digest() == version);
        let found = match later {
            Some(later) => Found::For(later.platforms()),
            None => find(&Destination::new(&login, &repository), &version).await,
        };
        match found {
            Found::Missing => {
                lines.push(format!("the repository `{repository}` has no image {version}"));
            }
            Found::For(platforms) if !fits(&platforms, &nodes) => {
                let image = match later {
                    Some(_) => format!("{version} of the archive"),
                    None => format!("{version} in the repository `{repository}`"),
                };
                unfit.push(wrong_platform(&image, &platforms, &nodes));
            }
            Found::For(_) | Found::Unknown => {}
        }
    }
    if !lines.is_empty() {
        lines.push(format!(
            "help: push it with `{}`, or push and apply with `{}`",
            hint::optakit("push", "ARCHIVE"),
            hint::optakit("deploy", "ARCHIVE")
        ));
        result.faults.push(Fault { title: "the image is not in ECR".to_owned(), lines });
    }
    if choice.accepts_platform {
        result.warnings = unfit;
    } else if !unfit.is_empty() {
        unfit.push(build_help(&nodes));
        result.faults.push(Fault { title: "no node can run the image".to_owned(), lines: unfit });
    }
    result
}

/// Returns a fault for services that have no image, with the commands that help.
pub(super) async fn missing(session: &Session) -> Option<Fault> {
    let images = &session.images.missing;
    let first = images.first()?;
    let revisions = match session.namespace_exists {
        // If the revisions cannot be read, the message does not name the last image.
        true => history::list(&session.client, session.layer()).await.unwrap_or_default(),
        false => Vec::new(),
    };
    let line = |MissingImage { hole, running }: &MissingImage| match running {
        Some(running) => format!(
            "{}: {} {} runs {running}, which is not in the repository {}",
            hole.module, hole.workload.0, hole.workload.1, hole.repository
        ),
        None => match last_image(&revisions, &hole.workload.1) {
            Some((number, image)) => {
                format!("{}: not deployed now; revision {number} had {image}", hole.module)
            }
            None => format!("{}: not deployed yet", hole.module),
        },
    };
    let has_others = session.bundle.repositories().nth(1).is_some();
    let module = if has_others { &format!(" --module {}", first.hole.module) } else { "" };
    let archive = format!("ARCHIVE{module}");
    let mut lines: Vec<String> = images.iter().map(line).collect();
    lines.push(format!("help: push an image with `{}`,", hint::optakit("push", &archive)));
    let apply = hint::optakit("apply", "--image-digest DIGEST");
    lines.push(format!("then run `{apply}`, or pass `--image-tag TAG` instead"));
    if session.aws.is_some() && images.len() == 1 {
        let deploy = hint::optakit("deploy", &archive);
        lines.push(format!("or push and apply with `{deploy}`"));
    }
    let modules: Vec<&str> = images.iter().map(|image| image.hole.module.as_str()).collect();
    Some(Fault { title: format!("no image given for {}", modules.join(", ")), lines })
}

/// Returns the number of the last applied revision that has an image for a Deployment or
/// StatefulSet, and this image.
fn last_image<'r>(revisions: &'r [Revision], workload: &str) -> Option<(u32, &'r str)> {
    let is_applied = |found: &&Revision| matches!(found.status, Status::Applied | Status::Deployed);
    let mut applied = revisions.iter().filter(is_applied);
    applied.find_map(|revision| Some((revision.number, &**revision.facts.images.get(workload)?)))
}

/// Returns the help for images that no node can run.
fn build_help(nodes: &BTreeSet<String>) -> String {
    let wanted: Vec<&str> = nodes.iter().map(String::as_str).collect();
    format!(
        "help: build it with `docker buildx build --platform {}`; if nodes for it will be added, \
         pass `--accept-platform`",
        wanted.join(",")
    )
}

/// Returns the text about an image that no node can run.
fn wrong_platform(image: &str, platforms: &BTreeSet<String>, nodes: &BTreeSet<String>) -> String {
    format!(
        "the image {image} is built for {}, but the nodes are {}; its pods cannot start",
        join(platforms),
        join(nodes)
    )
}

/// Returns the repository and the digest or tag of each image in the repositories of the bundle.
fn images(session: &Session, targets: &[DesiredObject]) -> BTreeSet<(String, String)> {
    let names: Vec<&str> =
        session.bundle.repositories().map(|(_, repository)| repository.name.as_str()).collect();
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

/// Returns the platforms of the nodes, such as `linux/amd64`. Without permission to list nodes, the
/// set is empty.
async fn node_platforms(client: &kube::Client) -> BTreeSet<String> {
    let nodes = Api::<Node>::all(client.clone()).list(&ListParams::default().limit(NODES)).await;
    let nodes = nodes.map(|list| list.items).unwrap_or_default();
    let platform = |node: Node| {
        let mut labels = node.metadata.labels?;
        let architecture = labels.remove("kubernetes.io/arch")?;
        let os = labels.remove("kubernetes.io/os").unwrap_or_else(|| "linux".to_owned());
        Some(format!("{os}/{architecture}"))
    };
    nodes.into_iter().filter_map(platform).collect()
}

/// Whether any node can run any of the platforms of an image. A platform can have a variant, such
/// as `linux/arm64/v8`. Unknown platforms and nodes fit.
fn fits(platforms: &BTreeSet<String>, nodes: &BTreeSet<String>) -> bool {
    let runs = |platform: &String| {
        let mut parts = platform.split('/');
        let (os, architecture) = (parts.next(), parts.next());
        nodes.iter().any(|node| node.split_once('/') == os.zip(architecture))
    };
    platforms.is_empty() || nodes.is_empty() || platforms.iter().any(runs)
}

fn join(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operating_system_and_architecture_must_fit() {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let check = |platforms: &[&str], nodes: &[&str], expected| {
            assert_eq!(fits(&set(platforms), &set(nodes)), expected, "{platforms:?} on {nodes:?}");
        };
        check(&["linux/amd64"], &["linux/amd64"], true);
        check(&["linux/arm64/v8"], &["linux/amd64", "linux/arm64"], true);
        check(&["windows/amd64"], &["linux/amd64"], false);
        check(&["linux/arm64", "windows/amd64"], &["linux/amd64"], false);
        check(&[], &["linux/amd64"], true);
        check(&["linux/arm64"], &[], true);
    }
}
