//! The changes of the volumes of a StatefulSet.
//!
//! The API server rejects a change of the claims in a StatefulSet. So larger claims are patched
//! one by one, and the StatefulSet is deleted without its pods and created again. The new
//! StatefulSet adopts the pods. A claim is never deleted, and it cannot shrink.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::api::{Api, ListParams, Patch, PatchParams};
use optakit_core::model::kubernetes_quantity::billionths;
use serde_json::{Value, json};

use super::error::{LiveError, explain};
use super::object::{DesiredObject, to_value};
use crate::owner::MANAGER;

/// The JSON pointer to the templates of the claims.
const TEMPLATES: &str = "/spec/volumeClaimTemplates";
const MOUNTS: &str = "/spec/template/spec/containers/0/volumeMounts";

/// A change of the claims of a live StatefulSet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VolumeChange {
    /// The claims that get larger, with their size after the apply.
    claims: Vec<(String, String)>,
    /// What changes, for people.
    parts: Vec<String>,
}

impl VolumeChange {
    /// Returns the change for people: `opta-persistent-0 10Gi → 20Gi; …`.
    pub(crate) fn text(&self) -> String {
        format!("{}; the StatefulSet is created again, its pods stay", self.summary())
    }

    /// Returns what changes.
    pub(crate) fn summary(&self) -> String {
        self.parts.join(", ")
    }

    /// Makes the claims larger.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the size of a claim.
    pub(crate) async fn grow(
        &self,
        client: &kube::Client,
        target: &DesiredObject,
        dry_run: bool,
    ) -> Result<(), LiveError> {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let api: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), namespace);
        let field_manager = Some(MANAGER.to_owned());
        let params = PatchParams { dry_run, field_manager, ..PatchParams::default() };
        let (api, params) = (&api, &params);
        let patch = async |(name, size): &(String, String)| {
            let patch = json!({ "spec": { "resources": { "requests": { "storage": size } } } });
            let patched = api.patch(name, params, &Patch::Merge(&patch)).await;
            let object = format!("PersistentVolumeClaim {name}");
            patched.map_err(|error| explain(error, "resizing", &object))
        };
        try_join_all(self.claims.iter().map(patch)).await.map(|_| ())
    }
}

/// Returns the change of the claims of a live StatefulSet, if they change.
///
/// # Errors
///
/// Fails if a claim would shrink, or if the API server rejects a larger one in a dry run.
pub(crate) async fn volume_change(
    client: &kube::Client,
    target: &DesiredObject,
    live: &Value,
) -> Result<Option<VolumeChange>, LiveError> {
    let parts = parts(target, live)?;
    if parts.is_empty() {
        return Ok(None);
    }
    let claims = smaller_claims(client, target).await?;
    let change = VolumeChange { claims, parts };
    change.grow(client, target, true).await?;
    Ok(Some(change))
}

/// Describes each change of the claims.
fn parts(target: &DesiredObject, live: &Value) -> Result<Vec<String>, LiveError> {
    let (before, after) = (sizes(live), sizes(&target.object));
    let mut parts = Vec::new();
    for (name, to) in &after {
        match before.get(name) {
            None => parts.push(format!("{name} added")),
            Some(from) if billionths(to) == billionths(from) => {}
            Some(from) if billionths(to) < billionths(from) => {
                let (object, volume) = (target.label(), name.clone());
                let (from, to) = (from.clone(), to.clone());
                return Err(LiveError::SmallerVolume { object, volume, from, to });
            }
            Some(from) => parts.push(format!("{name} {from} → {to}")),
        }
    }
    let removed = before.keys().filter(|name| !after.contains_key(*name));
    parts.extend(removed.map(|name| format!("{name} removed, its claims stay")));
    if !parts.is_empty() {
        let (old, new) = (mounts(live), mounts(&target.object));
        parts.extend(new.iter().filter_map(|(name, to)| {
            let from = old.get(name).filter(|from| *from != to)?;
            Some(format!("{name} moves from {from} to {to}"))
        }));
    }
    Ok(parts)
}

/// Returns the size of each claim in a StatefulSet.
fn sizes(set: &Value) -> BTreeMap<String, String> {
    let templates = set.pointer(TEMPLATES).and_then(Value::as_array).into_iter().flatten();
    let size = |template: &Value| {
        let size = template.pointer("/spec/resources/requests/storage")?.as_str()?;
        Some((template["metadata"]["name"].as_str()?.to_owned(), size.to_owned()))
    };
    templates.filter_map(size).collect()
}

/// Returns the path of each mount in the first container.
fn mounts(set: &Value) -> BTreeMap<String, String> {
    let mounts = set.pointer(MOUNTS).and_then(Value::as_array).into_iter().flatten();
    let path = |mount: &Value| {
        Some((mount["name"].as_str()?.to_owned(), mount["mountPath"].as_str()?.to_owned()))
    };
    mounts.filter_map(path).collect()
}

/// Returns the claims of the pods that are smaller than the StatefulSet wants, with the new size.
async fn smaller_claims(
    client: &kube::Client,
    target: &DesiredObject,
) -> Result<Vec<(String, String)>, LiveError> {
    let namespace = target.namespace.as_deref().unwrap_or_default();
    let api: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), namespace);
    let found = api.list(&ListParams::default()).await;
    let found = found.map_err(|error| explain(error, "listing", "the PersistentVolumeClaims"))?;
    let wanted = sizes(&target.object);
    let claims = found.items.into_iter().filter_map(|claim| {
        let name = claim.metadata.name?;
        let size = claim.spec?.resources?.requests?.get("storage")?.0.clone();
        let is_of = |template: &&String| is_claim_of_pod(&name, template, &target.name);
        let wanted = wanted.iter().find(|(template, _)| is_of(template)).map(|(_, size)| size)?;
        (billionths(&size) < billionths(wanted)).then(|| (name, wanted.clone()))
    });
    Ok(claims.collect())
}

/// Whether a claim belongs to a pod of a StatefulSet: `TEMPLATE-SET-NUMBER`.
fn is_claim_of_pod(claim: &str, template: &str, set: &str) -> bool {
    let number = claim.strip_prefix(template).and_then(|rest| rest.strip_prefix('-'));
    let number = number.and_then(|rest| rest.strip_prefix(set)?.strip_prefix('-'));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// Returns a StatefulSet with the claims of the live one. The API server accepts it in a dry run.
pub(super) fn with_live_claims(target: &DesiredObject, live: &Value) -> DesiredObject {
    let mut copy = target.clone();
    if let Some(templates) = live.pointer(TEMPLATES) {
        copy.object["spec"]["volumeClaimTemplates"] = templates.clone();
    }
    copy
}

/// Sets the claims that a StatefulSet has after the apply.
pub(super) fn set_claims(wanted: &mut Value, target: &DesiredObject) {
    let Some(templates) = target.object.pointer(TEMPLATES) else { return };
    let live = wanted.pointer(TEMPLATES).and_then(Value::as_array).cloned().unwrap_or_default();
    let of_live = |template: &Value| {
        let name = &template["metadata"]["name"];
        let mut same = live.iter().find(|live| live["metadata"]["name"] == *name)?.clone();
        same["spec"]["resources"] = template["spec"]["resources"].clone();
        Some(same)
    };
    let templates = templates.as_array().into_iter().flatten();
    let merged = templates.map(|template| of_live(template).unwrap_or_else(|| template.clone()));
    wanted["spec"]["volumeClaimTemplates"] = merged.collect();
}

/// Keeps the size of live claims that are larger than in the manifests. A rollback needs it,
/// because a claim cannot shrink.
///
/// # Errors
///
/// Fails if a StatefulSet cannot be read.
pub(crate) async fn keep_larger_claims(
    client: &kube::Client,
    targets: &mut [DesiredObject],
) -> Result<(), LiveError> {
    for target in targets.iter_mut().filter(|target| !sizes(&target.object).is_empty()) {
        let live = target.api(client).get_opt(&target.name).await;
        let live = live.map_err(|error| explain(error, "reading", &target.label()))?;
        let live = live.map(|live| sizes(&to_value(live))).unwrap_or_default();
        let templates = target.object.pointer_mut(TEMPLATES).and_then(Value::as_array_mut);
        for template in templates.into_iter().flatten() {
            let name = template["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            let size = &mut template["spec"]["resources"]["requests"]["storage"];
            let is_smaller = |live: &&String| {
                size.as_str().is_some_and(|size| billionths(size) < billionths(live))
            };
            if let Some(larger) = live.get(&name).filter(is_smaller) {
                *size = larger.as_str().into();
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use optakit_core::bundle::BundleObject;

    use super::*;

    fn set(claims: &[(&str, &str, &str)]) -> Value {
        let template = |(name, size, _): &(&str, &str, &str)| {
            let spec = json!({"resources": {"requests": {"storage": size}}});
            json!({"metadata": {"name": name}, "spec": spec})
        };
        let mount = |(name, _, path): &(&str, &str, &str)| json!({"name": name, "mountPath": path});
        let container = json!({"volumeMounts": claims.iter().map(mount).collect::<Vec<_>>()});
        json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "api"},
            "spec": {
                "volumeClaimTemplates": claims.iter().map(template).collect::<Vec<_>>(),
                "template": {"spec": {"containers": [container]}},
            },
        })
    }

    fn target(claims: &[(&str, &str, &str)]) -> DesiredObject {
        DesiredObject::new(0, &BundleObject::new(set(claims)).expect("a known kind"))
    }

    #[test]
    fn each_change_of_a_claim_is_described() {
        let live = set(&[("a", "10Gi", "/a"), ("b", "1Gi", "/b")]);
        let check = |claims: &[(&str, &str, &str)], expected: &[&str]| {
            assert_eq!(parts(&target(claims), &live).expect("no claim shrinks"), expected);
        };
        check(&[("a", "10Gi", "/a"), ("b", "1024Mi", "/b")], &[]);
        check(&[("a", "10.5Gi", "/a"), ("b", "1Gi", "/b")], &["a 10Gi → 10.5Gi"]);
        check(&[("a", "20Gi", "/a"), ("b", "1Gi", "/b")], &["a 10Gi → 20Gi"]);
        let added = [("a", "10Gi", "/a"), ("b", "1Gi", "/b"), ("c", "1Gi", "/c")];
        check(&added, &["c added"]);
        check(&[("a", "10Gi", "/b")], &["b removed, its claims stay", "a moves from /a to /b"]);
        let smaller = parts(&target(&[("a", "9Gi", "/a")]), &live).expect_err("a claim shrinks");
        assert!(smaller.is_refusal(), "{smaller}");
    }

    #[test]
    fn claims_have_the_name_of_their_pod() {
        assert!(is_claim_of_pod("data-shop-api-12", "data", "shop-api"));
        for other in ["data-shop-api", "data-shop-api-x", "data-shop-api-1-1", "log-shop-api-1"] {
            assert!(!is_claim_of_pod(other, "data", "shop-api"), "{other}");
        }
    }
}
