//! The steps of the undo history: what changed, as plain data.

mod change;
mod rebase;
mod step;

use leptos::prelude::*;

pub(crate) use change::{Change, Settings, TextChange};
use step::{Made, Steps};

use crate::work::Work;

/// The undo history.
#[derive(Clone, Copy)]
pub(crate) struct Undo {
    /// The changes that are not yet in `steps`.
    unread: StoredValue<Vec<Unread>>,
    steps: StoredValue<Steps>,
    /// How the next change is made.
    made: StoredValue<Made>,
    /// The work after the last undo or redo, which is not a new change.
    replayed: StoredValue<Option<Work>>,
}

/// A change that is not yet in the history.
struct Unread {
    before: Work,
    after: Work,
    /// Milliseconds since 1970.
    time: f64,
    made: Made,
}

impl Undo {
    /// Creates an empty history.
    pub(crate) fn new() -> Self {
        Self {
            unread: StoredValue::new(Vec::new()),
            steps: StoredValue::new(Steps::default()),
            made: StoredValue::new(Made::AtOnce),
            replayed: StoredValue::new(None),
        }
    }

    /// Marks the next change as typed, so that it joins the step before it.
    pub(crate) fn expect_typing(self) {
        self.made.set_value(Made::Typed);
    }

    /// Marks the next change as typed in a field of the form. All such changes are one step.
    pub(crate) fn expect_field(self, field: String) {
        self.made.set_value(Made::InField(field));
    }

    /// Marks the next change as made by others, on disk. Undo does not take it back.
    pub(crate) fn expect_foreign(self, hunks: Vec<TextChange>) {
        self.made.update_value(|made| match made {
            Made::Foreign(known) => known.extend(hunks),
            Made::AtOnce | Made::Typed | Made::InField(_) => *made = Made::Foreign(hunks),
        });
    }

    /// Marks some work as the result of an undo or redo.
    pub(crate) fn expect_replayed(self, work: Work) {
        self.replayed.set_value(Some(work));
    }

    /// Notes a change, to be read later. Returns false if it is not a new one.
    pub(crate) fn note(self, before: Work, after: &Work) -> bool {
        let made = self.made.try_update_value(std::mem::take).unwrap_or_default();
        let replayed = self.replayed.try_update_value(Option::take).flatten();
        if before == *after || replayed.is_some_and(|replayed| replayed == *after) {
            return false;
        }
        let (after, time) = (after.clone(), js_sys::Date::now());
        self.unread.update_value(|unread| unread.push(Unread { before, after, time, made }));
        true
    }

    /// Reads the noted changes.
    pub(crate) fn read(self) {
        let unread = self.unread.try_update_value(std::mem::take).unwrap_or_default();
        self.steps.update_value(|steps| {
            for Unread { before, after, time, made } in unread {
                steps.record(&before, &after, time, made);
            }
        });
    }

    /// Takes the change to undo, or to redo if `back` is false.
    pub(crate) fn take(self, back: bool) -> Option<Change> {
        self.steps.try_update_value(|steps| steps.take(back)).flatten()
    }
}
