//! Completion and hover texts for the text editor, loaded on demand.

use optakit_core::api::{self, Request};
use wasm_bindgen::JsValue;
use wasm_split_helpers::wasm_split;

use crate::lazy::Loaded;

#[wasm_split(help, fallible)]
fn load_completions(request: Request, file: String, offset: usize) -> Loaded<JsValue> {
    let found = api::complete(&request, &file, offset);
    Ok(found.and_then(|found| serde_wasm_bindgen::to_value(&found).ok()).unwrap_or(JsValue::NULL))
}

#[wasm_split(help, fallible)]
fn load_hover(request: Request, file: String, offset: usize) -> Loaded<JsValue> {
    let found = api::hover(&request, &file, offset);
    Ok(found.and_then(|found| serde_wasm_bindgen::to_value(&found).ok()).unwrap_or(JsValue::NULL))
}

/// Returns the completions at an offset of a file, as a JavaScript object.
pub(crate) async fn complete(request: Request, file: String, offset: usize) -> JsValue {
    load_completions(request, file, offset).await.unwrap_or(JsValue::NULL)
}

/// Returns the hover text at an offset of a file, as a JavaScript object.
pub(crate) async fn hover(request: Request, file: String, offset: usize) -> JsValue {
    load_hover(request, file, offset).await.unwrap_or(JsValue::NULL)
}
