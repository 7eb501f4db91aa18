//! A revision, its status, and the metadata of its Secrets.

use std::fmt;

use kube::api::ObjectMeta;
use optakit_core::visible::visible_line;

use super::facts::Facts;
use crate::hint;
use crate::live::LiveError;

/// The type of the Secret of a revision.
pub(super) const TYPE: &str = "optakit.dev/revision";
/// The type of the Secrets with the further parts of a large bundle.
pub(super) const PART_TYPE: &str = "optakit.dev/revision-part";
/// The label with the name of the layer.
pub(super) const LAYER: &str = "optakit.dev/layer";
/// The label with the number of the revision.
pub(super) const NUMBER: &str = "optakit.dev/revision";
/// The label with the status of the revision.
pub(super) const STATUS: &str = "optakit.dev/status";
/// The annotation with the digest of the bundle.
pub(super) const DIGEST: &str = "optakit.dev/digest";
/// The annotation with the number of Secrets of the bundle, if there is more than one.
pub(super) const PARTS: &str = "optakit.dev/parts";
/// The annotation with the number of the revision that ran before.
pub(super) const BEFORE: &str = "optakit.dev/before";
/// The annotation with the number of the revision that a rollback restored.
pub(super) const RESTORES: &str = "optakit.dev/restores";
/// The key of the bundle in a Secret.
pub(super) const KEY: &str = "bundle";
/// The highest number of a revision. A Secret with a higher number is not a revision of Optakit.
pub(super) const MAX_NUMBER: u32 = 999_999_999;

/// The outcome of applying a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// A run applies the revision, or was killed while it did.
    Applying,
    /// All objects were applied, and the run did not wait for the pods.
    Applied,
    /// All objects were applied and the pods became ready.
    Deployed,
    /// The pods did not become ready.
    Failed,
    /// The run was interrupted.
    Interrupted,
    /// An error stopped the run after its first write.
    Partial,
}

impl Status {
    const ALL: [Self; 6] = [
        Self::Applying,
        Self::Applied,
        Self::Deployed,
        Self::Failed,
        Self::Interrupted,
        Self::Partial,
    ];

    /// Returns the status of a word. An unknown word means that the pods did not become ready.
    fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.word() == word).unwrap_or(Self::Failed)
    }

    /// Returns the word in labels and in output.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Deployed => "deployed",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Partial => "partial",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The state before a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing was deployed.
    Nothing,
    /// A deployed revision.
    Revision(u32),
    /// The revision that ran was not in the history.
    Unknown,
}

impl Before {
    const UNKNOWN: &str = "unknown";

    /// Reads the value of an annotation.
    fn of(value: Option<&String>) -> Self {
        match value {
            None => Self::Nothing,
            Some(value) => value.parse().map_or(Self::Unknown, Self::Revision),
        }
    }

    /// Returns the value of an annotation.
    pub(super) fn value(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Revision(number) => Some(number.to_string()),
            Self::Unknown => Some(Self::UNKNOWN.to_owned()),
        }
    }
}

/// A revision without its bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(crate) number: u32,
    pub(crate) status: Status,
    /// The digest of the bundle with all values filled in.
    pub(crate) digest: String,
    /// The time of the record in the format of RFC 3339, by the clock of the API server.
    pub(crate) recorded: String,
    /// The state before this revision.
    pub(crate) before: Before,
    /// The revision that this rollback restored.
    pub(crate) restores: Option<u32>,
    pub(crate) facts: Facts,
    /// The number of Secrets that contain the bundle.
    pub(super) parts: usize,
}

impl Revision {
    /// Reads a revision from the metadata of its Secret. Returns `None` if the Secret is not a
    /// revision of Optakit.
    pub(super) fn from_metadata(metadata: ObjectMeta, layer: &str) -> Option<Self> {
        let labels = metadata.labels.unwrap_or_default();
        let annotations = metadata.annotations.unwrap_or_default();
        let number = labels.get(NUMBER)?.parse().ok().filter(|number| *number <= MAX_NUMBER)?;
        if metadata.name? != secret_name(layer, number) || labels.get(LAYER)? != layer {
            return None;
        }
        Some(Self {
            number,
            status: Status::of(labels.get(STATUS)?),
            digest: visible_line(annotations.get(DIGEST)?).into_owned(),
            recorded: metadata
                .creation_timestamp
                .map(|time| time.0.to_string())
                .unwrap_or_default(),
            before: Before::of(annotations.get(BEFORE)),
            restores: annotations.get(RESTORES).and_then(|number| number.parse().ok()),
            facts: Facts::read(&annotations),
            parts: annotations.get(PARTS).and_then(|parts| parts.parse().ok()).unwrap_or(1),
        })
    }

    /// Returns the number of the revision whose bundle this is: its own, or the one that it
    /// restored.
    pub(crate) fn origin(&self) -> u32 {
        self.restores.unwrap_or(self.number)
    }
}

/// Returns the name of the Secret of a revision.
pub(super) fn secret_name(layer: &str, number: u32) -> String {
    format!("optakit.{layer}.v{number}")
}

/// Returns the name of the Secret with a further part of a bundle. `part` counts from 2.
pub(super) fn part_name(layer: &str, number: u32, part: usize) -> String {
    format!("{}.part{part}", secret_name(layer, number))
}

/// Why a revision cannot be recorded or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    #[error(transparent)]
    Live(#[from] LiveError),
    #[error("no revision {number}; the history has {known}")]
    Unknown { number: u32, known: String },
    #[error("cannot read the record of revision {number}")]
    Broken {
        number: u32,
        #[source]
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error(
        "revision {number} was changed after it was recorded: its bundle has the digest {found}, \
         expected {expected}\n  \
         help: list the revisions with `{}`, and roll back to another one",
        hint::optakit("history", "")
    )]
    Changed { number: u32, found: String, expected: String },
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn revision(metadata: Value) -> Option<Revision> {
        let metadata = serde_json::from_value(metadata).expect("valid metadata");
        Revision::from_metadata(metadata, "shop")
    }

    #[test]
    fn only_secrets_that_optakit_named_are_revisions() {
        let metadata = |name: &str, number: &str, layer: &str| {
            json!({
                "name": name,
                "labels": {LAYER: layer, NUMBER: number, STATUS: "deployed"},
                "annotations": {DIGEST: "sha256:1"},
            })
        };
        assert!(revision(metadata("optakit.shop.v7", "7", "shop")).is_some());
        for (name, number, layer) in [
            ("optakit.shop.v7", "8", "shop"),
            ("optakit.shop.v07", "07", "shop"),
            ("optakit.shop.v7", "7", "other"),
            ("optakit.shop.v4294967295", "4294967295", "shop"),
            ("optakit.shop.v-1", "-1", "shop"),
            ("backup", "7", "shop"),
        ] {
            assert_eq!(revision(metadata(name, number, layer)), None, "{name} {number} {layer}");
        }
        let unlabelled = json!({"name": "optakit.shop.v7", "labels": {NUMBER: "7", LAYER: "shop"}});
        assert_eq!(revision(unlabelled), None);
    }

    #[test]
    fn a_status_is_read_from_its_word() {
        for status in Status::ALL {
            assert_eq!(Status::of(status.word()), status);
        }
        assert_eq!(Status::of("superseded"), Status::Failed);
    }
}
