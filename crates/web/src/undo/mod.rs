//! Undo and redo for everything that changes the work: typing, forms, fixes, opened files and
//! choices.
//!
//! An effect notes the work before and after each change. The code that compares them is in a part
//! that is loaded with the first change.

mod replay;

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::page::Page;
use crate::steps::Undo;
use crate::tracking::on_change_from;
use crate::work::Work;

#[wasm_split(help, fallible)]
fn load_steps(undo: Undo) -> Loaded<()> {
    undo.read();
    Ok(())
}

#[wasm_split(help, fallible)]
fn load_replay(page: Page, back: bool) -> Loaded<()> {
    page.undo.read();
    replay::replay(page, back);
    Ok(())
}

/// Records every change from now on.
pub(crate) fn start(page: Page) {
    let (undo, work) = (page.undo, page.state.sources.work);
    on_change_from(move |before: Option<Work>| {
        let after = work.get();
        if before.is_some_and(|before| undo.note(before, &after)) {
            // If the part cannot be fetched, the changes wait for the next one.
            leptos::task::spawn_local(async move { drop(load_steps(undo).await) });
        }
        after
    });
}

/// Undoes the last step.
pub(crate) fn undo(page: Page) {
    lazy::run(page.state, Box::pin(load_replay(page, true)));
}

/// Redoes the last undone step.
pub(crate) fn redo(page: Page) {
    lazy::run(page.state, Box::pin(load_replay(page, false)));
}
