//! What leaves the page by the user's hand: the clipboard and files.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::state::State;

/// Puts a text on the clipboard and says so.
pub(crate) fn copy(state: State, text: String) {
    leptos::task::spawn_local(async move {
        let written = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
        state.say(if written.is_ok() {
            "Copied"
        } else {
            "The browser does not allow copying here"
        });
    });
}

/// Saves a text as a file and says so.
pub(crate) fn download(state: State, name: &str, kind: &str, text: &str) {
    state.say(match save(name, kind, text) {
        Some(()) => format!("Saved {name}"),
        None => "The browser does not allow saving here".to_owned(),
    });
}

fn save(name: &str, kind: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: web_sys::HtmlAnchorElement =
        document().create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The download holds the blob by now; the address alone would keep it for as long as the page
    // lives.
    leptos::task::spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(60_000).await;
        drop(web_sys::Url::revoke_object_url(&url));
    });
    Some(())
}
