//! The positions in a bundle that have no value yet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::PlacedHole;

/// An input without a value, and the holes that it fills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingInput {
    /// The name of the input: `image_digest`, `account_id`, `parent.<output>` or
    /// `module.<module>.<output>`.
    pub input: String,
    /// The holes.
    pub at: Vec<Location>,
}

/// The position of a hole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The list of the document.
    pub list: List,
    /// The index of the document in the list.
    pub index: usize,
    /// The JSON pointer to the text, or to the value of the key.
    pub pointer: String,
    /// The part of the text that the value replaces.
    ///
    /// Bundles of earlier versions have no ranges. There, the value replaces every `{input}` in
    /// the text and in the keys of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<TextRange>,
    /// Whether the hole is in the key at the end of the pointer, not in the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub key: bool,
}

/// A part of a text, in UTF-8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextRange {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A list of documents in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum List {
    /// `manifests`.
    Manifests,
    /// `aws`.
    Aws,
}

impl Location {
    /// Returns the location of a hole in a document.
    pub(crate) fn new(list: List, index: usize, placed: PlacedHole) -> Self {
        let PlacedHole { pointer, in_key, hole } = placed;
        let range = Some(TextRange { start: hole.start, end: hole.end });
        Self { list, index, pointer, range, key: in_key }
    }

    /// Whether both holes are in the same document.
    pub(super) fn is_in_document_of(&self, other: &Self) -> bool {
        self.list == other.list && self.index == other.index
    }

    /// Whether both holes are in the same text or key.
    fn is_in_text_of(&self, other: &Self) -> bool {
        self.is_in_document_of(other) && self.pointer == other.pointer && self.key == other.key
    }

    /// Updates the range after the text of the location `edited` was edited at `range`.
    pub(super) fn shift(&mut self, edited: &Self, range: TextRange, new_length: usize) {
        if !self.is_in_text_of(edited) {
            return;
        }
        if let Some(own) = self.range.as_mut().filter(|own| own.start >= range.end) {
            let moved = |offset: usize| offset - (range.end - range.start) + new_length;
            *own = TextRange { start: moved(own.start), end: moved(own.end) };
        }
    }

    /// Updates the pointer after the key at the end of `renamed` got a new name.
    ///
    /// `new` is the new pointer of the key.
    pub(super) fn follow_renamed_key(&mut self, renamed: &Self, new: &str) {
        let rest = self.pointer.strip_prefix(renamed.pointer.as_str());
        let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        if let Some(rest) = rest.filter(|_| self.is_in_document_of(renamed)) {
            self.pointer = format!("{new}{rest}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(list: List, index: usize, pointer: &str) -> Location {
        Location { list, index, pointer: pointer.to_owned(), range: None, key: false }
    }

    #[test]
    fn only_pointers_through_a_renamed_key_follow_it() {
        let renamed = at(List::Aws, 1, "/tags/{a}");
        for (list, index, pointer, expected) in [
            (List::Aws, 1, "/tags/{a}", "/tags/x"),
            (List::Aws, 1, "/tags/{a}/0/name", "/tags/x/0/name"),
            (List::Aws, 1, "/tags/{a}b", "/tags/{a}b"),
            (List::Aws, 1, "/tags", "/tags"),
            (List::Aws, 2, "/tags/{a}", "/tags/{a}"),
            (List::Manifests, 1, "/tags/{a}", "/tags/{a}"),
        ] {
            let mut location = at(list, index, pointer);
            location.follow_renamed_key(&renamed, "/tags/x");
            assert_eq!(location.pointer, expected, "{list:?} {index}");
        }
    }

    #[test]
    fn only_holes_after_an_edit_of_the_same_text_move() {
        let range = |start: usize, end: usize| TextRange { start, end };
        let edited = at(List::Aws, 1, "/name");
        let moved = |location: Location| {
            let mut location = Location { range: Some(range(5, 8)), ..location };
            location.shift(&edited, range(1, 4), 1);
            location.range
        };
        assert_eq!(moved(edited.clone()), Some(range(3, 6)));
        assert_eq!(moved(Location { key: true, ..edited.clone() }), Some(range(5, 8)));
        assert_eq!(moved(at(List::Aws, 1, "/other")), Some(range(5, 8)));
        assert_eq!(moved(at(List::Aws, 2, "/name")), Some(range(5, 8)));
        let mut before = Location { range: Some(range(0, 1)), ..edited.clone() };
        before.shift(&edited, range(1, 4), 1);
        assert_eq!(before.range, Some(range(0, 1)));
        let mut next = Location { range: Some(range(4, 6)), ..edited.clone() };
        next.shift(&edited, range(1, 4), 5);
        assert_eq!(next.range, Some(range(6, 8)));
    }
}
