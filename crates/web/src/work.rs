//! What is kept of the user's work, in this browser and nowhere else: the present state as a draft,
//! earlier ones as a history.

use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::prelude::*;
use optakit_core::api::{BaselineObject, Choices};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::platform;
use crate::state::State;

/// The user's work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    /// The service file.
    pub(crate) service: String,
    /// The environment files by path.
    pub(crate) environment_files: BTreeMap<String, String>,
    /// The chosen environment.
    #[serde(default)]
    pub(crate) environment: Option<String>,
    /// The image tag or digest.
    #[serde(default)]
    pub(crate) image: String,
    /// What is rendered, beside environment and image.
    #[serde(default)]
    pub(crate) target: Choices,
    /// The values file. It never leaves the browser: neither in a link nor in a bundle.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) values: String,
    /// The objects of the last export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exported: Option<Vec<BaselineObject>>,
}

/// The work to go on with, and what is to say of it.
pub(crate) async fn load() -> (Option<Work>, Option<String>) {
    let draft = match platform::claim().await {
        Ok(draft) => draft,
        Err(reason) => {
            return (None, Some(format!("Nothing can be kept in this browser: {reason}")));
        }
    };
    if platform::has_crashed() {
        if let Some(draft) = draft {
            platform::fork().await;
            platform::remember("before the editor failed", &draft).await;
        }
        return (
            None,
            Some("The editor failed the last time. Your text is in the history.".to_owned()),
        );
    }
    let work = draft.and_then(|draft| Work::read(&draft));
    (work, None)
}

/// Keeps the work from now on, each time that it changes.
pub(crate) fn keep(state: State) {
    let text =
        Rc::new(Closure::<dyn Fn() -> String>::new(move || state.work.read_untracked().text()));
    Effect::new(move || {
        state.work.track();
        let text = text.clone();
        leptos::task::spawn_local(async move {
            let kept = platform::keep(&text).await;
            if state.kept.get_untracked() != kept {
                state.kept.set(kept);
            }
        });
    });
    remember_now_and_then(state);
}

/// While the text changes, an entry of the history a minute is enough to go back to.
fn remember_now_and_then(state: State) {
    const MINUTE: f64 = 60_000.0;
    let last = StoredValue::new(js_sys::Date::now());
    Effect::new(move |before: Option<Work>| {
        let work = state.work.get();
        if let Some(before) =
            before.filter(|before| before.service != work.service && !before.service.is_empty())
            && js_sys::Date::now() - last.get_value() > MINUTE
        {
            last.set_value(js_sys::Date::now());
            remember_work("while typing", &before);
        }
        work
    });
}

/// Adds the work as it is to the history.
pub(crate) fn remember(state: State, label: &'static str) {
    remember_work(label, &state.work.get_untracked());
}

fn remember_work(label: &'static str, work: &Work) {
    let text = work.text();
    leptos::task::spawn_local(async move { platform::remember(label, &text).await });
}

impl Work {
    /// What a text of [`text`](Self::text) holds. The browser parses it: the first load has no
    /// parser of JSON.
    pub(crate) fn read(text: &str) -> Option<Self> {
        js_sys::JSON::parse(text).ok().and_then(|work| serde_wasm_bindgen::from_value(work).ok())
    }

    /// The work as text.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("texts and maps with text keys are JSON")
    }
}
