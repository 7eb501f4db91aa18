//! The inputs: a form for values that only the environment knows. They are stored in the values
//! file.

use std::collections::BTreeSet;

use leptos::prelude::*;
use optakit_core::api::{self, PathStep, SourceText};
use serde_json::Value;
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::page::Page;
use crate::state::State;
use crate::work::VALUES_FILE;

#[wasm_split(panels, fallible)]
fn load_inputs() -> Loaded<AnyView> {
    Ok(view! { <Inputs /> }.into_any())
}

/// Shows the panel when it is loaded.
pub(crate) fn show() -> AnyView {
    lazy::show(|| Box::pin(load_inputs()))
}

/// The fields of all inputs, known and missing.
#[component]
fn Inputs() -> impl IntoView {
    let state = expect_context::<State>();
    let data = Memo::new(move |_| {
        let text = state.sources.values.get();
        api::read_data(&SourceText { name: VALUES_FILE.to_owned(), text })
    });
    let names = Memo::new(move |_| {
        let outcome = state.results.outcome.read();
        let mut names: BTreeSet<String> = outcome.analysis.inputs.iter().cloned().collect();
        names.extend(data.read().iter().flat_map(known));
        names.into_iter().collect::<Vec<_>>()
    });
    let empty = move || {
        names.read().is_empty().then(|| {
            view! {
                <p class="help">
                    {"Nothing to fill in. \
                    References that the environment file does not define appear here."}
                </p>
            }
        })
    };
    view! {
        <div class="form" role="group" aria-label="Inputs">
            <p class="help">
                {"Values that only your environment knows, such as Terraform outputs. \
                They replace references, stay in this browser and are never shared."}
            </p>
            {empty}
            <For each=move || names.get() key=|name| name.clone() let(name)>
                <Input name data />
            </For>
        </div>
    }
}

/// Returns the names of the inputs in a values file.
fn known(data: &Value) -> Vec<String> {
    let keys = |value: &Value| {
        value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    let named =
        |map: &'static str| keys(&data[map]).into_iter().map(move |name| format!("{map}.{name}"));
    let modules = keys(&data["modules"]).into_iter().flat_map(|module| {
        let outputs = keys(&data["modules"][&module]).into_iter();
        outputs.map(move |output| format!("module.{module}.{output}"))
    });
    let of_environment = ["account_id", "region", "org_name"];
    let of_environment =
        of_environment.into_iter().filter(|name| !data[name].is_null()).map(str::to_owned);
    named("parent").chain(named("vars")).chain(modules).chain(of_environment).collect()
}

/// Returns the path of an input in the values file.
fn path(name: &str) -> Vec<PathStep> {
    let key = |key: &str| PathStep::Key(key.to_owned());
    match name.split_once('.') {
        Some(("module", rest)) => match rest.split_once('.') {
            Some((module, output)) => vec![key("modules"), key(module), key(output)],
            None => vec![key("modules"), key(rest)],
        },
        Some((owner, rest)) => vec![key(owner), key(rest)],
        None => vec![key(name)],
    }
}

#[component]
fn Input(name: String, data: Memo<Option<Value>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let path = path(&name);
    let pointer = pointer(&path);
    let value = move || {
        let data = data.read();
        match data.as_ref().and_then(|data| data.pointer(&pointer)) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    };
    let element = NodeRef::<leptos::html::Input>::new();
    // Does not replace what the user is typing.
    Effect::new(move || {
        let value = value();
        if let Some(element) = element.get().filter(|element| element.value().trim() != value) {
            element.set_value(&value);
        }
    });
    let secret = api::is_secret_output(&name);
    let (own_name, own_path) = (name.clone(), path.clone());
    view! {
        <label class="row">
            <span class="label">
                <code>{name.clone()}</code>
            </span>
            <input
                class="control"
                type=if secret { "password" } else { "text" }
                aria-label=name.clone()
                autocomplete="off"
                spellcheck="false"
                node_ref=element
                on:input:target=move |event| {
                    let text = event.target().value();
                    // Removing the value could remove this text box, so wait for its end.
                    if !text.trim().is_empty() {
                        store(page, &name, &path, &text);
                    }
                }
                on:change:target=move |event| {
                    if event.target().value().trim().is_empty() {
                        store(page, &own_name, &own_path, "");
                    }
                }
            />
        </label>
    }
}

fn pointer(path: &[PathStep]) -> String {
    let step = |step: &PathStep| {
        if let PathStep::Key(key) = step { format!("/{key}") } else { String::new() }
    };
    path.iter().map(step).collect()
}

/// Writes an input to the values file at each key; an empty text removes it.
fn store(page: Page, name: &str, path: &[PathStep], text: &str) {
    let source = SourceText {
        name: VALUES_FILE.to_owned(),
        text: page.state.sources.values.get_untracked(),
    };
    let edit = if text.trim().is_empty() {
        api::remove(&source, path)
    } else {
        api::set(&source, path, &Value::String(text.trim().to_owned()))
    };
    match edit {
        Ok(Some(edit)) => {
            page.undo.expect_field(name.to_owned());
            page.edit(VALUES_FILE, &[edit]);
        }
        Ok(None) => {}
        Err(error) => page.state.notify(error.to_string()),
    }
}
