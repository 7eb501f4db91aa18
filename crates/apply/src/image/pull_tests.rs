//! Tests of looking up images in a registry in memory.

use axum::http::Method;
use serde_json::{Value, json};

use super::fake_registry::FakeRegistry;
use super::pull::{Found, find};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn put(registry: &FakeRegistry, media_type: &str, manifest: &Value) {
    let content = (media_type.to_owned(), manifest.to_string().into_bytes());
    registry.content().manifests.insert("v1".to_owned(), content);
}

fn platforms(names: &[&str]) -> Found {
    Found::For(names.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test]
async fn an_index_names_its_platforms_without_attestations() {
    let registry = FakeRegistry::start().await;
    let image = |os: &str, architecture: &str| {
        let platform = json!({"os": os, "architecture": architecture});
        json!({"mediaType": MANIFEST, "digest": "sha256:1", "size": 1, "platform": platform})
    };
    let manifests = [image("linux", "amd64"), image("unknown", "unknown"), image("linux", "arm64")];
    put(&registry, INDEX, &json!({"schemaVersion": 2, "manifests": manifests}));
    let found = find(&registry.destination, "v1").await;
    assert_eq!(found, platforms(&["linux/amd64", "linux/arm64"]));
}

#[tokio::test]
async fn a_manifest_has_the_platform_of_its_configuration() {
    let registry = FakeRegistry::start().await;
    let rootfs = json!({"type": "layers", "diff_ids": []});
    let text = json!({"os": "linux", "architecture": "arm64", "rootfs": rootfs}).to_string();
    let digest = crate::digest::sha256(text.as_bytes());
    registry.content().blobs.insert(digest.clone(), text.into_bytes());
    let config = json!({"digest": digest, "size": 1, "mediaType": "x"});
    put(&registry, MANIFEST, &json!({"schemaVersion": 2, "config": config, "layers": []}));
    assert_eq!(find(&registry.destination, "v1").await, platforms(&["linux/arm64"]));
    registry.content().blobs.clear();
    assert_eq!(find(&registry.destination, "v1").await, platforms(&[]), "the platform is unknown");
}

#[tokio::test]
async fn an_image_is_missing_only_if_the_registry_answers_not_found() {
    let registry = FakeRegistry::start().await;
    assert_eq!(find(&registry.destination, "v1").await, Found::Missing);
    for status in [401, 403, 500] {
        registry.content().failures = vec![(Method::GET, "manifests", status)];
        assert_eq!(find(&registry.destination, "v1").await, Found::Unknown, "{status}");
    }
}
