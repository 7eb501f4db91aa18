//! Distinguishes images from other artifacts.

use oci_spec::image::{Descriptor, ImageManifest, MediaType};

/// The media type of the configuration that Docker writes.
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// How the media types of layers start.
const LAYERS: [&str; 2] =
    ["application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs."];
/// The names of artifacts, by the start of their media type.
const ARTIFACTS: &[(&str, &str)] = &[
    ("application/vnd.cncf.helm.", "a Helm chart"),
    ("application/spdx", "an SBOM"),
    ("text/spdx", "an SBOM"),
    ("application/vnd.cyclonedx", "an SBOM"),
    ("application/vnd.syft", "an SBOM"),
    ("application/vnd.in-toto", "an attestation"),
    ("application/vnd.dsse", "an attestation"),
    ("application/vnd.dev.cosign.simplesigning", "a signature"),
    ("application/vnd.cncf.notary", "a signature"),
    ("application/vnd.wasm", "a WebAssembly module"),
    ("application/vnd.buildkit.cacheconfig", "a build cache"),
];

/// Returns what a manifest describes, if it is not an image.
pub(super) fn artifact(manifest: &ImageManifest) -> Option<String> {
    let config = manifest.config().media_type();
    let is_config = *config == MediaType::ImageConfig || config.as_ref() == DOCKER_CONFIG;
    let other = manifest.layers().iter().map(Descriptor::media_type).find(|layer| !is_layer(layer));
    let config = (!is_config && *config != MediaType::EmptyJSON).then_some(config);
    let artifact =
        manifest.artifact_type().as_ref().filter(|kind| **kind != MediaType::ImageConfig);
    let found = artifact.or(config).or(other);
    let found = found.map(|media_type| describe(media_type.as_ref()));
    found.or_else(|| (!is_config).then(|| "an artifact without a configuration".to_owned()))
}

/// Returns what an artifact is called.
pub(super) fn describe(media_type: &str) -> String {
    let known = ARTIFACTS.iter().find(|(start, _)| media_type.starts_with(start));
    let name = known.map_or("an artifact", |(_, name)| name);
    format!("{name} of type `{media_type}`")
}

fn is_layer(media_type: &MediaType) -> bool {
    LAYERS.iter().any(|start| media_type.as_ref().starts_with(start))
}

/// Whether a descriptor belongs to a layer that registries do not store.
pub(super) fn is_foreign(layer: &Descriptor) -> bool {
    layer.urls().as_ref().is_some_and(|urls| !urls.is_empty())
        || matches!(
            layer.media_type(),
            MediaType::ImageLayerNonDistributable
                | MediaType::ImageLayerNonDistributableGzip
                | MediaType::ImageLayerNonDistributableZstd
        )
        || layer.media_type().as_ref().contains(".foreign.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DIGEST: &str = "sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f";
    const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

    fn manifest(config: &str, layers: &[&str], kind: Option<&str>) -> ImageManifest {
        let part = |kind: &str| json!({"mediaType": kind, "digest": DIGEST, "size": 1});
        let layers: Vec<_> = layers.iter().map(|layer| part(layer)).collect();
        let mut manifest = json!({"schemaVersion": 2, "config": part(config), "layers": layers});
        if let Some(kind) = kind {
            manifest["artifactType"] = kind.into();
        }
        serde_json::from_value(manifest).expect("a manifest")
    }

    #[test]
    fn artifacts_are_named() {
        let oci = "application/vnd.oci.image.config.v1+json";
        let empty = "application/vnd.oci.empty.v1+json";
        let helm = "application/vnd.cncf.helm.config.v1+json";
        let check = |config: &str, layers: &[&str], kind: Option<&str>, expected: Option<&str>| {
            let found = artifact(&manifest(config, layers, kind));
            assert_eq!(found.as_deref(), expected, "{config} {layers:?} {kind:?}");
        };
        check(oci, &[LAYER], None, None);
        check(oci, &[], None, None);
        check(oci, &[LAYER], Some(oci), None);
        let docker = "application/vnd.docker.image.rootfs.diff.tar.gzip";
        check(DOCKER_CONFIG, &[docker], None, None);
        let chart = "a Helm chart of type `application/vnd.cncf.helm.config.v1+json`";
        check(helm, &[LAYER], None, Some(chart));
        check(empty, &[LAYER], None, Some("an artifact without a configuration"));
        let bill = "an SBOM of type `application/spdx+json`";
        check(empty, &[LAYER], Some("application/spdx+json"), Some(bill));
        check(oci, &[LAYER, "application/spdx+json"], None, Some(bill));
        check(oci, &["text/plain"], None, Some("an artifact of type `text/plain`"));
    }

    #[test]
    fn layers_of_other_servers_are_foreign() {
        let layer = |kind: &str, urls: &[&str]| -> Descriptor {
            let layer = json!({"mediaType": kind, "digest": DIGEST, "size": 1, "urls": urls});
            serde_json::from_value(layer).expect("a descriptor")
        };
        assert!(!is_foreign(&layer(LAYER, &[])));
        assert!(is_foreign(&layer(LAYER, &["https://a"])));
        for kind in [
            "application/vnd.oci.image.layer.nondistributable.v1.tar",
            "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        ] {
            assert!(is_foreign(&layer(kind, &[])), "{kind}");
        }
    }
}
