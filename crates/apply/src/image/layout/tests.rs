//! Tests of layouts in temporary folders.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Writes a blob. Returns its descriptor.
fn put(folder: &Path, media_type: &str, bytes: &[u8]) -> Value {
    let digest = sha256(bytes);
    std::fs::write(blob(folder, &digest), bytes).expect("the blob can be written");
    json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
}

/// Writes an image. Returns the descriptors of its configuration, layer and manifest.
fn put_image(folder: &Path, architecture: &str) -> (Value, Value, Value) {
    let rootfs = json!({"type": "layers", "diff_ids": []});
    let config = json!({"architecture": architecture, "os": "linux", "rootfs": rootfs});
    let media_type = "application/vnd.oci.image.config.v1+json";
    let config = put(folder, media_type, config.to_string().as_bytes());
    let layer = put(folder, "application/vnd.oci.image.layer.v1.tar+gzip", b"layer");
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer],
    });
    let manifest = put(folder, MANIFEST, manifest.to_string().as_bytes());
    (config, layer, manifest)
}

fn blob(folder: &Path, digest: &str) -> std::path::PathBuf {
    folder.join("blobs").join(digest.replace(':', "/"))
}

fn digest(descriptor: &Value) -> &str {
    descriptor["digest"].as_str().expect("a descriptor has a digest")
}

/// A layout with an image of one layer.
struct Layout {
    folder: TempDir,
    layer: Value,
    config: Value,
    manifest: Value,
}

impl Layout {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let path = folder.path();
        std::fs::create_dir_all(path.join("blobs/sha256")).expect("a folder can be created");
        let (config, layer, manifest) = put_image(path, "arm64");
        let layout = Self { folder, layer, config, manifest };
        layout.list(std::slice::from_ref(&layout.manifest));
        layout
    }

    fn list(&self, manifests: &[Value]) {
        let index = json!({"schemaVersion": 2, "manifests": manifests});
        std::fs::write(self.folder.path().join(LIST), index.to_string())
            .expect("the list can be written");
    }

    fn read(&self) -> Result<Image, String> {
        let archive = Archive::open(self.folder.path()).map_err(|error| error.to_string())?;
        read(&archive, None).map_err(|error| error.to_string())
    }

    /// Checks the problem of the layout after a change.
    fn check(&self, problem: &str) {
        let error = self.read().expect_err(problem);
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn a_layout_contains_the_blobs_and_the_manifest_of_its_image() {
    let layout = Layout::new();
    let image = layout.read().expect("the layout is complete");
    let digests: Vec<&str> = image.blobs.iter().map(|blob| &*blob.digest).collect();
    assert_eq!(digests, [digest(&layout.config), digest(&layout.layer)]);
    assert_eq!(image.manifests.len(), 1);
    assert_eq!(image.manifests[0].digest(), digest(&layout.manifest));
    assert_eq!(image.platforms.into_iter().collect::<Vec<_>>(), ["linux/arm64"]);
    assert_eq!(image.tag, None);
}

#[test]
fn a_manifest_that_was_changed_is_damaged() {
    let layout = Layout::new();
    let file = blob(layout.folder.path(), digest(&layout.manifest));
    let text = std::fs::read_to_string(&file).expect("the manifest exists");
    std::fs::write(&file, text + " ").expect("the manifest can be written");
    layout.check("does not match its content");
}

#[test]
fn blobs_of_another_size_and_missing_blobs_are_damaged() {
    let layout = Layout::new();
    let file = blob(layout.folder.path(), digest(&layout.layer));
    std::fs::write(&file, b"layers").expect("the layer can be written");
    layout.check("has 6 of 5 bytes");
    std::fs::remove_file(&file).expect("the layer can be removed");
    layout.check(&format!("{} is missing", digest(&layout.layer)));
    let layout = Layout::new();
    std::fs::remove_file(blob(layout.folder.path(), digest(&layout.manifest)))
        .expect("the manifest can be removed");
    layout.check(&format!("{} is missing", digest(&layout.manifest)));
}

#[test]
fn one_of_several_images_must_be_chosen() {
    let layout = Layout::new();
    let named = |name: &str| {
        let (_, _, mut manifest) = put_image(layout.folder.path(), name);
        manifest["annotations"] = json!({REF_NAME: name});
        manifest
    };
    layout.list(&[named("1.0"), named("2.0")]);
    layout.check("contains several images");
    let archive = Archive::open(layout.folder.path()).expect("the folder is a layout");
    let image = read(&archive, Some("2.0")).expect("the image is in the layout");
    assert_eq!(image.tag.as_deref(), Some("2.0"));
    assert!(read(&archive, Some("3.0")).is_err());
    layout.list(&[]);
    assert!(layout.read().is_err());
}

#[test]
fn a_list_of_platforms_is_one_image() {
    let layout = Layout::new();
    let image = |name: &str, architecture: &str| {
        let (_, _, mut manifest) = put_image(layout.folder.path(), name);
        manifest["platform"] = json!({"os": "linux", "architecture": architecture});
        manifest
    };
    layout.list(&[image("arm64", "arm64"), image("amd64", "amd64")]);
    let found = layout.read().expect("the platforms are one image");
    assert_eq!(found.platforms.iter().collect::<Vec<_>>(), ["linux/amd64", "linux/arm64"]);
    assert_eq!(found.manifests.len(), 3, "the list is the index");
    layout.list(&[image("a", "arm64"), image("b", "arm64")]);
    layout.check("contains several images");
}

#[test]
fn other_artifacts_are_not_images() {
    let layout = Layout::new();
    let mut old = layout.manifest.clone();
    old["mediaType"] = json!(format!("{OLD_MANIFEST}json"));
    layout.list(&[old]);
    layout.check(OLD);
    let mut other = layout.manifest.clone();
    other["mediaType"] = json!("application/vnd.oci.image.layer.v1.tar");
    layout.list(&[other]);
    layout.check("expected a container image");
}

#[test]
fn a_compressed_layer_that_is_named_like_a_plain_one_is_pushed_as_it_is() {
    for (bytes, expected) in
        [(&b"\x1f\x8b\x08\0layer"[..], Content::Exact), (b"a plain layer", Content::Plain)]
    {
        let layout = Layout::new();
        let path = layout.folder.path();
        let layer = put(path, "application/vnd.oci.image.layer.v1.tar", bytes);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": layout.config, "layers": [layer],
        });
        layout.list(&[put(path, MANIFEST, manifest.to_string().as_bytes())]);
        let image = layout.read().expect("an image");
        let found = image.blobs.iter().find(|blob| blob.digest == digest(&layer));
        assert_eq!(found.expect("the layer").content, expected);
    }
}
