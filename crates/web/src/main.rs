//! The editor in the browser: starts the page. Texts are parsed and rendered by
//! `optakit_core::api` only.

#![expect(unreachable_pub, reason = "the component macro of Leptos generates public items")]

mod app;
mod assist;
mod bar;
mod bundle;
mod choices;
mod colors;
mod commands;
mod dialogs;
mod disk;
mod documentation;
mod editor;
mod effects;
mod example_account;
mod examples;
mod export;
mod files;
mod form;
mod image_field;
mod lazy;
mod linking;
mod manifest_copy;
mod markup;
mod page;
mod pane_switch;
mod panels;
mod platform;
mod problems;
mod result_pane;
mod saved_work;
mod served;
mod share;
mod source_pane;
mod start;
mod state;
mod status;
mod steps;
mod storage;
mod tabs;
mod templates;
mod tracking;
mod undo;
mod work;

use leptos::prelude::*;

use editor::Editors;
use page::Page;
use served::Served;
use state::State;
use steps::Undo;
use work::Work;

/// Faster and smaller than the default allocator. The program must have one thread only.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

fn main() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(start());
}

async fn start() {
    // The page of `optakit edit` gets the name of its database from the server.
    let served = match served::is_served() {
        true => match served::read().await {
            Ok(served) => Some(served),
            Err(reason) => return show_failure(&format!("Cannot open the file: {reason}")),
        },
        false => None,
    };
    let (work, message) = storage::load(served.is_some()).await;
    let (work, link_message) =
        if share::is_linked() { share::open_link(work).await } else { (work, None) };
    if let Some(loading) = document().get_element_by_id("loading") {
        loading.remove();
    }
    let message = link_message.or(message);
    let first_visit = work.is_none() && served.is_none();
    mount_to_body(move || {
        let work = work.unwrap_or_else(examples::first);
        let page = open_page(work, served.as_ref(), message);
        page.state.view.first_visit.set(first_visit);
        app::App()
    });
}

/// Creates the state of the page and starts its effects.
fn open_page(work: Work, served: Option<&Served>, message: Option<String>) -> Page {
    let state = State::new(match served {
        Some(served) => (served.work)(work),
        None => work,
    });
    let page = Page { state, editors: Editors::new(), undo: Undo::new() };
    provide_context(page);
    provide_context(state);
    effects::start(state);
    report_crashes(state);
    storage::save_changes(state);
    undo::start(page);
    if let Some(served) = served {
        (served.follow)(page);
    }
    if let Some(message) = message {
        state.notify(message);
    }
    page
}

/// Shows why the page cannot start.
fn show_failure(message: &str) {
    if let Ok(Some(loading)) = document().query_selector("#loading .loading") {
        loading.set_text_content(Some(message));
    }
}

/// Shows a message and the user's text when the program panics.
fn report_crashes(state: State) {
    std::panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        // The state may be broken, so a second panic must not happen here.
        let text = state.sources.service.try_get_untracked().unwrap_or_default();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        platform::crashed(&place, &text);
    }));
}
