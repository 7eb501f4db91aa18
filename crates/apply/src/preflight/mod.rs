//! What must be true before anything is written: all of it is asked at once, and all that is
//! missing is said at once.

mod classes;
mod cluster;
mod fault;
mod image;
pub(crate) mod permissions;
mod secrets;

use fault::Fault;
use optakit_core::bundle::{Bundle, Hole, List};
use optakit_core::kind::Kind;

use crate::live::DesiredObject;
use crate::session::Session;

/// What is missing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreflightError {
    #[error("{}, nothing was changed{}", headline(.0), details(.0))]
    Faults(Vec<Fault>),
    #[error("the bundle needs values that are not known: {}\n  make it again with a values file: `optakit bundle --values FILE`", inputs.join(", "))]
    UnknownInputs { inputs: Vec<String> },
}

fn headline(faults: &[Fault]) -> String {
    faults.iter().map(|fault| fault.title.as_str()).collect::<Vec<_>>().join("; ")
}

fn details(faults: &[Fault]) -> String {
    faults.iter().flat_map(|fault| &fault.lines).map(|line| format!("\n  {line}")).collect()
}

/// Checks that the manifests have no holes but the image's.
///
/// # Errors
///
/// With the inputs that are missing.
pub(crate) fn check_inputs(bundle: &Bundle, allowed: &str) -> Result<(), PreflightError> {
    let in_manifests =
        |hole: &&Hole| hole.at.iter().any(|location| location.list == List::Manifests);
    let missing = bundle.holes.iter().filter(in_manifests).filter(|hole| hole.input != allowed);
    let inputs: Vec<String> = missing.map(|hole| hole.input.clone()).collect();
    if inputs.is_empty() { Ok(()) } else { Err(PreflightError::UnknownInputs { inputs }) }
}

/// Asks cluster and registry for everything that an apply of these targets needs.
///
/// Returns what the apply does not need, but its purpose does, for people.
///
/// # Errors
///
/// With everything that is missing, and what to do about each.
pub(crate) async fn check(
    session: &Session,
    targets: &[DesiredObject],
) -> Result<Vec<String>, PreflightError> {
    let (client, bundle) = (&session.client, &session.bundle);
    let has_pods = targets.iter().any(|target| target.kind == Kind::Deployment);
    let secrets = async {
        if has_pods {
            secrets::check(client, bundle, session.namespace_exists).await
        } else {
            Vec::new()
        }
    };
    let (other, permissions, secrets, (images, remarks), warnings) = tokio::join!(
        cluster::check(session),
        permissions::check(client, session.layer(), targets, session.namespace_exists),
        secrets,
        image::check(session, targets),
        classes::warnings(client, targets),
    );
    let faults: Vec<Fault> =
        other.into_iter().chain(permissions).chain(secrets).chain(images).collect();
    if faults.is_empty() {
        Ok(remarks.into_iter().chain(warnings).collect())
    } else {
        Err(PreflightError::Faults(faults))
    }
}
