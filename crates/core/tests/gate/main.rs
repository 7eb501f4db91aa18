//! Tests that a bundle can only touch its own layer: what the renderer writes passes, and every
//! single change of a name, a namespace, a kind, the pod security or an AWS name is refused.

#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

mod bundles;
mod changes;
mod refused;
mod rendered;

use optakit_core::bundle::{Bundle, BundleError, Violation};
use serde_json::Value;

use bundles::{filled, full, json};

/// Returns the violations of a bundle; none if it is refused before the check.
fn violations(bundle: &Value) -> Option<Vec<Violation>> {
    let bundle = Bundle::parse(&bundle.to_string()).ok()?;
    match bundle.check_layer() {
        Ok(()) => Some(Vec::new()),
        Err(BundleError::OutsideLayer { violations, .. }) => Some(violations),
        Err(error) => panic!("unexpected error: {error}"),
    }
}

fn passes(bundle: &Value) -> bool {
    violations(bundle).is_some_and(|violations| violations.is_empty())
}

#[track_caller]
fn assert_refused(change: impl FnOnce(&mut Value), reason: &str) {
    assert_refused_after(filled(full("nginx", "baseline")), change, reason);
}

#[track_caller]
fn assert_refused_unfilled(change: impl FnOnce(&mut Value), reason: &str) {
    assert_refused_after(json(&full("nginx", "baseline")), change, reason);
}

#[track_caller]
fn assert_refused_after(mut bundle: Value, change: impl FnOnce(&mut Value), reason: &str) {
    change(&mut bundle);
    let found: Vec<String> =
        violations(&bundle).expect("a bundle").iter().map(ToString::to_string).collect();
    assert!(
        found.iter().any(|found| found.contains(reason)),
        "`{reason}` is missing in {found:#?}"
    );
}

/// Returns the first manifest of a kind.
fn manifest<'a>(bundle: &'a mut Value, kind: &str) -> &'a mut Value {
    let manifests = bundle["manifests"].as_array_mut().expect("a list").iter_mut();
    let mut found = manifests.filter(|manifest| manifest["kind"] == kind);
    found.next().expect("the bundle has the kind")
}

fn pod(bundle: &mut Value) -> &mut Value {
    &mut manifest(bundle, "Deployment")["spec"]["template"]["spec"]
}

fn resource<'a>(bundle: &'a mut Value, kind: &str) -> &'a mut Value {
    let resources = bundle["aws"].as_array_mut().expect("a list").iter_mut();
    let mut found = resources.filter(|resource| resource["kind"] == kind);
    &mut found.next().expect("the bundle has the resource")["resource"]
}
