//! Manifests as files, with an optional kustomization.

use std::collections::BTreeMap;

use super::analysis::Manifest;
use crate::model::image::Reference;
use crate::source::SourceText;
use crate::syntax;
use crate::value::{Map, Value};

/// The format of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// Returns one file per manifest. A file name starts with the number of the kind, so that the
/// Namespace is applied first, and a new object does not rename other files.
///
/// ```
/// use optakit_core::api::{FileFormat, Request, ServiceFile, analyze, files};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// let manifests = analyze(&request, false).manifests.expect("the file has no errors");
/// assert_eq!(files(&manifests, FileFormat::Yaml)[1].name, "01-serviceaccount-api.yaml");
/// ```
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
        manifest.kind.file_number(),
        manifest.kind.name().to_lowercase(),
        manifest.name
    )
}

/// Returns the manifests as a Kustomize base. Its `kustomization.yaml` sets the tag or the digest
/// of each image in `images:`
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

/// Returns the `images:` with a tag or a digest. An entry applies to all images of a name, so
/// images with several versions have no entry.
fn images(manifests: &[Manifest]) -> Vec<Value> {
    let mut found: BTreeMap<String, Vec<(&'static str, String)>> = BTreeMap::new();
    let pods = manifests
        .iter()
        .filter_map(|manifest| Some((manifest.to_value(), manifest.kind.pod_template()?)));
    for (object, template) in pods {
        let containers = object
            .pointer(&format!("{template}/spec/containers"))
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
