//! The modules of a file: services with all their fields, other types with their name.

use leptos::prelude::*;
use optakit_core::api;
use serde_json::Value;

use super::description::Description;
use super::entries::{ShowFields, removed};
use super::line::{Line, Remove};
use super::sheet::{Path, Sheet, below};

/// The modules, and the controls that add one.
#[component]
pub(super) fn Modules(sheet: Sheet, path: Path, show_fields: ShowFields) -> impl IntoView {
    let path = StoredValue::new(path);
    // The key contains the type, so a module that changes its type is shown again.
    let types = Memo::new(move |_| {
        let modules = path.with_value(|path| sheet.value(path));
        let modules = modules.as_ref().and_then(Value::as_array).into_iter().flatten();
        let kind = |module: &Value| module["type"].as_str().unwrap_or_default().to_owned();
        modules.map(kind).enumerate().collect::<Vec<_>>()
    });
    let count = move || types.with_untracked(Vec::len);
    let remove = move |item: &Path| {
        path.with_value(|path| sheet.set(&removed(count(), path, item), None));
    };
    let module = move |(index, kind): (usize, String)| {
        let item = path.with_value(|path| below(path, index));
        let own = item.clone();
        view! {
            <Module sheet path=item index kind show_fields remove=move |()| remove(&own) />
        }
    };
    let add = move |module: Value| path.with_value(|path| sheet.push(path, module));
    let add_service = move |_| {
        let name = if count() == 0 { "api".to_owned() } else { format!("service{}", count() + 1) };
        add(api::new_service(&name));
    };
    let add_other = move |event: web_sys::Event| {
        let kind = event_target_value(&event);
        if !kind.is_empty() {
            let name = format!("{}{}", kind.replace('-', ""), count() + 1);
            add(api::new_module(&kind, &name));
        }
    };
    let option = |kind: &'static str| view! { <option value=kind>{kind}</option> };
    view! {
        <For each=move || types.get() key=|module| module.clone() children=module />
        <div class="pair">
            <button class="button" on:click=add_service>
                "Add service"
            </button>
            <select class="control new" aria-label=ADD_OTHER prop:value="" on:change=add_other>
                <option value="">{ADD_OTHER}</option>
                {api::linkable_types().map(option).collect_view()}
            </select>
        </div>
    }
}

const ADD_OTHER: &str = "Add database, queue or bucket";

/// A module: all fields of a service, or the name of another type.
#[component]
fn Module(
    sheet: Sheet,
    path: Path,
    index: usize,
    kind: String,
    show_fields: ShowFields,
    #[prop(into)] remove: Callback<()>,
) -> impl IntoView {
    let name_path = below(&path, "name");
    let title = Memo::new({
        let path = name_path.clone();
        move |_| {
            let name = sheet.value(&path).and_then(|name| name.as_str().map(str::to_owned));
            name.unwrap_or_else(|| format!("module {}", index + 1))
        }
    });
    let fields = match api::module_fields(&kind) {
        Some(fields) => show_fields(sheet, fields, &path),
        None => name_field(sheet, name_path, &kind),
    };
    view! {
        <fieldset class="item module">
            <legend>
                {title}
                <span class="facts-line">{kind}</span>
            </legend>
            {fields}
            <Remove name=title remove />
        </fieldset>
    }
}

fn name_field(sheet: Sheet, path: Path, kind: &str) -> AnyView {
    let help = format!(
        "Optakit links services to this {kind} but does not create it. \
         Edit its other fields in Text."
    );
    let own = path.clone();
    let description = Description::new(Memo::new(move |_| sheet.problems(&own, false)));
    view! {
        <div class="row">
            <div class="label" id=description.help_id()>
                <code>{"name"}</code>
            </div>
            <Line sheet path label="name" description />
        </div>
        <p class="help">{help}</p>
    }
    .into_any()
}
