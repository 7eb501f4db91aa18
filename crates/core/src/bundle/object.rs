//! A Kubernetes object in a bundle.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::kind::Kind;

/// A Kubernetes object of a known kind, as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct BundleObject {
    kind: Kind,
    json: Value,
}

impl BundleObject {
    /// Wraps a manifest.
    ///
    /// # Errors
    ///
    /// Fails if Optakit does not know the kind, or if the manifest has no name. The error contains
    /// kind, name and API version.
    pub fn new(json: Value) -> Result<Self, String> {
        let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str);
        let (api_version, kind) = (text("/apiVersion"), text("/kind"));
        let name = text("/metadata/name").unwrap_or_default();
        match Kind::find(api_version.unwrap_or_default(), kind.unwrap_or_default()) {
            Some(kind) if !name.is_empty() => Ok(Self { kind, json }),
            _ => {
                let (kind, version) = (kind.unwrap_or("?"), api_version.unwrap_or("?"));
                Err(format!("{kind} {name} ({version})"))
            }
        }
    }

    /// The kind of the object.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The name of the object.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name").unwrap_or_default()
    }

    /// The namespace of the object. A Namespace has none.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.text("/metadata/namespace")
    }

    /// Returns kind and name for messages.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.kind, self.name())
    }

    /// The whole object.
    #[must_use]
    pub const fn json(&self) -> &Value {
        &self.json
    }

    /// Returns the text at a JSON pointer.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.json.pointer(pointer)?.as_str()
    }

    pub(super) const fn json_mut(&mut self) -> &mut Value {
        &mut self.json
    }
}

impl Serialize for BundleObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for BundleObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let unknown = |object: String| D::Error::custom(format!("unknown object {object}"));
        Self::new(Value::deserialize(deserializer)?).map_err(unknown)
    }
}
