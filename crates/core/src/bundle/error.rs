//! The reasons why a bundle is rejected.

use std::fmt;

use super::format::{API_VERSION, KIND, MAX_BYTES};
use crate::visible::visible_line;

/// The reason why a bundle is rejected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The file is larger than any valid bundle.
    #[error("the bundle has at least {found} bytes, expected at most {MAX_BYTES}")]
    TooLarge {
        /// The size of the file in bytes, or of a part of it.
        found: usize,
    },
    /// The file is not JSON, or not the JSON of a bundle.
    #[error("the file is not a valid bundle")]
    NotABundle(#[source] serde_json::Error),
    /// This version does not know the format.
    #[error("the bundle has the format `{}`, expected `{API_VERSION}`", visible_line(found))]
    UnknownFormat {
        /// The format of the bundle.
        found: String,
    },
    /// The file has the format of Optakit, but is not a bundle.
    #[error("the file has the kind `{}`, expected `{KIND}`", visible_line(found))]
    UnknownKind {
        /// The kind of the file.
        found: String,
    },
    /// Optakit cannot apply some of the objects.
    #[error("the bundle contains unknown objects: {}", visible_line(&objects.join(", ")))]
    UnknownObjects {
        /// Kind, name and API version of each unknown object.
        objects: Vec<String>,
    },
    /// A hole is not in a text of the bundle.
    #[error(
        "the bundle is damaged: the placeholder of `{}` is not at `{}`",
        visible_line(input),
        visible_line(pointer)
    )]
    InvalidHole {
        /// The input that fills the hole.
        input: String,
        /// The JSON pointer of the hole.
        pointer: String,
    },
    /// The bundle contains something that the renderer does not write for its layer.
    #[error(
        "the bundle contains parts that are not allowed in the layer `{}`\n{}",
        visible_line(layer),
        violations.iter().map(|violation| format!("  {violation}")).collect::<Vec<_>>().join("\n")
    )]
    OutsideLayer {
        /// The layer.
        layer: String,
        /// The parts that are not allowed.
        violations: Vec<Violation>,
    },
    /// The bundle was modified after it was built.
    #[error("the bundle was modified after it was built")]
    Modified {
        /// The digest in the bundle.
        stated: String,
        /// The digest of its content.
        actual: String,
        /// The manifests that differ from those that the sources render.
        differences: Vec<Difference>,
    },
    /// Another version of Optakit built the bundle, and this version renders something else.
    #[error(
        "the bundle was built by optakit {}, and optakit {} renders other objects from its sources",
        visible_line(renderer),
        env!("CARGO_PKG_VERSION")
    )]
    OtherVersion {
        /// The version in the bundle.
        renderer: String,
        /// The manifests that differ from those that this version renders.
        differences: Vec<Difference>,
    },
}

/// A manifest that differs from the one that the sources render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Kind and name of the object.
    pub object: String,
    /// The rendered object as YAML. It is empty if the sources do not render the object.
    pub expected: String,
    /// The object in the bundle as YAML. It is empty if the bundle does not contain the object.
    pub found: String,
}

/// A part of a bundle that Optakit would not write for its layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The object or the AWS resource, or the field of the bundle.
    pub document: String,
    /// The JSON pointer in the document. It is empty for the whole document.
    pub pointer: String,
    /// The reason why the part is not allowed.
    pub reason: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names and values of the bundle must not look like lines of this message.
        f.write_str(&visible_line(&self.document))?;
        if !self.pointer.is_empty() {
            write!(f, ": `{}`", visible_line(&self.pointer))?;
        }
        write!(f, " {}", visible_line(&self.reason))
    }
}
