//! The records of Helm releases: Secrets or ConfigMaps that contain the objects of each revision of
//! a release. `HELM_DRIVER` chooses between them.
//!
//! An interrupted takeover has already removed Helm's annotations from objects. The records are
//! deleted last, so they show what is left to do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Api, ListParams, ObjectMeta};
use optakit_core::api::{BaselineObject, read_objects};
use optakit_core::bundle::MAX_BYTES;
use serde_json::Value;

use crate::live::{LiveError, explain};

/// The key of a record in its Secret or ConfigMap.
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
    /// The records, from the oldest revision to the newest.
    pub(super) all: Vec<Record>,
    /// The status of the newest revision, as Helm writes it.
    pub(super) status: String,
    /// The objects of the newest revision.
    pub(super) objects: Vec<ReleasedObject>,
}

impl Records {
    /// Returns a release that objects name, but that has no records.
    pub(super) const fn missing(release: Release) -> Self {
        Self { release, all: Vec::new(), status: String::new(), objects: Vec::new() }
    }
}

/// The storage of a record of Helm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Storage {
    Secret,
    ConfigMap,
}

impl Storage {
    /// Returns the kind of the object.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Secret => "Secret",
            Self::ConfigMap => "ConfigMap",
        }
    }

    /// Returns the name of the resource in permissions.
    pub(crate) const fn resource(self) -> &'static str {
        match self {
            Self::Secret => "secrets",
            Self::ConfigMap => "configmaps",
        }
    }
}

/// The record of one revision.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) storage: Storage,
    pub(super) metadata: ObjectMeta,
    pub(super) data: BTreeMap<String, ByteString>,
}

impl From<Secret> for Record {
    fn from(secret: Secret) -> Self {
        let Secret { metadata, data, .. } = secret;
        Self { storage: Storage::Secret, metadata, data: data.unwrap_or_default() }
    }
}

impl From<ConfigMap> for Record {
    fn from(map: ConfigMap) -> Self {
        let texts = map.data.unwrap_or_default().into_iter();
        let data = texts.map(|(key, text)| (key, ByteString(text.into_bytes()))).collect();
        Self { storage: Storage::ConfigMap, metadata: map.metadata, data }
    }
}

impl Record {
    fn label(&self, key: &str) -> Option<&str> {
        self.metadata.labels.as_ref()?.get(key).map(String::as_str)
    }

    /// Returns kind and name for messages.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.storage.kind(), self.metadata.name.as_deref().unwrap_or_default())
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
/// Fails if the Secrets of the namespace cannot be listed. ConfigMaps that cannot be listed are
/// left out: Helm uses them only if the user chose that.
pub(super) async fn list(
    client: &kube::Client,
    namespace: &str,
) -> Result<Vec<Records>, LiveError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let helms = ListParams::default().labels("owner=helm");
    let (secrets, maps) = tokio::join!(secrets.list(&helms), maps.list(&helms));
    let failed =
        |error| explain(error, "listing", &format!("the records of Helm in namespace {namespace}"));
    let maps = match maps {
        Ok(maps) => maps.items,
        Err(kube::Error::Api(status)) if status.code == 403 => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    let secrets = secrets.map_err(failed)?.items.into_iter().map(Record::from);
    let mut releases: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for record in secrets.chain(maps.into_iter().map(Record::from)) {
        if let Some(release) = record.label("name") {
            releases.entry(release.to_owned()).or_default().push(record);
        }
    }
    let records = releases.into_iter().map(|(name, mut all)| {
        all.sort_by_key(|record| {
            record.label("version").and_then(|text| text.parse().ok()).unwrap_or(0_u64)
        });
        let newest = all.last();
        let status = newest.and_then(|record| record.label("status")).unwrap_or_default();
        Records {
            status: status.to_owned(),
            objects: newest.map(|record| objects(record, namespace)).unwrap_or_default(),
            release: Release { namespace: namespace.to_owned(), name },
            all,
        }
    });
    Ok(records.collect())
}

/// Returns the objects of a record. A record that cannot be read has no objects.
fn objects(record: &Record, namespace: &str) -> Vec<ReleasedObject> {
    let released = |object: BaselineObject| ReleasedObject {
        kind: object.kind,
        name: object.name,
        namespace: object.namespace.unwrap_or_else(|| namespace.to_owned()),
    };
    let objects = manifest(record).and_then(|manifest| read_objects(&manifest).ok());
    objects.into_iter().flatten().map(released).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Returns the manifest of a record: YAML documents.
fn manifest(record: &Record) -> Option<String> {
    let encoded = &record.data.get(KEY)?.0;
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
    use serde_json::json;

    use super::*;

    fn secret(data: Option<ByteString>) -> Record {
        let data = data.map(|data| [(KEY.to_owned(), data)].into());
        Secret { data, ..Secret::default() }.into()
    }

    fn record(manifest: &str) -> Record {
        let text = json!({"name": "shop-api", "manifest": manifest}).to_string();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).expect("memory can be written");
        let packed = encoder.finish().expect("memory can be written");
        let data = ByteString(STANDARD.encode(packed).into_bytes());
        secret(Some(data))
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
        assert_eq!(objects(&secret(None), "default"), []);
    }
}
