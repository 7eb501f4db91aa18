//! The records of Helm releases: Secrets that contain the objects of each revision of a release.
//!
//! An interrupted takeover has already removed Helm's annotations from objects. The records are
//! deleted last, so they show what is left to do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ListParams};
use optakit_core::api::{BaselineObject, read_objects};
use optakit_core::bundle::MAX_BYTES;
use serde_json::Value;

use crate::live::{LiveError, explain};

/// The key of a record in its Secret.
const KEY: &str = "release";
/// The first bytes of compressed data.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// A Helm release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Release {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// The records of a release. They can contain secret values.
#[derive(Clone)]
pub(super) struct Records {
    pub(super) release: Release,
    /// The Secrets, from the oldest revision to the newest.
    pub(super) secrets: Vec<Secret>,
    /// The status of the newest revision, as Helm writes it.
    pub(super) status: String,
    /// The objects of the newest revision.
    pub(super) objects: Vec<ReleasedObject>,
}

impl Records {
    /// Returns a release that objects name, but that has no records.
    pub(super) const fn missing(release: Release) -> Self {
        Self { release, secrets: Vec::new(), status: String::new(), objects: Vec::new() }
    }
}

/// An object that a release contains.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReleasedObject {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

/// Returns the releases whose records a namespace contains.
///
/// # Errors
///
/// Fails if the Secrets of the namespace cannot be listed.
pub(super) async fn list(
    client: &kube::Client,
    namespace: &str,
) -> Result<Vec<Records>, LiveError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let found =
        secrets.list(&ListParams::default().labels("owner=helm")).await.map_err(|error| {
            explain(error, "listing", &format!("the records of Helm in namespace {namespace}"))
        })?;
    let mut releases: BTreeMap<String, Vec<Secret>> = BTreeMap::new();
    for secret in found.items {
        if let Some(release) = label(&secret, "name") {
            releases.entry(release.to_owned()).or_default().push(secret);
        }
    }
    let records = releases.into_iter().map(|(name, mut secrets)| {
        secrets.sort_by_key(|secret| {
            label(secret, "version").and_then(|text| text.parse().ok()).unwrap_or(0_u64)
        });
        let newest = secrets.last();
        let status = newest.and_then(|secret| label(secret, "status")).unwrap_or_default();
        Records {
            status: status.to_owned(),
            objects: newest.map(|secret| objects(secret, namespace)).unwrap_or_default(),
            release: Release { namespace: namespace.to_owned(), name },
            secrets,
        }
    });
    Ok(records.collect())
}

fn label<'a>(secret: &'a Secret, key: &str) -> Option<&'a str> {
    secret.metadata.labels.as_ref()?.get(key).map(String::as_str)
}

/// Returns the objects of a record. A record that cannot be read has no objects.
fn objects(secret: &Secret, namespace: &str) -> Vec<ReleasedObject> {
    let released = |object: BaselineObject| ReleasedObject {
        kind: object.kind,
        name: object.name,
        namespace: object.namespace.unwrap_or_else(|| namespace.to_owned()),
    };
    let objects = manifest(secret).and_then(|manifest| read_objects(&manifest).ok());
    objects.into_iter().flatten().map(released).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Returns the manifest of a record: YAML documents.
fn manifest(secret: &Secret) -> Option<String> {
    let encoded = &secret.data.as_ref()?.get(KEY)?.0;
    let mut packed = STANDARD.decode(encoded).ok()?;
    if packed.starts_with(GZIP) {
        let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
        let mut unpacked = Vec::new();
        GzDecoder::new(&packed[..]).take(limit).read_to_end(&mut unpacked).ok()?;
        packed = unpacked;
    }
    let record: Value = serde_json::from_slice(&packed).ok()?;
    record["manifest"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use k8s_openapi::ByteString;
    use serde_json::json;

    use super::*;

    fn record(manifest: &str) -> Secret {
        let text = json!({"name": "shop-api", "manifest": manifest}).to_string();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).expect("memory can be written");
        let packed = encoder.finish().expect("memory can be written");
        let data = ByteString(STANDARD.encode(packed).into_bytes());
        Secret { data: Some([(KEY.to_owned(), data)].into()), ..Secret::default() }
    }

    #[test]
    fn record_names_the_objects_of_its_release() {
        let manifest = "---\n# Source: k8s-service/templates/all.yaml\nkind: Service\n\
                        metadata: {name: api, namespace: shop}\n---\nkind: Role\n\
                        metadata:\n  name: api\n---\n";
        let object = |kind: &str, namespace: &str| ReleasedObject {
            kind: kind.to_owned(),
            name: "api".to_owned(),
            namespace: namespace.to_owned(),
        };
        let found = objects(&record(manifest), "default");
        assert_eq!(found, [object("Role", "default"), object("Service", "shop")]);
        assert_eq!(objects(&record("- broken: ["), "default"), []);
        assert_eq!(objects(&Secret::default(), "default"), []);
    }
}
