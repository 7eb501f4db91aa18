//! The field for the image tag or digest, which its problem refers to.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The id of the field.
pub(crate) const IMAGE_FIELD: &str = "image";
/// The id of its problem.
pub(crate) const IMAGE_PROBLEM: &str = "image-problem";

/// Moves the focus to the field. Returns false if the window is too narrow to show it.
pub(crate) fn focus_image() -> bool {
    let field = document().get_element_by_id(IMAGE_FIELD);
    let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
    field.filter(|field| field.offset_width() > 0).is_some_and(|field| field.focus().is_ok())
}
