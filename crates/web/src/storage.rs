//! Saves the work in this browser: the current version as a draft, earlier versions as a history.

use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::platform::{self, Saved};
use crate::saved_work;
use crate::state::{DiskStatus, State};
use crate::tracking::{on_change, on_change_from};
use crate::work::Work;

/// How long to wait between two entries of the history while the user types, in milliseconds.
const HISTORY_INTERVAL: f64 = 60_000.0;

/// The message about the text of a crashed page.
const CRASHED: &str = "The editor crashed. Your text is in History.";

/// The message about work that is also open in another tab.
const COPY: &str = "This work is open in another tab. This tab has its own copy.";

/// Returns the draft to continue, and a message for the user. `is_on_disk` means that the texts
/// come from files instead.
pub(crate) async fn load(is_on_disk: bool) -> (Option<Work>, Option<String>) {
    let draft = match platform::claim().await {
        Ok(draft) => draft,
        Err(reason) => {
            return (None, Some(format!("Work cannot be saved in this browser: {reason}")));
        }
    };
    let crashes = platform::take_crashes();
    if crashes > 0
        && let Some(draft) = &draft
    {
        platform::remember("before the editor crashed", draft).await;
    }
    // The text may be the reason of the crash, so it is not opened again and again.
    if crashes > 1 {
        platform::fork().await;
        return (None, Some(CRASHED.to_owned()));
    }
    let message = match crashes {
        0 => None,
        _ if is_on_disk => Some(CRASHED),
        _ => Some("The editor crashed. Your text was restored."),
    };
    let message = message.map(str::to_owned);
    let is_copy = !is_on_disk && platform::is_copy();
    let message = message.or_else(|| is_copy.then(|| COPY.to_owned()));
    let work = draft.and_then(|draft| saved_work::read(&draft));
    (work, message)
}

/// Saves the work whenever it changes.
pub(crate) fn save_changes(state: State) {
    let work = state.sources.work;
    let text = Rc::new(Closure::<dyn Fn() -> String>::new(move || work.read_untracked().to_json()));
    on_change(move || {
        work.track();
        let text = text.clone();
        leptos::task::spawn_local(async move {
            let saved = platform::keep(&text).await;
            if state.view.saved.get_untracked() != saved {
                state.view.saved.set(saved);
            }
        });
    });
    remember_while_typing(state);
    ask_before_loss(state);
}

/// Asks before the page closes if changes are not saved.
fn ask_before_loss(state: State) {
    let first = state.sources.work.get_untracked();
    let handle = window_event_listener(leptos::ev::beforeunload, move |event| {
        let is_saved = match state.view.saved.get_untracked() {
            // The local storage keeps the last changes until the page is loaded again.
            Saved::Yes | Saved::Outdated => true,
            Saved::Full | Saved::Blocked => false,
        };
        let is_in_browser = matches!(state.view.disk.get_untracked(), DiskStatus::NoFiles);
        if !is_saved && is_in_browser && *state.sources.work.read_untracked() != first {
            event.prevent_default();
            // Safari needs a text.
            event.set_return_value("not saved");
        }
    });
    on_cleanup(move || handle.remove());
}

/// Adds an entry to the history once per minute while a text changes.
fn remember_while_typing(state: State) {
    let last = StoredValue::new(js_sys::Date::now());
    on_change_from(move |before: Option<Work>| {
        let work = state.sources.work.get();
        if let Some(before) = before.filter(|before| has_other_texts(before, &work))
            && js_sys::Date::now() - last.get_value() > HISTORY_INTERVAL
        {
            last.set_value(js_sys::Date::now());
            remember_work("while typing", &before);
        }
        work
    });
}

/// Whether some work has texts, and other ones than the work after it.
fn has_other_texts(before: &Work, after: &Work) -> bool {
    let has_texts = !before.service.is_empty() || !before.environment_files.is_empty();
    let is_changed = before.service != after.service
        || before.environment_files != after.environment_files
        || before.values != after.values;
    has_texts && is_changed
}

/// Adds the current work to the history.
pub(crate) fn remember(state: State, label: &'static str) {
    remember_work(label, &state.sources.work.get_untracked());
}

fn remember_work(label: &'static str, work: &Work) {
    let text = work.to_json();
    leptos::task::spawn_local(async move { platform::remember(label, &text).await });
}

/// Deletes the history.
pub(crate) fn clear_history(state: State) {
    leptos::task::spawn_local(async move {
        let cleared = platform::clear_history().await;
        state.notify(if cleared { "History cleared" } else { "Cannot clear the history" });
    });
}
