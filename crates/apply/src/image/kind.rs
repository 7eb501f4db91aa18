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
