//! Keyboard navigation in tab lists.

use wasm_bindgen::JsCast;

/// Moves to the next or previous tab when an arrow key is pressed.
pub(crate) fn move_between_tabs(event: web_sys::KeyboardEvent) {
    let target =
        event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target else { return };
    let next = match event.key().as_str() {
        "ArrowRight" => target.next_element_sibling(),
        "ArrowLeft" => target.previous_element_sibling(),
        _ => return,
    };
    if let Some(next) = next.and_then(|next| next.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        next.click();
        drop(next.focus());
    }
}
