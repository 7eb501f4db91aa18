//! Which objects are ours to take away: an ApplySet as kubectl keeps one
//! (<https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune>). A parent says the
//! kinds, a label on each member the parent; what carries the label and was not applied this time
//! goes.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, Preconditions};
use kube::core::ApiResource;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::live::{LiveError, MANAGER, Target, explain, resource_of};

const ID: &str = "applyset.kubernetes.io/id";
const PART_OF: &str = "applyset.kubernetes.io/part-of";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
/// An object with this annotation, set to `true`, is never taken away.
const KEEP: &str = "optakit.dev/keep";

/// The set of a layer's objects.
#[derive(Clone, Debug)]
pub(crate) struct ApplySet {
    layer: String,
    id: String,
    /// The group-kinds that the parent says are in it, like `Deployment.apps`.
    known: BTreeSet<String>,
}

/// An object of the set that the bundle does not have any more.
#[derive(Clone, Debug)]
pub(crate) struct Leftover {
    pub(crate) kind: String,
    pub(crate) name: String,
    uid: String,
    resource: ApiResource,
}

impl Leftover {
    /// Kind and name, for people.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

fn parent_name(layer: &str) -> String {
    format!("optakit-{layer}")
}

/// The id of a set: a hash over name, namespace, kind and group of its parent.
fn id_of(layer: &str) -> String {
    let hash = Sha256::digest(format!("{}.{layer}.ConfigMap.", parent_name(layer)));
    format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(hash))
}

impl ApplySet {
    /// Reads the set of a layer; an empty one where there is none yet.
    ///
    /// # Errors
    ///
    /// When the parent cannot be read, or belongs to another tool.
    pub(crate) async fn read(client: &kube::Client, layer: &str) -> Result<Self, LiveError> {
        let object = format!("ConfigMap {}", parent_name(layer));
        let parents: Api<ConfigMap> = Api::namespaced(client.clone(), layer);
        let found = parents
            .get_opt(&parent_name(layer))
            .await
            .map_err(|error| explain(error, "reading", &object))?;
        let annotations = found.and_then(|parent| parent.metadata.annotations).unwrap_or_default();
        let tooling = annotations.get(TOOLING).map(String::as_str).unwrap_or("optakit/");
        if !tooling.starts_with("optakit/") {
            let reason = format!("it is the parent of an ApplySet of {tooling}");
            return Err(LiveError::Refused { object, reason });
        }
        let kinds = annotations.get(KINDS).map(String::as_str).unwrap_or_default();
        let known = kinds.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
        Ok(Self { layer: layer.to_owned(), id: id_of(layer), known })
    }

    /// The set of a layer of which nothing is there yet.
    pub(crate) fn empty(layer: &str) -> Self {
        Self { layer: layer.to_owned(), id: id_of(layer), known: BTreeSet::new() }
    }

    /// Labels objects as members. A Namespace is none: it is never taken away.
    pub(crate) fn label(&self, targets: &mut [Target]) {
        for target in targets.iter_mut().filter(|target| target.namespace.is_some()) {
            target.object["metadata"]["labels"][PART_OF] = self.id.as_str().into();
        }
    }

    /// Writes the parent with the kinds of these objects, and with those that were in it before
    /// unless `only` these.
    ///
    /// Before an apply it names old and new kinds, after it the new ones: whenever a run dies, the
    /// next one finds all.
    ///
    /// # Errors
    ///
    /// When the API server refuses it.
    pub(crate) async fn announce(
        &mut self,
        client: &kube::Client,
        targets: &[Target],
        only: bool,
    ) -> Result<(), LiveError> {
        let mut kinds: BTreeSet<String> =
            targets.iter().filter(|target| target.namespace.is_some()).map(group_kind).collect();
        if !only {
            kinds.extend(self.known.iter().cloned());
        }
        if kinds == self.known {
            return Ok(());
        }
        let name = parent_name(&self.layer);
        let parent = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": self.layer,
                "labels": { ID: self.id, "app.kubernetes.io/managed-by": "optakit" },
                "annotations": {
                    TOOLING: concat!("optakit/", env!("CARGO_PKG_VERSION")),
                    KINDS: kinds.iter().cloned().collect::<Vec<_>>().join(","),
                },
            },
        });
        let parents: Api<ConfigMap> = Api::namespaced(client.clone(), &self.layer);
        let params = PatchParams::apply(MANAGER).force();
        let written = parents.patch(&name, &params, &Patch::Apply(&parent)).await;
        written.map_err(|error| explain(error, "writing", &format!("ConfigMap {name}")))?;
        self.known = kinds;
        Ok(())
    }

    /// The members that are none of these objects (by kind and name) and may go.
    ///
    /// # Errors
    ///
    /// When they cannot be listed.
    pub(crate) async fn leftovers(
        &self,
        client: &kube::Client,
        kept: &[(String, String)],
    ) -> Result<Vec<Leftover>, LiveError> {
        let list = |group_kind: &String| {
            let group_kind = group_kind.clone();
            async move {
                let Some(resource) = resource_of(&group_kind) else { return Ok(Vec::new()) };
                let api: Api<DynamicObject> =
                    Api::namespaced_with(client.clone(), &self.layer, &resource);
                let members = ListParams::default().labels(&format!("{PART_OF}={}", self.id));
                match api.list(&members).await {
                    Ok(list) => {
                        Ok(list.items.into_iter().map(|item| (resource.clone(), item)).collect())
                    }
                    // A kind whose definition is gone has no objects either.
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(Vec::new()),
                    Err(error) => Err(explain(error, "listing", &resource.kind)),
                }
            }
        };
        let mut leftovers = Vec::new();
        for found in futures::future::join_all(self.known.iter().map(list)).await {
            for (resource, item) in found? {
                leftovers.extend(leftover(resource, &item, kept));
            }
        }
        Ok(leftovers)
    }

    /// Takes leftovers away, each only as the object that was seen.
    ///
    /// # Errors
    ///
    /// When one cannot be deleted.
    pub(crate) async fn prune(
        &self,
        client: &kube::Client,
        leftovers: &[Leftover],
    ) -> Result<(), LiveError> {
        for leftover in leftovers {
            let api: Api<DynamicObject> =
                Api::namespaced_with(client.clone(), &self.layer, &leftover.resource);
            let seen = Preconditions { uid: Some(leftover.uid.clone()), resource_version: None };
            let params = DeleteParams { preconditions: Some(seen), ..DeleteParams::background() };
            match api.delete(&leftover.name, &params).await {
                Ok(_) => {}
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                Err(error) => return Err(explain(error, "deleting", &leftover.label())),
            }
        }
        Ok(())
    }
}

impl ApplySet {
    /// Deletes the parent, when no member is left.
    ///
    /// # Errors
    ///
    /// When the API server refuses it.
    pub(crate) async fn forget(&self, client: &kube::Client) -> Result<(), LiveError> {
        let parents: Api<ConfigMap> = Api::namespaced(client.clone(), &self.layer);
        let name = parent_name(&self.layer);
        match parents.delete(&name, &DeleteParams::default()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(explain(error, "deleting", &format!("ConfigMap {name}"))),
        }
    }
}

/// Kind and group of an object as an ApplySet writes them: `Service`, `Deployment.apps`.
fn group_kind(target: &Target) -> String {
    let api_version = target.object["apiVersion"].as_str().unwrap_or_default();
    match api_version.split_once('/') {
        Some((group, _)) => format!("{}.{group}", target.kind),
        None => target.kind.clone(),
    }
}

/// The member as a leftover, unless it is still wanted or must never go.
fn leftover(
    resource: ApiResource,
    item: &DynamicObject,
    kept: &[(String, String)],
) -> Option<Leftover> {
    let (kind, name) = (resource.kind.clone(), item.metadata.name.clone()?);
    let wanted = kept.iter().any(|(kept_kind, kept_name)| *kept_kind == kind && *kept_name == name);
    let annotated = item
        .metadata
        .annotations
        .as_ref()
        .and_then(|annotations| annotations.get(KEEP))
        .is_some_and(|keep| keep == "true");
    let ours = item
        .metadata
        .managed_fields
        .iter()
        .flatten()
        .any(|field| field.manager.as_deref() == Some(MANAGER));
    let precious = matches!(kind.as_str(), "Namespace" | "PersistentVolumeClaim")
        || (kind == "Secret" && name == "manual-secrets");
    let leaving = item.metadata.deletion_timestamp.is_some();
    let uid = item.metadata.uid.clone()?;
    (!wanted && !annotated && ours && !precious && !leaving).then_some(Leftover {
        kind,
        name,
        uid,
        resource,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_id_is_what_kubectl_makes_of_the_parent() {
        // echo -n optakit-shop.shop.ConfigMap. | sha256sum | xxd -r -p | base64 | tr '+/' '-_' | tr
        // -d =
        assert_eq!(id_of("shop"), "applyset-QHaY2wMbQb0rLb2zyyrfxdAgnjoVMrheT97yuTmhs1Q-v1");
    }

    fn item(kind: &str, metadata: Value) -> (ApiResource, DynamicObject) {
        let resource = resource_of(kind).expect("a known kind");
        let item = serde_json::from_value(json!({ "metadata": metadata })).expect("an object");
        (resource, item)
    }

    #[test]
    fn only_what_is_ours_unwanted_and_not_precious_goes() {
        let ours = json!([{"manager": "optakit", "operation": "Apply"}]);
        let check = |kind: &str, metadata: Value, goes: bool| {
            let (resource, item) = item(kind, metadata.clone());
            let kept = [("Service".to_owned(), "api".to_owned())];
            assert_eq!(leftover(resource, &item, &kept).is_some(), goes, "{kind} {metadata}");
        };
        check("Service", json!({"name": "old", "uid": "1", "managedFields": ours}), true);
        check("Service", json!({"name": "api", "uid": "1", "managedFields": ours}), false);
        check(
            "Service",
            json!({"name": "old", "uid": "1", "managedFields": [{"manager": "helm"}]}),
            false,
        );
        check(
            "Service",
            json!({"name": "old", "uid": "1", "managedFields": ours, "annotations": {KEEP: "true"}}),
            false,
        );
        check(
            "Service",
            json!({"name": "old", "uid": "1", "managedFields": ours, "deletionTimestamp": "2026-01-01T00:00:00Z"}),
            false,
        );
        check(
            "Secret",
            json!({"name": "manual-secrets", "uid": "1", "managedFields": ours}),
            false,
        );
        check("Deployment.apps", json!({"name": "api", "uid": "1", "managedFields": ours}), true);
    }
}
