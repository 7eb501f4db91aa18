//! Keyboard navigation in tab lists.

use wasm_bindgen::JsCast;

/// Moves between the tabs of a list with the arrow keys, Home and End.
pub(crate) fn move_between_tabs(event: web_sys::KeyboardEvent) {
    let target =
        event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target else { return };
    let list = target.parent_element();
    let next = match event.key().as_str() {
        "ArrowRight" => target.next_element_sibling(),
        "ArrowLeft" => target.previous_element_sibling(),
        "Home" => list.and_then(|list| list.first_element_child()),
        "End" => list.and_then(|list| list.last_element_child()),
        _ => return,
    };
    if let Some(next) = next.and_then(|next| next.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        next.click();
        drop(next.focus());
    }
}
