//! OCI image layouts.

use std::path::Path;

use serde_json::{Value, json};

use crate::registry::{INDEX, MANIFEST};
use crate::testbed::archive::{configuration, layer, sha256};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Writes a blob into a layout. Returns its descriptor.
fn put(folder: &Path, media_type: &str, bytes: &[u8]) -> Value {
    let digest = sha256(bytes);
    let (_, hex) = digest.split_once(':').expect("a digest has an algorithm");
    std::fs::write(folder.join("blobs/sha256").join(hex), bytes).expect("the blob can be written");
    json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
}

/// Writes a layout with an image for two platforms. Returns the digest of its index.
pub(crate) fn write_layout(folder: &Path) -> String {
    std::fs::create_dir_all(folder.join("blobs/sha256")).expect("the folder can be created");
    let manifests = [("amd64", 114), ("arm64", 119)].map(|(architecture, seed)| {
        let layer = layer(seed, 3000);
        let config = put(folder, CONFIG, &configuration(architecture, &[&layer]));
        let layer = put(folder, LAYER, &layer);
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config,
            "layers": [layer],
        });
        let mut descriptor = put(folder, MANIFEST, manifest.to_string().as_bytes());
        descriptor["platform"] = json!({"os": "linux", "architecture": architecture});
        descriptor
    });
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    let mut root = put(folder, INDEX, index.to_string().as_bytes());
    let digest = root["digest"].as_str().expect("a descriptor has a digest").to_owned();
    root["annotations"] = json!({"org.opencontainers.image.ref.name": "2.0"});
    let index = json!({"schemaVersion": 2, "manifests": [root]});
    for (name, content) in [
        ("index.json", index.to_string()),
        ("oci-layout", json!({"imageLayoutVersion": "1.0.0"}).to_string()),
    ] {
        std::fs::write(folder.join(name), content).expect("the file can be written");
    }
    digest
}
