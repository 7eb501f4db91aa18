//! An object to apply, and the request that applies it.

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use optakit_core::bundle::BundleObject;
use optakit_core::kind::Kind;
use serde_json::Value;

use crate::owner::MANAGER;

/// An object to apply.
#[derive(Clone, Debug)]
pub(crate) struct DesiredObject {
    /// The index of the object in the bundle.
    pub(crate) index: usize,
    /// The manifest.
    pub(crate) object: Value,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    /// Whether to take over fields of other field managers.
    pub(super) force: bool,
}

/// Returns where the API server serves objects of a kind.
pub(crate) fn resource_of(kind: Kind) -> ApiResource {
    let gvk = GroupVersionKind::gvk(kind.group(), kind.version(), kind.name());
    ApiResource::from_gvk_with_plural(&gvk, kind.plural())
}

/// Converts an object of the API server to JSON.
pub(crate) fn to_value(object: DynamicObject) -> Value {
    serde_json::to_value(object).expect("an object of the API server is JSON")
}

impl DesiredObject {
    /// Returns the object at an index of a bundle.
    pub(crate) fn new(index: usize, object: &BundleObject) -> Self {
        Self {
            index,
            object: object.json().clone(),
            kind: object.kind(),
            name: object.name().to_owned(),
            namespace: object.namespace().map(str::to_owned),
            force: false,
        }
    }

    /// Gives the object another name.
    pub(crate) fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
        self.object["metadata"]["name"] = name.into();
    }

    /// Returns kind and name for messages.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    pub(crate) fn api(&self, client: &kube::Client) -> Api<DynamicObject> {
        match &self.namespace {
            Some(namespace) => {
                Api::namespaced_with(client.clone(), namespace, &resource_of(self.kind))
            }
            None => Api::all_with(client.clone(), &resource_of(self.kind)),
        }
    }

    /// Applies the object, or tries it in a dry run.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the object.
    pub(crate) async fn apply(
        &self,
        client: &kube::Client,
        options: WriteOptions,
    ) -> Result<DynamicObject, kube::Error> {
        let mut params = PatchParams::apply(MANAGER).validation_strict();
        if options.dry_run {
            params = params.dry_run();
        }
        if options.force || self.force {
            params = params.force();
        }
        self.api(client).patch(&self.name, &params, &Patch::Apply(&self.object)).await
    }
}

/// The options of an apply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteOptions {
    pub(crate) dry_run: bool,
    pub(crate) force: bool,
}
