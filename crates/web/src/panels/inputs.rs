//! What only the environment knows, as fields to fill in. They are kept in the values file, which
//! stays in the browser.

use std::collections::BTreeSet;

use leptos::prelude::*;
use optakit_core::api::{self, PathStep, SourceText};
use serde_json::Value;

use crate::state::{SERVICE_FILE, State, VALUES_FILE};

/// The inputs of the text, known and unknown.
#[component]
pub(crate) fn Inputs() -> impl IntoView {
    let state = expect_context::<State>();
    let data = Memo::new(move |_| {
        api::read_data(&SourceText { name: VALUES_FILE.to_owned(), text: state.values.get() })
    });
    let names = Memo::new(move |_| {
        let mut names: BTreeSet<String> =
            state.analysis.read().analysis.inputs.iter().cloned().collect();
        names.extend(data.read().iter().flat_map(known));
        names.into_iter().collect::<Vec<_>>()
    });
    view! {
        <div class="form" role="group" aria-label="Inputs">
            <p class="help">
                {"What only the environment knows: outputs of Terraform, the account. They fill the references of the text, stay in this browser, and are never part of a shared link."}
            </p>
            {move || names.read().is_empty().then(|| view! { <p class="help">{"The text asks for none. References like {parent.domain} appear here when the environment file does not answer them."}</p> })}
            <For each=move || names.get() key=|name| name.clone() let(name)>
                <Input name data />
            </For>
        </div>
    }
}

/// The inputs that a values file knows.
fn known(data: &Value) -> Vec<String> {
    let entries = |value: &Value| {
        value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    let parent = entries(&data["parent"]).into_iter().map(|name| format!("parent.{name}"));
    let modules = entries(&data["modules"]).into_iter().flat_map(|module| {
        entries(&data["modules"][&module])
            .into_iter()
            .map(move |output| format!("module.{module}.{output}"))
    });
    parent.chain(modules).collect()
}

/// Where an input is kept: the file, and the path in it.
fn place(state: State, name: &str) -> (String, Vec<PathStep>) {
    let key = |key: &str| PathStep::Key(key.to_owned());
    let (first, rest) = name.split_once('.').unwrap_or(("", name));
    match (first, rest.split_once('.')) {
        ("parent", _) => (VALUES_FILE.to_owned(), vec![key("parent"), key(rest)]),
        ("module", Some((module, output))) => {
            (VALUES_FILE.to_owned(), vec![key("modules"), key(module), key(output)])
        }
        _ => {
            let environment = state.analysis.with_untracked(|outcome| {
                let chosen = outcome.analysis.environment.clone();
                let known = outcome.analysis.environments.iter();
                known
                    .filter(|environment| {
                        chosen.as_ref().is_none_or(|chosen| *chosen == environment.name)
                    })
                    .map(|e| e.path.clone())
                    .next()
            });
            // A service file without environments describes its own.
            (
                environment.unwrap_or_else(|| SERVICE_FILE.to_owned()),
                vec![key("providers"), key("aws"), key(name)],
            )
        }
    }
}

#[component]
fn Input(name: String, data: Memo<Option<Value>>) -> impl IntoView {
    let state = expect_context::<State>();
    let (file, path) = place(state, &name);
    let pointer: String = path
        .iter()
        .map(|step| if let PathStep::Key(key) = step { format!("/{key}") } else { String::new() })
        .collect();
    let is_values = file == VALUES_FILE;
    let value = move || {
        let data = data.read();
        let value = data.as_ref().filter(|_| is_values).and_then(|data| data.pointer(&pointer));
        match value {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    };
    let secret = api::is_secret_output(&name);
    let change = move |text: String| {
        let source = SourceText { name: file.clone(), text: untrack(|| state.text_of(&file)) };
        let edit = if text.is_empty() {
            api::remove(&source, &path)
        } else {
            api::set(&source, &path, &Value::String(text))
        };
        match edit {
            Ok(Some(edit)) => state.edit(&file, &[edit]),
            Ok(None) => {}
            Err(error) => state.say(error.to_string()),
        }
    };
    view! {
        <label class="row">
            <span class="label"><code>{name.clone()}</code></span>
            <input
                class="control"
                type=if secret { "password" } else { "text" }
                aria-label=name
                autocomplete="off"
                spellcheck="false"
                prop:value=value
                on:change:target=move |event| change(event.target().value())
            />
        </label>
    }
}
