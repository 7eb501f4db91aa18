//! The color scheme that the user chose.

use leptos::prelude::*;

/// The color schemes; the first follows the system.
const COLORS: [&str; 4] = ["system", "light", "dark", "contrast"];
const KEY: &str = "optakit.colours";

/// The storage of the browser; none if the browser blocks it.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn current() -> usize {
    let chosen = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    // Earlier versions of the page stored the name in quotes.
    chosen
        .and_then(|chosen| COLORS.iter().position(|name| *name == chosen.trim_matches('"')))
        .unwrap_or(0)
}

/// Applies the stored color scheme to the page.
pub(crate) fn apply() {
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("data-colors", COLORS[current()]));
    }
}

/// Stores and applies the next color scheme.
pub(crate) fn next() {
    let next = COLORS[(current() + 1) % COLORS.len()];
    if let Some(storage) = storage() {
        drop(storage.set_item(KEY, next));
    }
    apply();
}
