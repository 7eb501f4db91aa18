//! The undo history: one for texts, forms, fixes, opened files and choices.
//!
//! An effect compares the work before and after each change. The comparison is in a part that is
//! loaded with the first change.

mod change;
mod replay;
mod step;

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::page::Page;
use crate::work::Work;
use step::Steps;

/// The undo history.
#[derive(Clone, Copy)]
pub(crate) struct Undo {
    /// The changes that are not yet in `steps`.
    unread: StoredValue<Vec<Unread>>,
    steps: StoredValue<Steps>,
    /// Whether the next change comes from typing.
    typing: StoredValue<bool>,
    /// The work after the last undo or redo, which is not a new change.
    replayed: StoredValue<Option<Work>>,
}

/// A change that is not yet in the history.
struct Unread {
    before: Work,
    after: Work,
    /// Milliseconds since 1970.
    time: f64,
    typing: bool,
}

#[wasm_split(help, fallible)]
fn load_steps(undo: Undo) -> Loaded<()> {
    undo.read_changes();
    Ok(())
}

#[wasm_split(help, fallible)]
fn load_replay(page: Page, back: bool) -> Loaded<()> {
    page.undo.read_changes();
    replay::replay(page, back);
    Ok(())
}

impl Undo {
    /// Creates an empty history.
    pub(crate) fn new() -> Self {
        Self {
            unread: StoredValue::new(Vec::new()),
            steps: StoredValue::new(Steps::default()),
            typing: StoredValue::new(false),
            replayed: StoredValue::new(None),
        }
    }

    /// Marks the next change as typed, so that it joins the step before it.
    pub(crate) fn expect_typing(self) {
        self.typing.set_value(true);
    }

    fn read_changes(self) {
        let unread = self.unread.try_update_value(std::mem::take).unwrap_or_default();
        self.steps.update_value(|steps| {
            for Unread { before, after, time, typing } in unread {
                steps.record(&before, &after, time, typing);
            }
        });
    }

    fn is_replayed(self, work: &Work) -> bool {
        let replayed = self.replayed.try_update_value(Option::take).flatten();
        replayed.is_some_and(|replayed| replayed == *work)
    }
}

/// Records every change from now on.
pub(crate) fn start(page: Page) {
    let (undo, work) = (page.undo, page.state.sources.work);
    Effect::new(move |before: Option<Work>| {
        let after = work.get();
        let typing = undo.typing.try_update_value(std::mem::take).unwrap_or(false);
        if let Some(before) = before.filter(|before| !undo.is_replayed(&after) && *before != after)
        {
            let (after, time) = (after.clone(), js_sys::Date::now());
            undo.unread.update_value(|unread| {
                unread.push(Unread { before, after, time, typing });
            });
            // Without the part, the changes wait for the next one.
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
