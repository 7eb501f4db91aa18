//! Manifests as files of a folder: one an object, and a kustomization over them.

use std::collections::BTreeMap;

use super::analysis::Manifest;
use crate::kind::Kind;
use crate::model::image::Reference;
use crate::source::SourceText;
use crate::syntax;
use crate::value::{Map, Value};

/// What the files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// The manifests as files, one an object. A name begins with the rank of its kind, so that a folder
/// that is applied in the order of names makes the Namespace first, and an object that comes or
/// goes renames no other.
#[must_use]
pub fn files(manifests: &[Manifest], format: FileFormat) -> Vec<SourceText> {
    let file = |manifest: &Manifest| SourceText {
        name: file_name(manifest, if format == FileFormat::Yaml { "yaml" } else { "json" }),
        text: match format {
            FileFormat::Yaml => manifest.yaml.to_string(),
            FileFormat::Json => syntax::to_json(&manifest.to_value()) + "\n",
        },
    };
    manifests.iter().map(file).collect()
}

fn file_name(manifest: &Manifest, extension: &str) -> String {
    format!(
        "{:02}-{}-{}.{extension}",
        manifest.kind.rank(),
        manifest.kind.name().to_lowercase(),
        manifest.name
    )
}

/// The manifests as a base of kustomize: their files and a `kustomization.yaml` whose `images:`
/// sets tag or digest of each image
/// (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>).
#[must_use]
pub fn kustomize(manifests: &[Manifest]) -> Vec<SourceText> {
    let mut files = files(manifests, FileFormat::Yaml);
    let resources: Vec<Value> = files.iter().map(|file| Value::from(file.name.clone())).collect();
    let images = images(manifests);
    let kustomization = Map::new()
        .with("apiVersion", "kustomize.config.k8s.io/v1beta1")
        .with("kind", "Kustomization")
        .with("resources", resources)
        .maybe("images", (!images.is_empty()).then_some(images));
    files.push(SourceText {
        name: "kustomization.yaml".to_owned(),
        text: syntax::to_yaml(&Value::from(kustomization)),
    });
    files
}

/// The images that have a tag or digest. `images:` goes by the name alone: one that runs in two
/// versions is left as the manifests have it.
fn images(manifests: &[Manifest]) -> Vec<Value> {
    let mut found: BTreeMap<String, Vec<(&'static str, String)>> = BTreeMap::new();
    let pods = manifests
        .iter()
        .filter(|manifest| manifest.kind == Kind::Deployment)
        .map(Manifest::to_value);
    for deployment in pods {
        let containers = deployment
            .pointer("/spec/template/spec/containers")
            .and_then(serde_json::Value::as_array);
        for container in containers.into_iter().flatten() {
            let Some(Ok(reference)) = container["image"].as_str().map(Reference::parse) else {
                continue;
            };
            let version = match (reference.digest, reference.tag) {
                (Some(digest), _) => ("digest", digest.to_owned()),
                (None, Some(tag)) => ("newTag", tag.to_owned()),
                (None, None) => continue,
            };
            let versions = found.entry(reference.name.to_owned()).or_default();
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
    }
    let single = found.into_iter().filter_map(|(name, versions)| {
        let [(key, value)] = <[_; 1]>::try_from(versions).ok()?;
        Some(Map::new().with("name", name).with(key, value).into())
    });
    single.collect()
}
