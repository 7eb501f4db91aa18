//! The steps of the undo history: what changed, as plain data.

mod change;
mod step;

use leptos::prelude::*;

pub(crate) use change::{Change, Settings, TextChange};
use step::Steps;

use crate::work::Work;

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

    /// Marks some work as the result of an undo or redo.
    pub(crate) fn expect_replayed(self, work: Work) {
        self.replayed.set_value(Some(work));
    }

    /// Notes a change, to be read later. Returns false if it is not a new one.
    pub(crate) fn note(self, before: Work, after: &Work) -> bool {
        let typing = self.typing.try_update_value(std::mem::take).unwrap_or(false);
        let replayed = self.replayed.try_update_value(Option::take).flatten();
        if before == *after || replayed.is_some_and(|replayed| replayed == *after) {
            return false;
        }
        let (after, time) = (after.clone(), js_sys::Date::now());
        self.unread.update_value(|unread| unread.push(Unread { before, after, time, typing }));
        true
    }

    /// Reads the noted changes.
    pub(crate) fn read(self) {
        let unread = self.unread.try_update_value(std::mem::take).unwrap_or_default();
        self.steps.update_value(|steps| {
            for Unread { before, after, time, typing } in unread {
                steps.record(&before, &after, time, typing);
            }
        });
    }

    /// Takes the change to undo, or to redo if `back` is false.
    pub(crate) fn take(self, back: bool) -> Option<Change> {
        self.steps.try_update_value(|steps| steps.take(back)).flatten()
    }
}
