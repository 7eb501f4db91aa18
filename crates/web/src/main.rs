//! The editor: mounts the page and nothing else. Text in the browser goes through `optakit_core::api` alone.

#![expect(unreachable_pub, reason = "the component macro of Leptos makes public what is not")]

mod app;
mod editor;
mod example;
mod export;
mod panels;
mod state;
mod store;

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    if let Some(loading) = document().get_element_by_id("loading") {
        loading.remove();
    }
    mount_to_body(app::App);
}
