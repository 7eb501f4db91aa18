//! The control for links to other modules.

use leptos::prelude::*;
use optakit_core::api;
use serde_json::{Map, Value};

use super::description::Description;
use super::entries::removed;
use super::line::Remove;
use super::sheet::{Path, Sheet, below};

/// Links to other modules, each with the outputs that it selects.
#[component]
pub(super) fn Links(sheet: Sheet, path: Path, description: Description) -> impl IntoView {
    let (count, rows) = (path.clone(), path.clone());
    let length = Memo::new(move |_| sheet.length(&count));
    let row = move |index: usize| {
        let item = below(&rows, index);
        let removed = removed(length.get_untracked(), &rows, &item);
        view! { <Link sheet path=item removed /> }
    };
    let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
    let add = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        if !name.is_empty() {
            sheet.push(&path, Value::String(name));
        }
    };
    view! {
        {move || (0..length.get()).map(&row).collect_view()}
        <select
            class="control new"
            aria-label="Add link"
            aria-describedby=move || description.described_by()
            prop:value=""
            on:change=add
        >
            <option value="">{"Add link"}</option>
            {move || linkable_modules(sheet).into_iter().map(option).collect_view()}
        </select>
    }
}

#[component]
fn Link(sheet: Sheet, path: Path, removed: Path) -> impl IntoView {
    let path = StoredValue::new(path);
    let link = move || path.with_value(|path| sheet.value(path));
    let target = move || target(link().as_ref());
    let name = untrack(target);
    let set_outputs = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        let outputs = text.split(',').map(str::trim).filter(|output| !output.is_empty());
        let outputs: Vec<Value> = outputs.map(Value::from).collect();
        let target = untrack(target);
        let link = if outputs.is_empty() {
            Value::String(target)
        } else {
            Value::Object(Map::from_iter([(target, Value::Array(outputs))]))
        };
        path.with_value(|path| sheet.set(path, Some(link)));
    };
    view! {
        <div class="pair">
            <code class="name">{target}</code>
            <input
                class="control"
                aria-label=format!("Outputs of {name}")
                placeholder="all outputs"
                autocomplete="off"
                readonly=move || has_renames(link().as_ref())
                prop:value=move || outputs_text(link().as_ref())
                on:change=set_outputs
            />
            <Remove name remove=move |()| sheet.set(&removed, None) />
        </div>
    }
}

/// Returns the names of the modules that a service can link to.
fn linkable_modules(sheet: Sheet) -> Vec<String> {
    let modules = sheet.value(&below(&[], "modules"));
    let modules = modules.as_ref().and_then(Value::as_array).into_iter().flatten();
    let linkable =
        modules.filter(|module| api::is_linkable(module["type"].as_str().unwrap_or_default()));
    let name = |module: &Value| {
        module["name"].as_str().or(module["type"].as_str()).unwrap_or_default().to_owned()
    };
    linkable.map(name).collect()
}

/// Returns the name of the linked module.
fn target(link: Option<&Value>) -> String {
    match link {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

/// Returns the outputs that a link selects; none for all of them.
fn outputs(link: Option<&Value>) -> &[Value] {
    let outputs = link
        .and_then(Value::as_object)
        .and_then(|map| map.values().next())
        .and_then(Value::as_array);
    outputs.map(Vec::as_slice).unwrap_or_default()
}

fn outputs_text(link: Option<&Value>) -> String {
    let rename =
        |(from, to): (&String, &Value)| format!("{from} as {}", to.as_str().unwrap_or_default());
    let text = |output: &Value| match output {
        Value::String(name) => name.clone(),
        Value::Object(renames) => renames.iter().map(rename).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    outputs(link).iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Whether a link renames outputs. The form cannot edit new names.
fn has_renames(link: Option<&Value>) -> bool {
    outputs(link).iter().any(Value::is_object)
}
