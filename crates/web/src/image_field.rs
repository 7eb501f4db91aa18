//! The field for the image tag or digest, which its problem refers to.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The id of the field.
pub(crate) const IMAGE_FIELD: &str = "image";
/// The id of its problem.
pub(crate) const IMAGE_PROBLEM: &str = "image-problem";

/// Moves the focus to the field.
pub(crate) fn focus_image() {
    let field = document().get_element_by_id(IMAGE_FIELD);
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        drop(field.focus());
    }
}
