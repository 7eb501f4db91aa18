//! Fills the holes of a bundle.

use std::ops::Range;

use serde_json::Value;

use super::format::Bundle;
use super::hole::{List, Location, TextRange};
use crate::value::{escape, unescape};

impl Bundle {
    /// Fills every hole of an input. Returns false if the bundle has no such hole.
    pub fn fill(&mut self, input: &str, value: &str) -> bool {
        self.fill_where(input, value, |_| true)
    }

    /// Fills the holes of an input that match. Returns false if the bundle has no such hole.
    pub(super) fn fill_where(
        &mut self,
        input: &str,
        value: &str,
        matches: impl Fn(&Location) -> bool,
    ) -> bool {
        let Some(missing) = self.holes.iter_mut().find(|missing| missing.input == input) else {
            return false;
        };
        let mut pending: Vec<Location> =
            missing.at.extract_if(.., |location| matches(location)).collect();
        let is_found = !pending.is_empty();
        self.holes.retain(|missing| !missing.at.is_empty());
        while let Some(location) = pending.pop() {
            match location.range {
                Some(range) => self.replace(&location, range, value, &mut pending),
                None => self.replace_markers(&location, &format!("{{{input}}}"), value),
            }
        }
        is_found
    }

    /// Replaces a part of the text at a JSON pointer, and moves the holes behind it.
    pub fn replace_text(
        &mut self,
        (list, index, pointer): (List, usize, &str),
        range: Range<usize>,
        new: &str,
    ) {
        let range = TextRange { start: range.start, end: range.end };
        let pointer = pointer.to_owned();
        let location = Location { list, index, pointer, range: Some(range), key: false };
        self.replace(&location, range, new, &mut []);
    }

    /// Replaces a part of a text or key. Updates all other holes, also those in `pending`.
    fn replace(
        &mut self,
        location: &Location,
        range: TextRange,
        new: &str,
        pending: &mut [Location],
    ) {
        let mut pointer = None;
        self.edit_document(location, |document| {
            pointer = if location.key {
                rename_key(document, &location.pointer, range, new)
            } else {
                edit_text(document, &location.pointer, range, new)
            };
        });
        let Some(pointer) = pointer else { return };
        let others = self.holes.iter_mut().flat_map(|missing| &mut missing.at);
        for other in others.chain(pending) {
            other.shift(location, range, new.len());
            if location.key {
                other.follow_renamed_key(location, &pointer);
            }
        }
    }

    /// Replaces the markers of an input in a text, and in the keys of an AWS resource.
    ///
    /// Bundles of earlier versions have no ranges.
    fn replace_markers(&mut self, location: &Location, marker: &str, value: &str) {
        self.edit_document(location, |document| {
            if let Some(Value::String(text)) = document.pointer_mut(&location.pointer) {
                *text = text.replace(marker, value);
            }
            if location.list == List::Aws {
                replace_in_keys(document, marker, value);
            }
        });
    }

    fn edit_document(&mut self, location: &Location, edit: impl FnOnce(&mut Value)) {
        match location.list {
            List::Manifests => {
                if let Some(object) = self.manifests.get_mut(location.index) {
                    edit(object.json_mut());
                }
            }
            List::Aws => {
                if let Some(resource) = self.aws.get_mut(location.index) {
                    resource.edit_json(edit);
                }
            }
        }
    }

    /// Whether a range is inside the text or key at a location.
    pub(super) fn is_text(&self, location: &Location, range: TextRange) -> bool {
        let is_inside = |document: &Value| {
            let value = document.pointer(&location.pointer);
            let key = location.pointer.rsplit_once('/').map(|(_, key)| unescape(key));
            let text = if location.key {
                key.filter(|_| value.is_some())
            } else {
                value.and_then(Value::as_str).map(str::to_owned)
            };
            text.is_some_and(|text| text.get(range.start..range.end).is_some())
        };
        match location.list {
            List::Manifests => {
                self.manifests.get(location.index).is_some_and(|object| is_inside(object.json()))
            }
            List::Aws => {
                self.aws.get(location.index).is_some_and(|resource| is_inside(&resource.to_json()))
            }
        }
    }

    /// Whether the holes have ranges. Bundles of earlier versions have none.
    pub(crate) fn has_ranges(&self) -> bool {
        self.holes.iter().flat_map(|missing| &missing.at).all(|location| location.range.is_some())
    }

    /// Removes what bundles of earlier versions do not contain: ranges, and holes in keys.
    #[must_use]
    pub(crate) fn without_ranges(mut self) -> Self {
        for missing in &mut self.holes {
            missing.at.retain(|location| !location.key);
            missing.at.iter_mut().for_each(|location| location.range = None);
        }
        self.holes.retain(|missing| !missing.at.is_empty());
        self
    }
}

/// Replaces a part of a text. Returns its pointer.
fn edit_text(document: &mut Value, pointer: &str, range: TextRange, new: &str) -> Option<String> {
    let Some(Value::String(text)) = document.pointer_mut(pointer) else { return None };
    text.get(range.start..range.end)?;
    text.replace_range(range.start..range.end, new);
    Some(pointer.to_owned())
}

/// Replaces a part of the key at the end of a pointer. Returns the new pointer.
fn rename_key(document: &mut Value, pointer: &str, range: TextRange, new: &str) -> Option<String> {
    let (parent, key) = pointer.rsplit_once('/')?;
    let key = unescape(key);
    let mut renamed = key.clone();
    renamed.get(range.start..range.end)?;
    renamed.replace_range(range.start..range.end, new);
    let Some(Value::Object(map)) = document.pointer_mut(parent) else { return None };
    let entries = std::mem::take(map).into_iter();
    map.extend(
        entries.map(|(other, value)| (if other == key { renamed.clone() } else { other }, value)),
    );
    Some(format!("{parent}/{}", escape(&renamed)))
}

fn replace_in_keys(document: &mut Value, marker: &str, value: &str) {
    match document {
        Value::Object(map) => {
            for (key, mut inner) in std::mem::take(map) {
                replace_in_keys(&mut inner, marker, value);
                map.insert(key.replace(marker, value), inner);
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| replace_in_keys(item, marker, value));
        }
        _ => {}
    }
}
