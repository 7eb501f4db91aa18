//! The state of the page, as plain data. Effects and editors are in other modules.

mod results;
mod sources;
mod view;

use leptos::prelude::*;

pub(crate) use results::{Results, ShownManifests};
pub(crate) use sources::Sources;
pub(crate) use view::{
    Conflict, Cursor, Dialog, DiskStatus, LineOrigin, ManifestLine, Message, Pane, Question,
    ResultTab, Selection, View,
};

use crate::work::Work;

/// The state that all parts of the page share. It contains only handles, so it is `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct State {
    pub(crate) sources: Sources,
    pub(crate) results: Results,
    pub(crate) view: View,
    pub(crate) selection: Selection,
}

/// How long a message is shown, in milliseconds: at least this, and longer per character.
const MESSAGE_TIME: u32 = 2500;
const TIME_PER_CHARACTER: u32 = 40;

impl State {
    /// Creates the state for some work.
    pub(crate) fn new(work: Work) -> Self {
        let sources = Sources::new(work);
        let results = Results::new(sources);
        Self { sources, results, view: View::new(), selection: Selection::new() }
    }

    /// Shows a message for a moment.
    pub(crate) fn notify(self, text: impl Into<String>) {
        let (text, message) = (text.into(), self.view.message);
        let length = u32::try_from(text.len()).unwrap_or_default();
        let number = message.with_untracked(|shown| shown.number) + 1;
        message.set(Message { number, text });
        leptos::task::spawn_local(async move {
            let time = MESSAGE_TIME + length.saturating_mul(TIME_PER_CHARACTER);
            gloo_timers::future::TimeoutFuture::new(time).await;
            if message.with_untracked(|shown| shown.number == number) {
                message.update(|shown| shown.text.clear());
            }
        });
    }
}
