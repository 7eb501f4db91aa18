//! Texts of files on disk: line endings and merging (`js/disk.js`, which loads on demand).

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::platform;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = loadDisk, catch)]
    async fn load_disk() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = mergeTexts)]
    fn merge_texts(base: &str, mine: &str, theirs: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = editsBetween)]
    fn edits_between(before: &str, after: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = toDisk)]
    fn to_disk_js(raw: &str, text: &str) -> String;
}

/// A part of a merged text, as lines.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Part {
    /// Lines that both versions have, or that only one version changed.
    Same { same: Vec<String> },
    /// Lines that both versions changed.
    Changed { mine: Vec<String>, theirs: Vec<String> },
}

/// A replaced range of lines, in UTF-16 offsets.
#[derive(Deserialize)]
struct Edit {
    from: usize,
    to: usize,
    text: String,
}

/// Loads the functions of this module.
///
/// # Errors
///
/// Fails if the browser cannot fetch them.
pub(crate) async fn load() -> Result<(), String> {
    match load_disk().await {
        Ok(_) => Ok(()),
        Err(_) => Err(platform::missing().await.message().to_owned()),
    }
}

/// Merges two changes of a text. Needs [`load`].
pub(crate) fn merge(base: &str, mine: &str, theirs: &str) -> Vec<Part> {
    let both = || {
        let lines = |text: &str| text.split('\n').map(str::to_owned).collect();
        vec![Part::Changed { mine: lines(mine), theirs: lines(theirs) }]
    };
    serde_wasm_bindgen::from_value(merge_texts(base, mine, theirs)).unwrap_or_else(|_| both())
}

/// Returns the ranges of lines in which two versions of a text differ: the first byte, the text
/// before and the text after. Needs [`load`].
pub(crate) fn differences(before: &str, after: &str) -> Vec<(usize, String, String)> {
    let edits: Vec<Edit> = serde_wasm_bindgen::from_value(edits_between(before, after))
        .unwrap_or_else(|_| {
            let to = before.encode_utf16().count();
            vec![Edit { from: 0, to, text: after.to_owned() }]
        });
    let range = |Edit { from, to, text }| {
        let (start, end) = (byte_offset(before, from), byte_offset(before, to));
        (start, before[start..end].to_owned(), text)
    };
    edits.into_iter().map(range).collect()
}

fn byte_offset(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    let found = text.char_indices().find(|(_, letter)| {
        let is_there = units >= utf16;
        units += letter.len_utf16();
        is_there
    });
    found.map_or(text.len(), |(at, _)| at)
}

/// Joins the parts of a merged text. `choose` returns the lines of a part that both changed.
pub(crate) fn join<'a>(
    parts: &'a [Part],
    mut choose: impl FnMut(&'a [String], &'a [String]) -> &'a [String],
) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for part in parts {
        let chosen = match part {
            Part::Same { same } => same,
            Part::Changed { mine, theirs } => choose(mine, theirs),
        };
        lines.extend(chosen.iter().map(String::as_str));
    }
    lines.join("\n")
}

/// Returns the merged text if no line was changed by both.
pub(crate) fn merged(parts: &[Part]) -> Option<String> {
    let is_certain = parts.iter().all(|part| matches!(part, Part::Same { .. }));
    is_certain.then(|| join(parts, |mine, _| mine))
}

/// Returns a text with the line endings and the byte order mark of a file. Needs [`load`].
pub(crate) fn to_disk(raw: &str, text: &str) -> String {
    to_disk_js(raw, text)
}
