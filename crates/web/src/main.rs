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
    let (work, message) = storage::load().await;
    let (work, link_message) =
        if share::is_linked() { share::open_link(work).await } else { (work, None) };
    let served = if served::is_served() { Some(served::read().await) } else { None };
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
fn open_page(work: Work, served: Option<&Result<Served, String>>, message: Option<String>) -> Page {
    let state = State::new(match served {
        Some(Ok(served)) => (served.work)(work),
        _ => work,
    });
    let page = Page { state, editors: Editors::new(), undo: Undo::new() };
    provide_context(page);
    provide_context(state);
    effects::start(state);
    report_crashes(state);
    storage::save_changes(state);
    undo::start(page);
    match served {
        Some(Ok(served)) => (served.follow)(page),
        Some(Err(reason)) => state.notify(format!("Cannot read the file: {reason}")),
        None => {}
    }
    if let Some(message) = message {
        state.notify(message);
    }
    page
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
