//! A file on disk, and what its change means for the page.

use serde::Deserialize;

use crate::work::page_text;

/// A version of a file on disk.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Disk {
    /// The text with its line endings and its byte order mark.
    #[serde(rename = "text")]
    pub(super) raw: String,
    pub(super) version: String,
}

impl Disk {
    /// Returns the text as the page shows it.
    pub(super) fn text(&self) -> String {
        page_text(self.raw.clone())
    }
}

/// The next step for a file on disk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The file did not change.
    Nothing,
    /// The page already has the new text.
    Agree,
    /// The page did not change the text, so it takes the new one.
    Take,
    /// Both changed the text.
    Merge,
    /// The file was removed.
    Removed,
}

/// Compares the text of the page with a file on disk. `base` is the version on disk that the text
/// of the page is based on.
pub(super) fn step(base: Option<&Disk>, disk: Option<&Disk>, mine: &str) -> Step {
    let Some(disk) = disk else {
        return if base.is_some() { Step::Removed } else { Step::Nothing };
    };
    if base.is_some_and(|base| base.version == disk.version) {
        return Step::Nothing;
    }
    if mine == disk.text() {
        Step::Agree
    } else if mine == base.map(Disk::text).unwrap_or_default() {
        Step::Take
    } else {
        Step::Merge
    }
}

/// Why the text of a file is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The same lines were changed on disk.
    Conflict,
    /// The file was removed.
    Removed,
    /// The server reported this reason.
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(raw: &str) -> Disk {
        Disk { raw: raw.to_owned(), version: format!("version of {raw}") }
    }

    #[test]
    fn a_change_of_one_side_is_taken_and_of_both_merged() {
        let (old, new) = (disk("a: 1\r\n"), disk("a: 2\r\n"));
        assert_eq!(step(Some(&old), Some(&old), "a: 3\n"), Step::Nothing);
        assert_eq!(step(Some(&old), Some(&new), "a: 1\n"), Step::Take);
        assert_eq!(step(Some(&old), Some(&new), "a: 2\n"), Step::Agree);
        assert_eq!(step(Some(&old), Some(&new), "a: 3\n"), Step::Merge);
    }

    #[test]
    fn a_removed_file_and_a_new_file_are_noticed() {
        let file = disk("a: 1\n");
        assert_eq!(step(Some(&file), None, "a: 1\n"), Step::Removed);
        assert_eq!(step(None, None, "a: 1\n"), Step::Nothing);
        assert_eq!(step(None, Some(&file), ""), Step::Take);
        assert_eq!(step(None, Some(&file), "b: 1\n"), Step::Merge);
    }
}
