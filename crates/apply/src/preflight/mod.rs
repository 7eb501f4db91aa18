//! Checks everything that an apply needs before it writes anything. Reports all problems at once.

mod classes;
mod cluster;
mod fault;
mod image;
pub(crate) mod permissions;
mod secrets;

use std::collections::BTreeSet;

use fault::Fault;
use futures::future::join_all;
pub(crate) use image::ImageChoice;
use optakit_core::bundle::{Bundle, List, MissingInput};

use crate::live::DesiredObject;
use crate::session::Session;

/// Why an apply cannot succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreflightError {
    #[error("{}; nothing was changed{}", headline(.0), details(.0))]
    Faults(Vec<Fault>),
    #[error(
        "the bundle has missing values: {}\n  \
         help: add them to a values file, and pass it with `--values FILE`; to apply a bundle \
         file, first write it again with these values",
        inputs.join(", ")
    )]
    UnknownInputs { inputs: Vec<String> },
}

fn headline(faults: &[Fault]) -> String {
    faults.iter().map(|fault| fault.title.as_str()).collect::<Vec<_>>().join("; ")
}

fn details(faults: &[Fault]) -> String {
    faults.iter().flat_map(|fault| &fault.lines).map(|line| format!("\n  {line}")).collect()
}

/// Checks that each AUTO image has a tag or a digest, or runs already.
///
/// # Errors
///
/// Fails with the services that have no image, and with the commands that help.
pub(crate) async fn check_images(session: &Session) -> Result<(), PreflightError> {
    image::missing(session).await.map_or(Ok(()), |fault| Err(PreflightError::Faults(vec![fault])))
}

/// Checks that the manifests have no holes, except holes for the inputs `allowed`.
///
/// # Errors
///
/// Fails with the inputs of the other holes.
pub(crate) fn check_inputs(bundle: &Bundle, allowed: &[&str]) -> Result<(), PreflightError> {
    let in_manifests = |missing: &&MissingInput| {
        missing.at.iter().any(|location| location.list == List::Manifests)
    };
    let is_allowed = |hole: &&MissingInput| allowed.contains(&hole.input.as_str());
    let missing = bundle.holes.iter().filter(in_manifests).filter(|hole| !is_allowed(hole));
    let inputs: Vec<String> = missing.map(|hole| hole.input.clone()).collect();
    if inputs.is_empty() { Ok(()) } else { Err(PreflightError::UnknownInputs { inputs }) }
}

/// Checks the permissions that a takeover needs in the layer, and in the namespaces of the Helm
/// releases.
///
/// # Errors
///
/// Fails with all missing permissions.
pub(crate) async fn check_takeover(
    session: &Session,
    targets: &[DesiredObject],
    records: &BTreeSet<(&str, &'static str)>,
) -> Result<(), PreflightError> {
    let client = &session.client;
    let in_layer = permissions::check(client, session.layer(), targets, true);
    let in_releases = records
        .iter()
        .map(|(namespace, resource)| permissions::check_records(client, namespace, resource));
    let (in_layer, in_releases) = tokio::join!(in_layer, join_all(in_releases));
    let faults: Vec<Fault> =
        in_layer.into_iter().chain(in_releases.into_iter().flatten()).collect();
    if faults.is_empty() { Ok(()) } else { Err(PreflightError::Faults(faults)) }
}

/// Checks the permissions in the cluster that an apply of a bundle needs.
///
/// # Errors
///
/// Fails with all missing permissions.
pub(crate) async fn check_permissions(
    client: &kube::Client,
    bundle: &Bundle,
    namespace_exists: bool,
) -> Result<(), PreflightError> {
    let objects = bundle.manifests.iter().enumerate();
    let objects: Vec<DesiredObject> =
        objects.map(|(index, object)| DesiredObject::new(index, object)).collect();
    let layer = &bundle.metadata.layer;
    let fault = permissions::check(client, layer, &objects, namespace_exists).await;
    fault.map_or(Ok(()), |fault| Err(PreflightError::Faults(vec![fault])))
}

/// Checks everything that an apply of these objects needs in the cluster and in the registry.
///
/// Returns warnings about parts of the cluster that the apply does not need, but the service does.
///
/// # Errors
///
/// Fails with all problems, and with the fix of each.
pub(crate) async fn check(
    session: &Session,
    targets: &[DesiredObject],
    choice: ImageChoice<'_>,
) -> Result<Vec<String>, PreflightError> {
    let (client, bundle) = (&session.client, &session.bundle);
    // Services without an image will have pods too.
    let objects = session.objects();
    let objects = if session.images.missing.is_empty() { targets } else { &objects };
    let has_pods = objects.iter().any(|object| object.kind.pod_template().is_some());
    let secrets = async {
        if has_pods { secrets::check(client, bundle, session.namespace_exists).await } else { None }
    };
    let urls = secrets::in_urls(client, bundle, session.namespace_exists);
    let (cluster, permissions, secrets, images, urls, warnings) = tokio::join!(
        cluster::check(session),
        permissions::check(client, session.layer(), objects, session.namespace_exists),
        secrets,
        image::check(session, targets, choice),
        urls,
        classes::warnings(client, targets),
    );
    let missing = image::missing(session).await;
    let faults = [cluster, permissions, secrets, missing].into_iter().flatten();
    let faults: Vec<Fault> = faults.chain(images.faults).collect();
    if faults.is_empty() {
        Ok(images.warnings.into_iter().chain(urls).chain(warnings).collect())
    } else {
        Err(PreflightError::Faults(faults))
    }
}
