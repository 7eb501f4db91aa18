//! The binding to CodeMirror (`js/editor.js`).

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn create(
        parent: &web_sys::Element,
        label: &str,
        text: &str,
        hint: &str,
        on_change: &Closure<dyn FnMut(String, bool)>,
        on_complete: &Closure<dyn Fn(usize) -> Promise>,
        on_hover: &Closure<dyn Fn(usize) -> Promise>,
        on_cursor: &Closure<dyn Fn(u32, usize)>,
        on_step: &Closure<dyn Fn(bool)>,
    ) -> JsValue;
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn show(view: &JsValue, diagnostics: JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn apply(view: &JsValue, edits: JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn replace(view: &JsValue, text: &str);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn patch(view: &JsValue, text: &str);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn reveal(view: &JsValue, from: usize, to: usize);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn focus(view: &JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn restore(view: &JsValue, from: usize, to: usize, text: &str);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn light(view: &JsValue, from: u32, to: u32);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(super) fn destroy(view: &JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = bringEditor, catch)]
    pub(super) async fn bring_editor() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = highlight)]
    pub(super) fn highlight(element: &web_sys::Element, text: &str);
}
