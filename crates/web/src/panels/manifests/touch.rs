//! Recognizes events of a finger or a pen.

use wasm_bindgen::{JsCast, JsValue};

/// Whether an event comes from a finger or a pen. After a tap, browsers also send the events of a
/// mouse.
pub(super) fn is_touch(event: &web_sys::MouseEvent) -> bool {
    let event: &JsValue = event.unchecked_ref();
    let pointer = js_sys::Reflect::get(event, &"pointerType".into()).ok();
    match pointer.and_then(|pointer| pointer.as_string()) {
        Some(pointer) => pointer == "touch" || pointer == "pen",
        // Older browsers do not name the pointer of a click.
        None => false,
    }
}
