//! Undoes and redoes a step.

use leptos::prelude::*;

use crate::page::Page;
use crate::steps::{Change, Settings, TextChange};
use crate::work::{SERVICE_FILE, VALUES_FILE};

/// Undoes the last step, or redoes the last undone one.
pub(super) fn replay(page: Page, back: bool) {
    let Some(Change { texts, settings }) = page.undo.take(back) else {
        return page.state.notify(if back { "Nothing to undo" } else { "Nothing to redo" });
    };
    if let Some((before, after)) = settings {
        let is_alone = texts.is_empty();
        restore(page, if back { before } else { after });
        if is_alone {
            page.state.notify(if back { "Choice undone" } else { "Choice redone" });
        }
    }
    for text in &texts {
        replace(page, text, back);
    }
    // The first text is the service file, if it changes.
    if let Some(first) = texts.first() {
        show(page, first, back);
    }
    let work = untrack(|| page.state.sources.work.get());
    page.undo.expect_replayed(work);
}

fn restore(page: Page, settings: Settings) {
    let sources = page.state.sources;
    let Settings { environment, image, choices, export } = settings;
    sources.environment.set(environment);
    sources.image.set(image);
    sources.choices.set(choices);
    sources.export.set(export);
}

/// Replaces the changed range, and removes a file that did not exist.
fn replace(page: Page, change: &TextChange, back: bool) {
    let TextChange { file, start, removed, inserted, existed, exists } = change;
    let (from, to) = if back { (inserted, removed) } else { (removed, inserted) };
    let text = untrack(|| page.state.sources.text_of(file));
    let end = start + from.len();
    if text.get(*start..end) != Some(from) {
        return page.state.notify("Cannot undo: the text has changed since");
    }
    match page.editors.of(file) {
        Some(editor) => {
            let first = text[..*start].encode_utf16().count();
            editor.restore(first, first + from.encode_utf16().count(), to);
        }
        None => {
            page.state.sources.set_text(file, format!("{}{to}{}", &text[..*start], &text[end..]))
        }
    }
    let is_kept = if back { *existed } else { *exists };
    if !is_kept {
        page.state.sources.environment_files.update(|files| drop(files.remove(file)));
    }
}

/// Opens the changed file.
fn show(page: Page, change: &TextChange, back: bool) {
    let (file, view) = (&change.file, page.state.view);
    let is_open = *view.file.read_untracked() == *file;
    let paths = untrack(|| page.state.results.environment_paths());
    let exists = matches!(&**file, SERVICE_FILE | VALUES_FILE) || paths.contains(file);
    if is_open || !exists {
        return;
    }
    if view.form.get_untracked() || file == VALUES_FILE {
        return view.file.set(file.clone());
    }
    let text = untrack(|| page.state.sources.text_of(file));
    let end = change.start + if back { change.removed.len() } else { change.inserted.len() };
    let offset = text.get(..end).unwrap_or(&text).encode_utf16().count();
    page.reveal(file, offset, offset);
}
