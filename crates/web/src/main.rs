//! The editor: mounts the page and nothing else. Text in the browser goes through
//! `optakit_core::api` alone.

#![expect(unreachable_pub, reason = "the component macro of Leptos makes public what is not")]

mod app;
mod bar;
mod commands;
mod dialogs;
mod disk;
mod editor;
mod examples;
mod export;
mod files;
mod form;
mod later;
mod linking;
mod panels;
mod platform;
mod problems;
mod share;
mod state;
mod texts;
mod work;

use leptos::prelude::*;

use state::State;

/// Quicker and smaller than the one that comes with the target, as long as nothing else runs beside
/// it.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

fn main() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(start());
}

async fn start() {
    let (work, said) = work::load().await;
    let (work, linked) =
        if share::is_linked() { later::open_link(work).await } else { (work, None) };
    let served = if disk::is_served() { Some(later::served().await) } else { None };
    if let Some(loading) = document().get_element_by_id("loading") {
        loading.remove();
    }
    mount_to_body(move || {
        let work = work.unwrap_or_else(examples::first);
        let state = State::new(match &served {
            Some(Ok(served)) => (served.work)(work),
            _ => work,
        });
        provide_context(state);
        tell_of_failures(state);
        work::keep(state);
        match &served {
            Some(Ok(served)) => (served.follow)(state),
            Some(Err(reason)) => state.say(format!("The file cannot be read: {reason}")),
            None => {}
        }
        if let Some(said) = linked.or(said) {
            state.say(said);
        }
        app::App()
    });
}

/// When the program fails, the page says so and gives the text out.
fn tell_of_failures(state: State) {
    std::panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        // Nothing may be relied on any more, so that a second failure ends it.
        let text = state.service.try_get_untracked().unwrap_or_default();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        platform::crashed(&place, &text);
    }));
}
