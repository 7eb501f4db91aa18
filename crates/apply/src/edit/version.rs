//! The version of a file, and the condition of a write.

use serde::Serialize;

use crate::digest;
use crate::file::{self, FileError};

/// The text of a file, with its version.
#[derive(Serialize)]
pub(super) struct Content {
    /// The text with its line endings and its byte order mark.
    pub(super) text: String,
    version: String,
}

impl Content {
    /// Returns the content of a file with these bytes.
    ///
    /// # Errors
    ///
    /// Fails if the bytes are not UTF-8.
    pub(super) fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, FileError> {
        let version = Self::version_of(&bytes);
        let text = file::utf8(name, bytes)?;
        Ok(Self { text, version })
    }

    /// Returns the version of a file with these bytes.
    pub(super) fn version_of(bytes: &[u8]) -> String {
        digest::sha256(bytes)
    }
}

/// The condition of a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// The file does not exist (`If-None-Match: *`).
    Missing,
    /// The file has this version (`If-Match`).
    Version(String),
}

impl Condition {
    /// Reads the condition from the values of `If-Match` and `If-None-Match`. Returns `None` if
    /// they name no single version.
    pub(super) fn parse(if_match: Option<&str>, if_none_match: Option<&str>) -> Option<Self> {
        match (if_match, if_none_match) {
            (None, Some("*")) => Some(Self::Missing),
            (Some(tag), None) => {
                let version = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
                let is_one = !version.is_empty() && !version.contains('"');
                is_one.then(|| Self::Version(version.to_owned()))
            }
            _ => None,
        }
    }

    /// Whether a file with this content may be written.
    pub(super) fn matches(&self, current: Option<&Content>) -> bool {
        match (self, current) {
            (Self::Missing, None) => true,
            (Self::Version(expected), Some(current)) => *expected == current.version,
            (Self::Missing, Some(_)) | (Self::Version(_), None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_names_exactly_one_version() {
        let version = |text: &str| Some(Condition::Version(text.to_owned()));
        assert_eq!(Condition::parse(Some("\"sha256:ab\""), None), version("sha256:ab"));
        assert_eq!(Condition::parse(None, Some("*")), Some(Condition::Missing));
        for (if_match, if_none_match) in [
            (None, None),
            (Some("*"), None),
            (Some("\"\""), None),
            (Some("sha256:ab"), None),
            (Some("W/\"sha256:ab\""), None),
            (Some("\"a\", \"b\""), None),
            (Some("\"a\""), Some("*")),
            (None, Some("\"a\"")),
        ] {
            assert_eq!(Condition::parse(if_match, if_none_match), None, "{if_match:?}");
        }
    }

    #[test]
    fn a_condition_matches_only_its_version() {
        let content = |text: &str| {
            Content::from_bytes("opta.yml", text.into()).unwrap_or_else(|_| panic!("{text}"))
        };
        let old = Condition::Version(Content::version_of(b"old\n"));
        assert!(old.matches(Some(&content("old\n"))));
        assert!(!old.matches(Some(&content("old\r\n"))));
        assert!(!old.matches(None));
        assert!(Condition::Missing.matches(None));
        assert!(!Condition::Missing.matches(Some(&content(""))));
    }
}
