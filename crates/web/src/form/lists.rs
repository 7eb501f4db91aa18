//! Controls of values that have several parts.

use leptos::prelude::*;
use optakit_core::api::{self, Field};
use serde_json::{Map, Value};

use super::field::{Fields, Line};
use super::{Path, Sheet, below};

/// A button that takes something away.
#[component]
fn Remove(#[prop(into)] what: String, #[prop(into)] remove: Callback<()>) -> impl IntoView {
    view! { <button class="link remove" aria-label=format!("Remove {what}") on:click=move |_| remove.run(())>{"Remove"}</button> }
}

/// An empty line whose text becomes a further item.
#[component]
fn Add(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(into)] add: Callback<String>,
) -> impl IntoView {
    let take = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        if !text.is_empty() {
            add.run(text);
            if let Some(input) = event.target().and_then(|target| {
                wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlInputElement>(target).ok()
            }) {
                input.set_value("");
            }
        }
    };
    view! { <input class="control new" aria-label=label placeholder=hint autocomplete="off" spellcheck="false" on:change=take /> }
}

/// A list of texts, or one text where a list may stand.
#[component]
pub(super) fn Texts(sheet: Sheet, label: &'static str, path: Path) -> impl IntoView {
    let (read, count, rows) = (path.clone(), path.clone(), path.clone());
    // One text that is no list stands at the field itself.
    let single = Memo::new(move |_| sheet.value(&read).is_some_and(|value| !value.is_array()));
    let length = Memo::new(move |_| if single.get() { 1 } else { sheet.length(&count) });
    let row = move |index: usize| {
        let at = if single.get() { rows.clone() } else { below(&rows, index) };
        // The last item leaves nothing behind.
        let gone = if length.get_untracked() == 1 { rows.clone() } else { at.clone() };
        let name = format!("{label} {}", index + 1);
        view! {
            <div class="pair">
                <Line sheet path=at label=name.clone() />
                <Remove what=name remove=move |()| sheet.set(&gone, None) />
            </div>
        }
    };
    let add = move |text: String| {
        let text = Value::String(text);
        match sheet.value(&path) {
            None => sheet.set(&path, Some(Value::Array(vec![text]))),
            Some(Value::Array(items)) => sheet.set(&below(&path, items.len()), Some(text)),
            Some(one) => sheet.set(&path, Some(Value::Array(vec![one, text]))),
        }
    };
    view! {
        {move || (0..length.get()).map(&row).collect_view()}
        <Add label=format!("add to {label}") hint="add" add />
    }
}

/// A map from names to values, or a list of `{name, value}`.
#[component]
pub(super) fn Variables(sheet: Sheet, label: &'static str, path: Path) -> impl IntoView {
    let (read, rows) = (path.clone(), path.clone());
    let places = Memo::new(move |_| match sheet.value(&read) {
        Some(Value::Object(map)) => map.keys().map(|name| (name.clone(), None)).collect::<Vec<_>>(),
        Some(Value::Array(items)) => {
            let named = items.iter().enumerate();
            named
                .map(|(index, item)| {
                    (item["name"].as_str().unwrap_or_default().to_owned(), Some(index))
                })
                .collect()
        }
        _ => Vec::new(),
    });
    let row = move |(name, index): (String, Option<usize>)| {
        let (at, value) = match index {
            Some(index) => (below(&rows, index), below(&below(&rows, index), "value")),
            None => (below(&rows, name.as_str()), below(&rows, name.as_str())),
        };
        let gone = if places.with_untracked(Vec::len) == 1 { rows.clone() } else { at };
        view! {
            <div class="pair">
                <code class="name">{name.clone()}</code>
                <Line sheet path=value label=name.clone() />
                <Remove what=name remove=move |()| sheet.set(&gone, None) />
            </div>
        }
    };
    let add = move |name: String| {
        let name = name.trim();
        match sheet.value(&path) {
            Some(Value::Array(items)) => sheet.set(
                &below(&path, items.len()),
                Some(serde_json::json!({ "name": name, "value": "" })),
            ),
            _ => sheet.set(&below(&path, name), Some(Value::from(""))),
        }
    };
    view! {
        <For each=move || places.get() key=|place| place.clone() children=row />
        <Add label=format!("add to {label}") hint="name" add />
    }
}

/// Links to other modules, each with what is asked of it.
#[component]
pub(super) fn Links(sheet: Sheet, path: Path) -> impl IntoView {
    let (count, rows) = (path.clone(), path.clone());
    let length = Memo::new(move |_| sheet.length(&count));
    let row = move |index: usize| {
        let at = below(&rows, index);
        let (read, asked, ask) = (at.clone(), at.clone(), at.clone());
        let target = move || target_of(sheet.value(&read).as_ref());
        let name = untrack(&target);
        let change = move |event: web_sys::Event| {
            let asked = event_target_value(&event);
            let asked: Vec<Value> = asked
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(Value::from)
                .collect();
            let target = target_of(sheet.value(&ask).as_ref());
            let link = if asked.is_empty() {
                Value::String(target)
            } else {
                Value::Object(Map::from_iter([(target, Value::Array(asked))]))
            };
            sheet.set(&ask, Some(link));
        };
        let renamed = {
            let asked = asked.clone();
            move || renames(sheet.value(&asked).as_ref())
        };
        let asked = move || asked_of(sheet.value(&asked).as_ref());
        let gone = if length.get_untracked() == 1 { rows.clone() } else { at };
        view! {
            <div class="pair">
                <code class="name">{target}</code>
                <input class="control" aria-label=format!("asked of {name}") placeholder="all it gives" autocomplete="off"
                    readonly=renamed prop:value=asked on:change=change />
                <Remove what=name remove=move |()| sheet.set(&gone, None) />
            </div>
        }
    };
    let modules = move || {
        let modules = sheet
            .value(&below(&[], "modules"))
            .and_then(|value| value.as_array().cloned())
            .unwrap_or_default();
        let linkable = modules.into_iter().filter(|module| {
            let kind = module["type"].as_str().unwrap_or_default();
            api::is_linkable(kind)
        });
        linkable
            .map(|module| {
                module["name"].as_str().or(module["type"].as_str()).unwrap_or_default().to_owned()
            })
            .collect::<Vec<_>>()
    };
    let add = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        if !name.is_empty() {
            let index = sheet.length(&path);
            match index {
                0 => sheet.set(&path, Some(Value::Array(vec![Value::String(name)]))),
                index => sheet.set(&below(&path, index), Some(Value::String(name))),
            }
        }
    };
    view! {
        {move || (0..length.get()).map(&row).collect_view()}
        <select class="control new" aria-label="add to links" prop:value="" on:change=add>
            <option value="">{"add a link to a module"}</option>
            {move || modules().into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}
        </select>
    }
}

fn target_of(link: Option<&Value>) -> String {
    match link {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

fn arguments(link: Option<&Value>) -> Vec<Value> {
    let asked = link
        .and_then(Value::as_object)
        .and_then(|map| map.values().next())
        .and_then(Value::as_array);
    asked.cloned().unwrap_or_default()
}

fn asked_of(link: Option<&Value>) -> String {
    let word = |asked: Value| match asked {
        Value::String(word) => word,
        Value::Object(names) => {
            let names = names
                .iter()
                .map(|(from, to)| format!("{from} as {}", to.as_str().unwrap_or_default()));
            names.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    arguments(link).into_iter().map(word).collect::<Vec<_>>().join(", ")
}

/// New names for outputs are edited as text.
fn renames(link: Option<&Value>) -> bool {
    arguments(link).iter().any(Value::is_object)
}

/// A list of maps with the same fields.
#[component]
pub(super) fn Items(
    sheet: Sheet,
    fields: &'static [Field],
    label: &'static str,
    path: Path,
) -> impl IntoView {
    let (count, rows) = (path.clone(), path.clone());
    let length = Memo::new(move |_| sheet.length(&count));
    let row = move |index: usize| {
        let at = below(&rows, index);
        let gone = if length.get_untracked() == 1 { rows.clone() } else { at.clone() };
        let name = format!("{label} {}", index + 1);
        view! {
            <fieldset class="item">
                <legend>{name.clone()}</legend>
                <Fields sheet fields path=at />
                <Remove what=name remove=move |()| sheet.set(&gone, None) />
            </fieldset>
        }
    };
    let add = move |_| {
        let index = sheet.length(&path);
        let required = fields
            .iter()
            .filter(|field| field.required)
            .map(|field| (field.name.to_owned(), Value::from(field.example)));
        let item = Value::Object(required.collect());
        match index {
            0 => sheet.set(&path, Some(Value::Array(vec![item]))),
            index => sheet.set(&below(&path, index), Some(item)),
        }
    };
    view! {
        {move || (0..length.get()).map(&row).collect_view()}
        <button class="button" on:click=add>{format!("Add to {label}")}</button>
    }
}
