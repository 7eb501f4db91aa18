//! The colour scheme that the user chose.

use leptos::prelude::*;

/// The colour schemes; the first follows the system.
const COLOURS: [&str; 4] = ["system", "light", "dark", "contrast"];
const KEY: &str = "optakit.colours";

/// The storage of the browser; none if the browser blocks it.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn current() -> usize {
    let chosen = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    // Earlier versions of the page stored the name in quotes.
    chosen
        .and_then(|chosen| COLOURS.iter().position(|name| *name == chosen.trim_matches('"')))
        .unwrap_or(0)
}

/// Applies the stored colour scheme to the page.
pub(crate) fn apply() {
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("data-colours", COLOURS[current()]));
    }
}

/// Stores and applies the next colour scheme.
pub(crate) fn next() {
    let next = COLOURS[(current() + 1) % COLOURS.len()];
    if let Some(storage) = storage() {
        drop(storage.set_item(KEY, next));
    }
    apply();
}
