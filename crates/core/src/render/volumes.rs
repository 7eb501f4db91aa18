//! The volumes of a service: the templates of their claims, and their mounts.
//!
//! The claims have the names of Opta, so that the volumes of a running service stay.

use crate::model::k8s_service::K8sService;
use crate::model::volume::Volume;
use crate::span::Spanned;
use crate::value::{Map, Value};

/// Returns the name of a claim in the template. The claim of a pod has the name of the pod too.
fn claim_name(index: usize) -> String {
    format!("opta-persistent-{index}")
}

/// Returns the templates of the claims.
pub(super) fn claims(service: &K8sService) -> impl Iterator<Item = Value> {
    let volumes = service.persistent_storage.value.0.iter().enumerate();
    volumes.map(|(index, volume)| claim(index, volume))
}

fn claim(index: usize, volume: &Spanned<Volume>) -> Value {
    let size = volume.value.size.as_ref();
    let storage = size.map(|size| Value::from(format!("{}Gi", size.value.0)).at(size.span));
    let requests = Map::new().maybe("storage", storage);
    let spec = Map::new()
        .with("accessModes", vec![Value::from("ReadWriteOnce")])
        .with("resources", Map::new().with("requests", requests));
    let metadata = Map::new().with("name", claim_name(index));
    // The API server adds these fields too.
    let claim = Map::new().with("apiVersion", "v1").with("kind", "PersistentVolumeClaim");
    Value::from(claim.with("metadata", metadata).with("spec", spec)).at(volume.span)
}

/// Returns the mounts of the volumes.
pub(super) fn mounts(service: &K8sService) -> impl Iterator<Item = Value> {
    service.persistent_storage.value.0.iter().enumerate().map(|(index, volume)| {
        let path = volume.value.path.as_ref();
        let path = path.map(|path| Value::from(path.value.clone()).at(path.span));
        let mount = Map::new().with("name", claim_name(index)).maybe("mountPath", path);
        Value::from(mount).at(volume.span)
    })
}
