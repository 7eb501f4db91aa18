//! The binding to CodeMirror (crates/web/js/editor.js): all JavaScript that the page calls.

use std::pin::Pin;
use std::rc::Rc;

use js_sys::Promise;
use leptos::html::Div;
use leptos::prelude::*;
use optakit_core::api::{Diagnostic, TextEdit};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::state::State;
use crate::{later, platform};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn create(
        parent: &web_sys::Element,
        label: &str,
        text: &str,
        hint: &str,
        on_change: &Closure<dyn FnMut(String)>,
        on_complete: &Closure<dyn Fn(usize) -> Promise>,
        on_hover: &Closure<dyn Fn(usize) -> Promise>,
        on_cursor: &Closure<dyn Fn(u32, usize)>,
    ) -> JsValue;
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn show(view: &JsValue, diagnostics: JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn apply(view: &JsValue, edits: JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn replace(view: &JsValue, text: &str);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn reveal(view: &JsValue, from: usize, to: usize);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn focus(view: &JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn step(view: &JsValue, back: bool);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn light(view: &JsValue, from: u32, to: u32);
    #[wasm_bindgen(js_namespace = OptakitPage)]
    fn destroy(view: &JsValue);
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = bringEditor, catch)]
    async fn bring_editor() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = highlight)]
    fn highlight_js(element: &web_sys::Element, text: &str);
}

/// A text editor on the page.
#[derive(Clone)]
pub(crate) struct Editor {
    view: JsValue,
    _callbacks: Rc<Callbacks>,
}

/// What the editor calls; kept as long as it lives.
struct Callbacks {
    on_change: Closure<dyn FnMut(String)>,
    on_complete: Closure<dyn Fn(usize) -> Promise>,
    on_hover: Closure<dyn Fn(usize) -> Promise>,
    on_cursor: Closure<dyn Fn(u32, usize)>,
}

impl Editor {
    fn new(
        parent: &web_sys::Element,
        label: &str,
        text: &str,
        hint: &str,
        callbacks: Callbacks,
    ) -> Self {
        let Callbacks { on_change, on_complete, on_hover, on_cursor } = &callbacks;
        let view = create(parent, label, text, hint, on_change, on_complete, on_hover, on_cursor);
        Self { view, _callbacks: Rc::new(callbacks) }
    }

    /// Makes edits as one step of the history.
    pub(crate) fn apply(&self, edits: &[TextEdit]) {
        let edits: Vec<Edit<'_>> = edits.iter().map(edit).collect();
        if let Ok(edits) = serde_wasm_bindgen::to_value(&edits) {
            apply(&self.view, edits);
        }
    }

    /// Puts the cursor into it.
    pub(crate) fn focus(&self) {
        focus(&self.view);
    }

    /// Takes the last step of the history back, or makes it again.
    pub(crate) fn step(&self, back: bool) {
        step(&self.view, back);
    }

    /// Replaces the whole text as one step of the history.
    pub(crate) fn replace(&self, text: &str) {
        replace(&self.view, text);
    }

    /// Selects a place, in UTF-16 offsets.
    pub(crate) fn reveal(&self, from: usize, to: usize) {
        reveal(&self.view, from, to);
    }

    /// Lights the lines `from` to `to`, from 1, and no others.
    pub(crate) fn light(&self, (from, to): (u32, u32)) {
        light(&self.view, from, to);
    }

    fn show(&self, diagnostics: &[&Diagnostic]) {
        let diagnostics: Vec<Squiggle<'_>> =
            diagnostics.iter().map(|diagnostic| squiggle(diagnostic)).collect();
        if let Ok(diagnostics) = serde_wasm_bindgen::to_value(&diagnostics) {
            show(&self.view, diagnostics);
        }
    }
}

/// How far the text editors are, which come once the page is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coming {
    /// Their code is on its way.
    Code,
    /// It could not be fetched.
    Failed,
    /// The one that is seen is made.
    Seen,
    /// All are.
    All,
}

/// Brings the text editors.
pub(crate) fn bring(state: State) {
    leptos::task::spawn_local(async move {
        platform::painted().await;
        if bring_editor().await.is_err() {
            return state.coming.set(Coming::Failed);
        }
        state.coming.set(Coming::Seen);
        platform::painted().await;
        state.coming.set(Coming::All);
    });
}

/// What stands in the place of an editor: its text.
fn in_its_place(state: State, file: &str) -> impl IntoView + use<> {
    /// More than any screen has.
    const LINES: usize = 150;
    let coming = state.coming.get();
    let failed = (coming == Coming::Failed).then(|| {
        view! { <p class="note" role="alert">{"The text editor could not be loaded: is the network there? The text is kept; reload the page to try again."}</p> }
    });
    let text = matches!(coming, Coming::Code | Coming::Failed).then(|| {
        let text = untrack(|| state.text_of(file));
        let text = text.split_inclusive('\n').take(LINES).collect::<String>();
        view! { <pre class="coming">{text}</pre> }
    });
    (failed, text)
}

/// Fills an element with YAML, coloured as soon as the editors' code is there.
pub(crate) fn highlight(element: &web_sys::Element, text: &str) {
    highlight_js(element, text);
}

#[derive(Serialize)]
struct Squiggle<'a> {
    from: usize,
    to: usize,
    severity: &'a str,
    message: String,
    fixes: Vec<FixAction<'a>>,
}

#[derive(Serialize)]
struct FixAction<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    from: usize,
    to: usize,
    text: &'a str,
}

fn edit(replacement: &TextEdit) -> Edit<'_> {
    Edit {
        from: replacement.place.utf16_start,
        to: replacement.place.utf16_end,
        text: &replacement.text,
    }
}

fn squiggle(diagnostic: &Diagnostic) -> Squiggle<'_> {
    let fixes = diagnostic
        .fixes
        .iter()
        .map(|fix| FixAction { title: &fix.title, edits: fix.edits.iter().map(edit).collect() });
    let message = match &diagnostic.help {
        Some(help) => format!("{}\n{help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    Squiggle {
        from: diagnostic.place.utf16_start,
        to: diagnostic.place.utf16_end,
        severity: diagnostic.severity,
        message,
        fixes: fixes.collect(),
    }
}

fn promise(found: Pin<Box<dyn Future<Output = JsValue>>>) -> Promise {
    future_to_promise(async move { Ok(found.await) })
}

/// An editor of one file, which shows the diagnostics of that file.
#[component]
pub(crate) fn TextEditor(
    /// The file's name among the state's editors.
    file: String,
    /// The accessible name of the text box.
    label: &'static str,
    /// What an empty text box says.
    hint: &'static str,
    /// Called with each new text.
    #[prop(into)]
    on_change: Callback<String>,
) -> impl IntoView {
    let state = expect_context::<State>();
    let element = NodeRef::<Div>::new();
    let name = file.clone();
    let made = Effect::new(move |made: Option<bool>| {
        if made == Some(true) {
            return true;
        }
        let is_due = match state.coming.get() {
            Coming::Code | Coming::Failed => false,
            Coming::Seen => *state.open.read() == name,
            Coming::All => true,
        };
        let Some(element) = element.get().filter(|_| is_due) else { return false };
        let text = untrack(|| state.text_of(&name));
        let (complete, hover, cursor) = (name.clone(), name.clone(), name.clone());
        let callbacks = Callbacks {
            on_change: Closure::new(move |text| on_change.run(text)),
            on_complete: Closure::new(move |offset| {
                promise(Box::pin(later::complete(state.request(), complete.clone(), offset)))
            }),
            on_hover: Closure::new(move |offset| {
                promise(Box::pin(later::hover(state.request(), hover.clone(), offset)))
            }),
            on_cursor: Closure::new(move |line, offset| {
                state.cursor.set((line > 0).then(|| (cursor.clone(), line, offset)))
            }),
        };
        let editor = Editor::new(&element, label, &text, hint, callbacks);
        state.editors.update(|editors| {
            editors.push((name.clone(), editor));
        });
        true
    });
    let name = file.clone();
    Effect::new(move || {
        let _ = made;
        let outcome = state.analysis.read();
        state.editors.track();
        if let Some(editor) = state.editor(&name) {
            let diagnostics: Vec<&Diagnostic> = outcome
                .analysis
                .diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.file == name)
                .collect();
            editor.show(&diagnostics);
        }
    });
    let name = file.clone();
    on_cleanup(move || {
        state.editors.try_update(|editors| {
            for (_, editor) in editors.extract_if(.., |(known, _)| *known == name) {
                destroy(&editor.view);
            }
        });
    });
    let name = file.clone();
    let hidden = move || *state.open.read() != file;
    view! { <div class="text" hidden=hidden><div node_ref=element>{move || in_its_place(state, &name)}</div></div> }
}
