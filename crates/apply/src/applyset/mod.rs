//! The `ApplySet` of a service file, in the format of kubectl: the objects that Optakit may prune
//! (<https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune>).
//!
//! A parent ConfigMap lists the kinds of the members. A label on each member names the parent.
//! Optakit deletes members that the bundle no longer contains.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, Preconditions};
use optakit_core::kind::{Kind, Pruning};
use optakit_core::render::MANUAL_SECRETS;
use optakit_core::visible::visible_line;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::live::{DesiredObject, LiveError, explain, resource_of, to_value};
use crate::owner::MANAGER;
use crate::routes::LiveRoutes;

const ID: &str = "applyset.kubernetes.io/id";
const PART_OF: &str = "applyset.kubernetes.io/part-of";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const TOOL: &str = concat!("optakit/", env!("CARGO_PKG_VERSION"));
const KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
/// Objects with this annotation set to `true` are never pruned.
const KEEP: &str = "optakit.dev/keep";
/// The prefix of the annotations of Optakit on the parent.
const OWN: &str = "optakit.dev/";

/// The objects that Optakit applied for one service file.
#[derive(Clone, Debug)]
pub(crate) struct ApplySet {
    layer: String,
    id: String,
    /// The kinds that the parent lists, such as `Deployment.apps`.
    known: BTreeSet<String>,
    /// The annotations of Optakit on the parent. Each write repeats them, because a server-side
    /// apply removes what it does not contain.
    annotations: BTreeMap<String, String>,
    /// Whether annotations were changed since the parent was read or written.
    is_annotated: bool,
}

/// A member that the bundle no longer contains.
#[derive(Clone, Debug)]
pub(crate) struct Leftover {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    uid: String,
}

impl Leftover {
    /// Returns kind and name for messages.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

fn parent_name(layer: &str) -> String {
    format!("optakit-{layer}")
}

/// Returns the ID of a set: a hash of name, namespace, kind and group of its parent.
fn id_of(layer: &str) -> String {
    let hash = Sha256::digest(format!("{}.{layer}.ConfigMap.", parent_name(layer)));
    format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(hash))
}

impl ApplySet {
    /// Reads the set of a service file. The set is empty if it has no parent yet.
    ///
    /// # Errors
    ///
    /// Fails if the parent cannot be read or belongs to another tool.
    pub(crate) async fn read(client: &kube::Client, layer: &str) -> Result<Self, LiveError> {
        let object = format!("ConfigMap {}", parent_name(layer));
        let parents: Api<ConfigMap> = Api::namespaced(client.clone(), layer);
        let found = parents
            .get_opt(&parent_name(layer))
            .await
            .map_err(|error| explain(error, "reading", &object))?;
        let mut annotations =
            found.and_then(|parent| parent.metadata.annotations).unwrap_or_default();
        let tooling = annotations.get(TOOLING).map_or("optakit/", String::as_str);
        if !tooling.starts_with("optakit/") {
            let tooling = visible_line(tooling);
            let reason = format!("it is the parent of an ApplySet of `{tooling}`");
            return Err(LiveError::Rejected { object, reason });
        }
        let kinds = annotations.get(KINDS).map(String::as_str).unwrap_or_default();
        let known = kinds.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
        annotations.retain(|key, _| key.starts_with(OWN));
        Ok(Self { known, annotations, ..Self::empty(layer) })
    }

    /// Returns the sets of Optakit in a namespace, or in all namespaces.
    ///
    /// # Errors
    ///
    /// Fails if the parents cannot be listed.
    pub(crate) async fn list(
        client: &kube::Client,
        namespace: Option<&str>,
    ) -> Result<Vec<Self>, LiveError> {
        let parents: Api<ConfigMap> = match namespace {
            Some(namespace) => Api::namespaced(client.clone(), namespace),
            None => Api::all(client.clone()),
        };
        let ours =
            ListParams::default().labels(&format!("{ID},app.kubernetes.io/managed-by=optakit"));
        let found = parents
            .list_metadata(&ours)
            .await
            .map_err(|error| explain(error, "listing", "the ConfigMaps of all layers"))?;
        let sets = found.items.into_iter().filter_map(|parent| {
            let layer = parent.metadata.namespace?;
            let mut annotations = parent.metadata.annotations.unwrap_or_default();
            annotations.retain(|key, _| key.starts_with(OWN));
            (parent.metadata.name? == parent_name(&layer))
                .then(|| Self { annotations, ..Self::empty(&layer) })
        });
        Ok(sets.collect())
    }

    /// Returns the name of the layer.
    pub(crate) fn layer(&self) -> &str {
        &self.layer
    }

    /// Returns a set without members.
    pub(crate) fn empty(layer: &str) -> Self {
        Self {
            layer: layer.to_owned(),
            id: id_of(layer),
            known: BTreeSet::new(),
            annotations: BTreeMap::new(),
            is_annotated: false,
        }
    }

    /// Whether the set has no parent yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.annotations.is_empty()
    }

    /// Returns an annotation of Optakit on the parent.
    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }

    /// Sets an annotation of the parent. The next [`announce`](Self::announce) writes it. The key
    /// must start with `optakit.dev/`.
    pub(crate) fn annotate(&mut self, key: &str, value: &str) {
        if self.annotation(key) != Some(value) {
            self.annotations.insert(key.to_owned(), value.to_owned());
            self.is_annotated = true;
        }
    }

    /// Labels objects as members. The Namespace is not a member, because it is never pruned.
    pub(crate) fn label(&self, objects: &mut [DesiredObject]) {
        for desired in objects.iter_mut().filter(|desired| desired.kind.is_namespaced()) {
            desired.object["metadata"]["labels"][PART_OF] = self.id.as_str().into();
        }
    }

    /// Returns the key and the value of the label of members.
    pub(crate) fn membership(&self) -> (&'static str, &str) {
        (PART_OF, &self.id)
    }

    /// Writes the kinds of these objects and changed annotations to the parent.
    ///
    /// With `only`, the parent lists no other kinds. Otherwise, it also keeps the earlier kinds.
    /// While an apply runs, the parent lists old and new kinds. So the next run finds all objects
    /// even if this run is interrupted.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the parent.
    pub(crate) async fn announce(
        &mut self,
        client: &kube::Client,
        objects: &[DesiredObject],
        only: bool,
    ) -> Result<(), LiveError> {
        let members = objects.iter().filter(|desired| desired.kind.is_namespaced());
        let mut kinds: BTreeSet<String> =
            members.map(|desired| desired.kind.group_kind()).collect();
        if !only {
            kinds.extend(self.known.iter().cloned());
        }
        if kinds == self.known && !self.is_annotated {
            return Ok(());
        }
        let list = kinds.iter().cloned().collect::<Vec<_>>().join(",");
        let mut annotations = self.annotations.clone();
        annotations.insert(TOOLING.to_owned(), TOOL.to_owned());
        annotations.insert(KINDS.to_owned(), list);
        let name = parent_name(&self.layer);
        let parent = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": self.layer,
                "labels": { ID: self.id, "app.kubernetes.io/managed-by": "optakit" },
                "annotations": annotations,
            },
        });
        let parents: Api<ConfigMap> = Api::namespaced(client.clone(), &self.layer);
        let params = PatchParams::apply(MANAGER).force();
        let written = parents.patch(&name, &params, &Patch::Apply(&parent)).await;
        written.map_err(|error| explain(error, "writing", &format!("ConfigMap {name}")))?;
        self.known = kinds;
        self.is_annotated = false;
        Ok(())
    }

    /// Returns the members that may be pruned, in the order of deletion.
    ///
    /// `kept` lists kind and name of the objects that are still wanted.
    ///
    /// # Errors
    ///
    /// Fails if the members cannot be listed.
    pub(crate) async fn leftovers(
        &self,
        client: &kube::Client,
        kept: &[(Kind, String)],
    ) -> Result<Vec<Leftover>, LiveError> {
        // Another version of Optakit may have listed a kind that this version does not know.
        let mut kinds: Vec<Kind> =
            self.known.iter().filter_map(|kind| Kind::from_group_kind(kind)).collect();
        kinds.sort_by_key(|kind| Reverse(*kind));
        let mut leftovers = Vec::new();
        for members in join_all(kinds.iter().map(|kind| self.members(client, *kind))).await {
            let (kind, members) = members?;
            leftovers.extend(members.iter().filter_map(|item| leftover(kind, item, kept)));
        }
        Ok(leftovers)
    }

    /// Returns the Ingresses and routes of the set, of these kinds.
    ///
    /// # Errors
    ///
    /// Fails if the members cannot be listed.
    pub(crate) async fn routes(
        &self,
        client: &kube::Client,
        kinds: &BTreeSet<Kind>,
    ) -> Result<Vec<LiveRoutes>, LiveError> {
        let mut routes = Vec::new();
        for members in join_all(kinds.iter().map(|kind| self.members(client, *kind))).await {
            let (kind, members) = members?;
            routes.extend(members.into_iter().filter(is_ours).filter_map(|item| {
                let name = item.metadata.name.clone()?;
                Some(LiveRoutes::new(kind, name, &to_value(item)))
            }));
        }
        Ok(routes)
    }

    async fn members(
        &self,
        client: &kube::Client,
        kind: Kind,
    ) -> Result<(Kind, Vec<DynamicObject>), LiveError> {
        let members = ListParams::default().labels(&format!("{PART_OF}={}", self.id));
        match self.api(client, kind).list(&members).await {
            Ok(list) => Ok((kind, list.items)),
            // The definition of the kind was deleted, and its objects with it.
            Err(kube::Error::Api(status)) if status.code == 404 => Ok((kind, Vec::new())),
            Err(error) => Err(explain(error, "listing", kind.name())),
        }
    }

    fn api(&self, client: &kube::Client, kind: Kind) -> Api<DynamicObject> {
        Api::namespaced_with(client.clone(), &self.layer, &resource_of(kind))
    }

    /// Deletes leftovers. An object that was replaced since it was listed is not deleted.
    ///
    /// # Errors
    ///
    /// Fails if an object cannot be deleted.
    pub(crate) async fn prune(
        &self,
        client: &kube::Client,
        leftovers: &[Leftover],
    ) -> Result<(), LiveError> {
        for leftover in leftovers {
            let seen = Preconditions { uid: Some(leftover.uid.clone()), resource_version: None };
            let params = DeleteParams { preconditions: Some(seen), ..DeleteParams::background() };
            match self.api(client, leftover.kind).delete(&leftover.name, &params).await {
                Ok(_) => {}
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                Err(error) => return Err(explain(error, "deleting", &leftover.label())),
            }
        }
        Ok(())
    }

    /// Deletes the parent. Call this only after all members are deleted.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the deletion.
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

/// Whether Optakit applied a member, and it is not being deleted.
fn is_ours(item: &DynamicObject) -> bool {
    let mut managers = item.metadata.managed_fields.iter().flatten();
    managers.any(|field| field.manager.as_deref() == Some(MANAGER))
        && item.metadata.deletion_timestamp.is_none()
}

/// Returns a member as a leftover if it may be pruned.
fn leftover(kind: Kind, item: &DynamicObject, kept: &[(Kind, String)]) -> Option<Leftover> {
    let metadata = &item.metadata;
    let name = metadata.name.clone()?;
    let is_wanted = kept.iter().any(|(other, kept_name)| *other == kind && *kept_name == name);
    let keep = metadata.annotations.as_ref().and_then(|annotations| annotations.get(KEEP));
    let is_protected = kind.pruning() == Pruning::Protect
        || (kind == Kind::Secret && name == MANUAL_SECRETS)
        || keep.is_some_and(|keep| keep == "true");
    let uid = metadata.uid.clone()?;
    (!is_wanted && is_ours(item) && !is_protected).then_some(Leftover { kind, name, uid })
}
