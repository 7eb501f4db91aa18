//! Volumes for the claims of StatefulSets. The testbed has no provisioner.

use std::path::Path;

use serde_json::{Value, json};

use super::kubernetes::apply_objects;

/// Creates a default StorageClass whose volumes can grow, and a volume for each claim.
pub(crate) fn create_volumes(namespace: &str, claims: &[String], folder: &Path) {
    let class = json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {
            "name": "growing",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "testbed.optakit.dev/none",
        "allowVolumeExpansion": true,
    });
    let volume = |claim: &String| {
        json!({
            "apiVersion": "v1", "kind": "PersistentVolume",
            "metadata": {"name": format!("{namespace}-{claim}")},
            "spec": {
                "capacity": {"storage": "100Gi"}, "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain", "storageClassName": "growing",
                "hostPath": {"path": "/tmp/volume"},
                "claimRef": {"namespace": namespace, "name": claim},
            },
        })
    };
    let objects: Vec<Value> = std::iter::once(class).chain(claims.iter().map(volume)).collect();
    apply_objects(&objects, folder);
}
