//! The image in an archive: an OCI layout or the output of `docker save`, as blobs and manifests.

use std::collections::BTreeSet;

use oci_spec::image::{
    Descriptor, Digest, ImageConfiguration, ImageIndex, ImageManifest, ImageManifestBuilder,
    MediaType, SCHEMA_VERSION,
};
use serde::Deserialize;

use super::archive::{Archive, ArchiveError, Part};
use crate::digest::sha256;

/// The annotation with the name of an image in an OCI layout (image-spec, annotations).
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation with the full name of an image, which Docker and containerd add.
const CONTAINERD_NAME: &str = "io.containerd.image.name";
/// The maximum depth of nested indexes.
const MAX_DEPTH: usize = 4;

/// An image that can be pushed.
#[derive(Debug)]
pub(crate) struct Image {
    /// The tag of the image in the archive.
    pub(crate) tag: Option<String>,
    /// The platforms of the image, for example `linux/amd64`.
    pub(crate) platforms: BTreeSet<String>,
    /// The configurations and layers of the image.
    pub(crate) blobs: Vec<Blob>,
    /// The manifests of the image. A manifest comes after the manifests that it refers to.
    pub(crate) manifests: Vec<Manifest>,
}

/// A configuration or layer.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    pub(crate) digest: String,
    pub(crate) part: Part,
    /// Whether the blob is a layer that is not compressed.
    pub(crate) plain: bool,
}

/// A manifest or an index.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl Manifest {
    /// Returns the digest of the manifest.
    pub(crate) fn digest(&self) -> String {
        sha256(&self.bytes)
    }
}

/// An image in the `manifest.json` of `docker save`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerImage {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

impl Image {
    /// Reads the image of an archive. `wanted` names one of several images.
    ///
    /// # Errors
    ///
    /// Fails if the archive does not contain the image, or if a part of the image is missing.
    pub(crate) fn read(archive: &Archive, wanted: Option<&str>) -> Result<Self, ArchiveError> {
        if archive.find("index.json").is_some() {
            return Self::of_layout(archive, wanted);
        }
        if archive.find("manifest.json").is_some() {
            return Self::of_docker(archive, wanted);
        }
        Err(archive.not_an_archive())
    }

    fn of_layout(archive: &Archive, wanted: Option<&str>) -> Result<Self, ArchiveError> {
        let index: ImageIndex = json(archive, "index.json")?;
        let name = |descriptor: &Descriptor| {
            let annotations = descriptor.annotations().as_ref();
            let name =
                annotations.and_then(|all| all.get(CONTAINERD_NAME).or_else(|| all.get(REF_NAME)));
            name.cloned().unwrap_or_else(|| descriptor.digest().to_string())
        };
        let named: Vec<(String, &Descriptor)> =
            index.manifests().iter().map(|found| (name(found), found)).collect();
        let (name, descriptor) = choose(archive, named, wanted)?;
        let mut image = Self {
            tag: tag(&name),
            platforms: BTreeSet::new(),
            blobs: Vec::new(),
            manifests: Vec::new(),
        };
        image.add(archive, descriptor, 0)?;
        Ok(image)
    }

    /// Adds the manifest or index of a descriptor, and the blobs that it refers to.
    fn add(
        &mut self,
        archive: &Archive,
        descriptor: &Descriptor,
        depth: usize,
    ) -> Result<(), ArchiveError> {
        let digest = descriptor.digest();
        let bytes = archive.read(&blob_name(archive, digest)?)?;
        if sha256(&bytes) != digest.to_string() {
            return Err(archive.damaged(format!("{digest} does not match its content")));
        }
        let invalid = |error: serde_json::Error| archive.damaged(format!("{digest}: {error}"));
        let is_index = matches!(descriptor.media_type(), MediaType::ImageIndex)
            || descriptor.media_type().to_string()
                == "application/vnd.docker.distribution.manifest.list.v2+json";
        if is_index {
            if depth > MAX_DEPTH {
                return Err(archive.damaged("the indexes are nested too deeply"));
            }
            let index: ImageIndex = serde_json::from_slice(&bytes).map_err(invalid)?;
            for inner in index.manifests() {
                self.add(archive, inner, depth + 1)?;
            }
        } else {
            let manifest: ImageManifest = serde_json::from_slice(&bytes).map_err(invalid)?;
            let config = self.blob(archive, manifest.config(), false)?;
            if let Ok(configuration) = config
                .open()
                .map_err(drop)
                .and_then(|config| ImageConfiguration::from_reader(config).map_err(drop))
            {
                self.note_platform(&configuration);
            }
            for layer in manifest.layers() {
                // Compressing a layer changes its manifest, which must not be part of an index.
                let plain = depth == 0 && is_plain(layer.media_type());
                self.blob(archive, layer, plain)?;
            }
        }
        self.manifests.push(Manifest { media_type: descriptor.media_type().to_string(), bytes });
        Ok(())
    }

    fn note_platform(&mut self, configuration: &ImageConfiguration) {
        let (os, architecture) =
            (configuration.os().to_string(), configuration.architecture().to_string());
        // The attestations of buildx are not images.
        if os != "unknown" && !os.is_empty() {
            self.platforms.insert(format!("{os}/{architecture}"));
        }
    }

    fn blob(
        &mut self,
        archive: &Archive,
        descriptor: &Descriptor,
        plain: bool,
    ) -> Result<Part, ArchiveError> {
        let name = blob_name(archive, descriptor.digest())?;
        let part = archive
            .find(&name)
            .ok_or_else(|| archive.damaged(format!("{} is missing", descriptor.digest())))?;
        if part.size != descriptor.size() {
            return Err(archive.damaged(format!(
                "{} has {} of {} bytes",
                descriptor.digest(),
                part.size,
                descriptor.size()
            )));
        }
        self.put(Blob { digest: descriptor.digest().to_string(), part: part.clone(), plain });
        Ok(part)
    }

    fn put(&mut self, blob: Blob) {
        if !self.blobs.iter().any(|known| known.digest == blob.digest) {
            self.blobs.push(blob);
        }
    }

    fn of_docker(archive: &Archive, wanted: Option<&str>) -> Result<Self, ArchiveError> {
        let saved: Vec<DockerImage> = json(archive, "manifest.json")?;
        let named = saved.iter().map(|image| {
            let name = image.repo_tags.iter().flatten().next().unwrap_or(&image.config);
            (name.clone(), image)
        });
        let (name, image) = choose(archive, named.collect(), wanted)?;
        let config = archive.read(&image.config)?;
        let configuration = ImageConfiguration::from_reader(&*config)
            .map_err(|error| archive.damaged(format!("{}: {error}", image.config)))?;
        let diffs = configuration.rootfs().diff_ids();
        if diffs.len() != image.layers.len() {
            return Err(archive.damaged(format!(
                "it contains {} of {} layers",
                image.layers.len(),
                diffs.len()
            )));
        }
        let part = |name: &str| {
            archive.find(name).ok_or_else(|| archive.damaged(format!("{name} is missing")))
        };
        let mut result = Self {
            tag: tag(&name),
            platforms: BTreeSet::new(),
            blobs: Vec::new(),
            manifests: Vec::new(),
        };
        result.note_platform(&configuration);
        let config_part = part(&image.config)?;
        let config_digest = sha256(&config);
        result.put(Blob { digest: config_digest.clone(), part: config_part, plain: false });
        let mut layers = Vec::new();
        // Docker saves layers without compression. Their digests are in the configuration.
        for (name, diff) in image.layers.iter().zip(diffs) {
            let part = part(name)?;
            layers.push(descriptor(archive, MediaType::ImageLayer, diff, part.size)?);
            result.put(Blob { digest: diff.clone(), part, plain: true });
        }
        let manifest = ImageManifestBuilder::default()
            .schema_version(SCHEMA_VERSION)
            .media_type(MediaType::ImageManifest)
            .config(descriptor(
                archive,
                MediaType::ImageConfig,
                &config_digest,
                config.len() as u64,
            )?)
            .layers(layers)
            .build()
            .map_err(|error| archive.damaged(error.to_string()))?;
        result.manifests.push(serialize(&manifest));
        Ok(result)
    }
}

/// Serializes a manifest.
pub(super) fn serialize(manifest: &ImageManifest) -> Manifest {
    let bytes = serde_json::to_vec(manifest)
        .expect("a manifest contains only texts, numbers, lists and maps");
    Manifest { media_type: MediaType::ImageManifest.to_string(), bytes }
}

fn descriptor(
    archive: &Archive,
    media_type: MediaType,
    digest: &str,
    size: u64,
) -> Result<Descriptor, ArchiveError> {
    let digest: Digest =
        digest.parse().map_err(|_| archive.damaged(format!("`{digest}` is not a valid digest")))?;
    Ok(Descriptor::new(media_type, size, digest))
}

/// Whether layers of this type are not compressed.
pub(super) fn is_plain(media_type: &MediaType) -> bool {
    matches!(media_type, MediaType::ImageLayer)
        || media_type.to_string() == "application/vnd.docker.image.rootfs.diff.tar"
}

fn blob_name(archive: &Archive, digest: &Digest) -> Result<String, ArchiveError> {
    let text = digest.to_string();
    let hex = text
        .strip_prefix("sha256:")
        .filter(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hex.map(|hex| format!("blobs/sha256/{hex}"))
        .ok_or_else(|| archive.damaged(format!("`{text}` is not a valid sha256 digest")))
}

fn json<T: for<'a> Deserialize<'a>>(archive: &Archive, name: &str) -> Result<T, ArchiveError> {
    serde_json::from_slice(&archive.read(name)?)
        .map_err(|error| archive.damaged(format!("{name}: {error}")))
}

/// Returns the image named `wanted`, or the only image.
fn choose<T>(
    archive: &Archive,
    named: Vec<(String, T)>,
    wanted: Option<&str>,
) -> Result<(String, T), ArchiveError> {
    let names = named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    if named.is_empty() {
        return Err(archive.damaged("it contains no image"));
    }
    if let Some(wanted) = wanted {
        let matches = |name: &str| name == wanted || tag(name).as_deref() == Some(wanted);
        let found = named.into_iter().find(|(name, _)| matches(name));
        return found.ok_or_else(|| ArchiveError::NoSuch {
            path: archive.name(),
            wanted: wanted.to_owned(),
            names,
        });
    }
    let mut named = named;
    match (named.pop(), named.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(ArchiveError::Several { path: archive.name(), names }),
    }
}

/// Returns the tag in the name of an image. A name without a slash and a colon is a tag.
fn tag(name: &str) -> Option<String> {
    let last = name.rsplit('/').next().unwrap_or(name);
    if name.starts_with("sha256:") || last.contains('@') {
        return None;
    }
    let tag = last
        .rsplit_once(':')
        .map_or((!name.contains('/')).then_some(last), |(_, tag)| Some(tag))?;
    optakit_core::model::image::check_tag(tag).is_ok().then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_is_read_from_the_name() {
        assert_eq!(tag("registry:5000/app:1.2").as_deref(), Some("1.2"));
        assert_eq!(tag("docker.io/library/app:1.2").as_deref(), Some("1.2"));
        assert_eq!(tag("v3").as_deref(), Some("v3"));
        assert_eq!(tag("registry:5000/app"), None);
        assert_eq!(tag("sha256:0000"), None);
        assert_eq!(tag("app.json"), Some("app.json".to_owned()));
    }
}
