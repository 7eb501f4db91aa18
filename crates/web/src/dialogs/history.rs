//! Earlier states of the work, of this tab and of others.

use leptos::prelude::*;

use super::Frame;
use crate::examples;
use crate::platform::{self, Entry};
use crate::state::State;
use crate::work::Work;

/// The history, newest first.
#[component]
pub(super) fn History() -> impl IntoView {
    let state = expect_context::<State>();
    let entries = RwSignal::new(None::<Vec<Entry>>);
    leptos::task::spawn_local(async move {
        let found = platform::history().await;
        entries.try_set(Some(found));
    });
    let row = move |entry: Entry| {
        let time = String::from(
            js_sys::Date::new(&entry.time.into())
                .to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED),
        );
        let about = Work::read(&entry.text).map(|work| summary(&work)).unwrap_or_default();
        let what = format!("{} · {about}", entry.label);
        let label = format!("Go back to {time}, {what}");
        let restore = move |_| {
            state.dialog.set(None);
            examples::restore(state, &entry);
        };
        view! {
            <li>
                <button class="entry" aria-label=label on:click=restore>
                    <span>{time}</span>
                    <span class="help">{what}</span>
                </button>
            </li>
        }
    };
    view! {
        <Frame title="History">
            {move || match entries.get() {
                None => view! { <p class="help">{"Looking…"}</p> }.into_any(),
                Some(entries) if entries.is_empty() => view! { <p class="help">{"Nothing yet. While you type, the work is remembered every minute, and before anything takes its place."}</p> }.into_any(),
                Some(entries) => view! { <ul class="entries">{entries.into_iter().map(row).collect_view()}</ul> }.into_any(),
            }}
        </Frame>
    }
}

/// The layer's name and the length of its text.
fn summary(work: &Work) -> String {
    let name =
        work.service.lines().find_map(|line| line.strip_prefix("name:")).unwrap_or_default().trim();
    format!("{name} · {} lines", work.service.lines().count())
}
