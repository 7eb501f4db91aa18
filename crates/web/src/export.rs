//! Copies text to the clipboard and saves it as files.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::state::State;

/// How long the browser may need to start a download, in milliseconds.
const DOWNLOAD_TIME: u32 = 60_000;

/// Copies a text to the clipboard and shows a message.
pub(crate) fn copy(state: State, text: String) {
    copy_with_notes(state, text, Vec::new());
}

/// Copies a text to the clipboard. The message contains the notes about the text.
pub(crate) fn copy_with_notes(state: State, text: String, notes: Vec<String>) {
    leptos::task::spawn_local(async move {
        let written = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
        state.notify(if written.is_ok() {
            with_notes("Copied", &notes)
        } else {
            "Not copied: the browser blocks access to the clipboard".to_owned()
        });
    });
}

/// Saves a text as a file and shows a message.
pub(crate) fn download(state: State, name: &str, media_type: &str, text: &str) {
    let saved = save(name, media_type, text);
    state.notify(result(name, saved, &[]));
}

/// Returns the message after a file was saved, with the notes about it.
pub(crate) fn result(name: &str, saved: bool, notes: &[String]) -> String {
    if saved {
        with_notes(&format!("Downloaded {name}"), notes)
    } else {
        "Not downloaded: the browser blocks downloads".to_owned()
    }
}

fn with_notes(message: &str, notes: &[String]) -> String {
    let notes: String = notes.iter().map(|note| format!(". {note}")).collect();
    format!("{message}{notes}")
}

/// Saves a text as a file. Returns false if the browser blocks it.
pub(crate) fn save(name: &str, media_type: &str, text: &str) -> bool {
    start_download(name, media_type, text).is_some()
}

fn start_download(name: &str, media_type: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: web_sys::HtmlAnchorElement =
        document().create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The URL keeps the file in memory until it is revoked.
    leptos::task::spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(DOWNLOAD_TIME).await;
        drop(web_sys::Url::revoke_object_url(&url));
    });
    Some(())
}
