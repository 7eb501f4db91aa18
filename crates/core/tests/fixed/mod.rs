//! The text after a fix.

use optakit_core::api::Fix;

/// Returns a text after the edits of a fix.
pub(crate) fn apply(text: &str, fix: &Fix) -> String {
    let mut fixed = text.to_owned();
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.byte_start));
    for edit in edits {
        fixed.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
    }
    fixed
}
