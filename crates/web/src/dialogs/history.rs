//! Earlier versions of the work, from all tabs of this browser.

use leptos::prelude::*;

use super::frame::Frame;
use crate::markup::count;
use crate::page::Page;
use crate::platform::{self, Entry};
use crate::work::Work;
use crate::{saved_work, storage};

/// The dialog with the history, newest first.
#[component]
pub(super) fn History() -> impl IntoView {
    let entries = RwSignal::new(None::<Vec<Entry>>);
    leptos::task::spawn_local(async move {
        let found = platform::history().await;
        entries.try_set(Some(found));
    });
    let list = move || match entries.get() {
        None => view! { <p class="help">{"Loading…"}</p> }.into_any(),
        Some(entries) if entries.is_empty() => view! {
            <p class="help">
                {"No history yet. The editor adds an entry every minute while you type, \
                and before it replaces your text."}
            </p>
        }
        .into_any(),
        Some(entries) => {
            let rows = entries.into_iter().map(|entry| view! { <Row entry /> }).collect_view();
            view! { <ul class="entries">{rows}</ul> }.into_any()
        }
    };
    view! { <Frame title="History">{list}</Frame> }
}

#[component]
fn Row(entry: Entry) -> impl IntoView {
    let page = expect_context::<Page>();
    let time = String::from(
        js_sys::Date::new(&entry.time.into())
            .to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED),
    );
    let summary = saved_work::read(&entry.text).map(|work| summary(&work)).unwrap_or_default();
    let about = format!("{} · {summary}", entry.label);
    let label = format!("Restore {time}, {about}");
    view! {
        <li>
            <button class="entry" aria-label=label on:click=move |_| restore(page, &entry)>
                <span>{time}</span>
                <span class="help">{about}</span>
            </button>
        </li>
    }
}

fn restore(page: Page, entry: &Entry) {
    page.state.view.dialog.set(None);
    match saved_work::read(&entry.text) {
        Some(work) => {
            storage::remember(page.state, "before an earlier version was restored");
            page.replace(work);
            page.state.notify("Restored. Undo returns to the previous text.");
        }
        None => page.state.notify("Cannot restore this entry: another version of Optakit saved it"),
    }
}

/// The name in the service file and the number of its lines.
fn summary(work: &Work) -> String {
    let name =
        work.service.lines().find_map(|line| line.strip_prefix("name:")).unwrap_or_default().trim();
    format!("{name} · {}", count(work.service.lines().count(), "line"))
}
