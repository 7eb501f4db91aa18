//! The modules of a file: services with all their fields, other types with their name.

use leptos::prelude::*;
use optakit_core::api;
use serde_json::Value;

use super::field::{Fields, Line};
use super::{Path, Sheet, below};

/// The modules, and ways to add one.
#[component]
pub(super) fn Modules(sheet: Sheet, path: Path) -> impl IntoView {
    let (read, rows) = (path.clone(), path.clone());
    // By type, so that a module that becomes another one is shown anew.
    let types = Memo::new(move |_| {
        let modules =
            sheet.value(&read).and_then(|value| value.as_array().cloned()).unwrap_or_default();
        modules
            .iter()
            .map(|module| module["type"].as_str().unwrap_or_default().to_owned())
            .enumerate()
            .collect::<Vec<_>>()
    });
    let only = move || types.with(Vec::len) == 1;
    let row = move |(index, kind): (usize, String)| {
        let at = below(&rows, index);
        let (titled, gone, list) = (at.clone(), at.clone(), rows.clone());
        let title = move || {
            let name = sheet
                .value(&below(&titled, "name"))
                .and_then(|name| name.as_str().map(str::to_owned));
            name.unwrap_or_else(|| format!("module {}", index + 1))
        };
        let label = title.clone();
        let fields = if let Some(fields) = api::module_fields(&kind) {
            view! { <Fields sheet fields path=at /> }.into_any()
        } else {
            view! {
                <div class="row"><div class="label"><code>{"name"}</code></div><Line sheet path=below(&at, "name") label="name" /></div>
                <p class="help">{format!("A {kind}: Optakit links services to it and leaves the rest of it alone. Its other fields are edited as text.")}</p>
            }
            .into_any()
        };
        view! {
            <fieldset class="item module">
                <legend>{title}<span class="facts-line">{kind}</span></legend>
                {fields}
                <button class="link remove" aria-label=move || format!("Remove {}", label())
                    on:click=move |_| sheet.set(if untrack(only) { &list } else { &gone }, None)>{"Remove"}</button>
            </fieldset>
        }
    };
    let add = move |module: Value| {
        let index = sheet.length(&path);
        match index {
            0 => sheet.set(&path, Some(Value::Array(vec![module]))),
            index => sheet.set(&below(&path, index), Some(module)),
        }
    };
    let count = move || types.with_untracked(Vec::len);
    let (add_service, add_other) = (add.clone(), add);
    let service = move |_| {
        let name = if count() == 0 { "api".to_owned() } else { format!("service{}", count() + 1) };
        add_service(api::new_service(&name));
    };
    let other = move |event: web_sys::Event| {
        let kind = event_target_value(&event);
        if !kind.is_empty() {
            let module =
                api::new_module(&kind, &format!("{}{}", kind.replace('-', ""), count() + 1));
            add_other(module);
        }
    };
    view! {
        <For each=move || types.get() key=|module| module.clone() children=row />
        <div class="pair">
            <button class="button" on:click=service>{"Add a service"}</button>
            <select class="control new" aria-label="add another module" prop:value="" on:change=other>
                <option value="">{"add another module"}</option>
                {api::linkable_types().map(|kind| view! { <option value=kind>{kind}</option> }).collect_view()}
            </select>
        </div>
    }
}
