//! The text editor of a file.

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use leptos::html::Div;
use leptos::prelude::*;
use optakit_core::api::Diagnostic;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::assist;
use crate::editor::{Callbacks, Editor, EditorStatus};
use crate::page::Page;
use crate::start::EmptyFile;
use crate::state::Cursor;
use crate::tracking::{on_change, on_change_from};
use crate::undo;

/// More lines than any screen shows.
const PREVIEW_LINES: usize = 150;

/// The text editor of a file, with the problems of that file.
#[component]
pub(super) fn TextEditor(
    file: String,
    /// The accessible name of the text box.
    label: &'static str,
    /// The placeholder of an empty text box.
    hint: &'static str,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let element = NodeRef::<Div>::new();
    let open = page.state.view.file;
    let file = StoredValue::new(file);
    on_change_from(move |created: Option<bool>| {
        if created == Some(true) {
            return true;
        }
        let is_due = match page.editors.status.get() {
            EditorStatus::Loading | EditorStatus::Failed => false,
            EditorStatus::Open => file.with_value(|file| *open.read() == *file),
            EditorStatus::All => true,
        };
        let Some(element) = element.get().filter(|_| is_due) else { return false };
        let name = file.get_value();
        let text = untrack(|| page.state.sources.text_of(&name));
        let editor = Editor::new(&element, label, &text, hint, callbacks(page, &name));
        page.editors.add(name, editor);
        true
    });
    show_problems(page, file);
    on_cleanup(move || file.with_value(|file| page.editors.remove(file)));
    let hidden = move || file.with_value(|file| *open.read() != *file);
    view! {
        <div class="text" hidden=hidden>
            <EmptyFile file=file.get_value() />
            <div node_ref=element data-file=file.get_value()>
                {move || file.with_value(|file| preview(page, file))}
            </div>
        </div>
    }
}

fn callbacks(page: Page, file: &str) -> Callbacks {
    let (sources, results, cursor) =
        (page.state.sources, page.state.results, page.state.selection.cursor);
    let (changed, completed, hovered, own) =
        (file.to_owned(), file.to_owned(), file.to_owned(), file.to_owned());
    Callbacks {
        on_change: Closure::new(move |text, typing: bool| {
            if typing {
                page.undo.expect_typing();
            }
            sources.set_text(&changed, text);
        }),
        on_complete: Closure::new(move |offset| {
            let request = results.request(sources);
            promise(Box::pin(assist::complete(request, completed.clone(), offset)))
        }),
        on_hover: Closure::new(move |offset| {
            let request = results.request(sources);
            promise(Box::pin(assist::hover(request, hovered.clone(), offset)))
        }),
        on_cursor: Closure::new(move |line, offset| {
            cursor.set((line > 0).then(|| Cursor { file: own.clone(), line, offset }));
        }),
        on_step: Closure::new(
            move |back: bool| {
                if back { undo::undo(page) } else { undo::redo(page) }
            },
        ),
    }
}

fn promise(found: Pin<Box<dyn Future<Output = JsValue>>>) -> Promise {
    future_to_promise(async move { Ok(found.await) })
}

/// Shows the problems of a file in its editor.
fn show_problems(page: Page, file: StoredValue<String>) {
    on_change(move || {
        let outcome = page.state.results.outcome.read();
        page.editors.track();
        file.with_value(|file| {
            let Some(editor) = page.editors.of(file) else { return };
            let all = outcome.analysis.diagnostics.iter();
            let diagnostics: Vec<&Diagnostic> =
                all.filter(|diagnostic| diagnostic.file == *file).collect();
            editor.show(&diagnostics);
        });
    });
}

/// The text of a file until its editor exists.
fn preview(page: Page, file: &str) -> impl IntoView + use<> {
    let status = page.editors.status.get();
    let failed = (status == EditorStatus::Failed).then(|| {
        view! {
            <div class="note" role="alert">
                <p>{"The text editor could not be loaded. Your text is saved."}</p>
                <button class="button" on:click=move |_| page.editors.load(page.state)>
                    {"Try again"}
                </button>
            </div>
        }
    });
    let text = matches!(status, EditorStatus::Loading | EditorStatus::Failed).then(|| {
        let text = untrack(|| page.state.sources.text_of(file));
        let text = text.split_inclusive('\n').take(PREVIEW_LINES).collect::<String>();
        view! { <pre class="preview">{text}</pre> }
    });
    (failed, text)
}
