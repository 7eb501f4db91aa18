//! Leaving the page while a text is not on disk yet.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::record::{LateWrite, Record};

/// The largest text that a browser sends after the page is gone, in bytes.
const MAX_LATE: usize = 60_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = writeOnLeave)]
    fn write_on_leave(path: &str, token: &str, version: &str, text: &str);
}

/// Writes the last changes when the page closes, or asks before it closes if that is impossible.
pub(super) fn watch(record: Record) {
    let asking = window_event_listener(leptos::ev::beforeunload, move |event| {
        let late = record.late_writes();
        let size =
            |writes: &[LateWrite]| writes.iter().map(|write| write.text.len()).sum::<usize>();
        if late.is_none_or(|writes| size(&writes) > MAX_LATE) {
            event.prevent_default();
            // Safari needs a text.
            event.set_return_value("not saved");
        }
    });
    let writing = window_event_listener(leptos::ev::pagehide, move |_| {
        let token = record.token();
        for LateWrite { path, version, text } in record.late_writes().unwrap_or_default() {
            write_on_leave(&path, &token, &version, &text);
        }
    });
    on_cleanup(move || {
        asking.remove();
        writing.remove();
    });
}
