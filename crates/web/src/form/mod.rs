//! A text as a form: every field with its type, default and help from the declarations of the
//! core. An edit changes only its own place in the text, so comments are kept.

mod description;
mod entries;
mod field;
mod line;
mod links;
mod modules;
mod scalars;
mod sheet;

use leptos::prelude::*;
use optakit_core::api::{ENVIRONMENT_FIELDS, Field, FieldType, LAYER_FIELDS};
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::page::Page;
use crate::work::SERVICE_FILE;
use field::rows;
use sheet::Sheet;

#[wasm_split(form, fallible)]
fn load_form(file: String) -> Loaded<AnyView> {
    Ok(view! { <Form file /> }.into_any())
}

/// Shows the form of a file when it is loaded.
pub(crate) fn show(file: String) -> AnyView {
    lazy::show(move || Box::pin(load_form(file.clone())))
}

/// The form of a file.
#[component]
fn Form(file: String) -> impl IntoView {
    let declared = if file == SERVICE_FILE { LAYER_FIELDS } else { ENVIRONMENT_FIELDS };
    let sheet = Sheet::new(expect_context::<Page>(), file);
    let on_key = move |event: web_sys::KeyboardEvent| {
        let key = event.key().to_ascii_lowercase();
        if (event.ctrl_key() || event.meta_key()) && matches!(key.as_str(), "z" | "y") {
            event.prevent_default();
            if key == "z" && !event.shift_key() { sheet.undo() } else { sheet.redo() }
        }
    };
    let is_readable = Memo::new(move |_| sheet.is_readable());
    view! {
        <section class="form" aria-label="Form" on:keydown=on_key>
            <Show
                when=move || is_readable.get()
                fallback=move || view! { <p class="note">{move || syntax_error(sheet)}</p> }
            >
                <div class="steps">
                    <button class="link" on:click=move |_| sheet.undo()>{"Undo"}</button>
                    <button class="link" on:click=move |_| sheet.redo()>{"Redo"}</button>
                </div>
                {rows(sheet, in_form_order(declared), &Vec::new())}
            </Show>
        </section>
    }
}

/// Puts the modules first: people edit them more often than the fields around them.
fn in_form_order(declared: &'static [Field]) -> Vec<&'static Field> {
    let is_modules = |field: &&Field| matches!(field.kind, FieldType::Modules);
    let modules = declared.iter().filter(is_modules);
    modules.chain(declared.iter().filter(|field| !is_modules(field))).collect()
}

fn syntax_error(sheet: Sheet) -> String {
    let line = sheet.error_line().map(|line| format!(" in line {line}")).unwrap_or_default();
    format!("The YAML has a syntax error{line}. Fix it to use the form.")
}
