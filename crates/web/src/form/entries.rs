//! The controls for lists and maps of texts, and for lists of maps.

use leptos::prelude::*;
use optakit_core::api::Field;
use serde_json::{Value, json};

use super::description::Description;
use super::line::{Add, Line, Remove};
use super::sheet::{Path, Sheet, below};

/// Shows the fields of a map. The list controls get it as an argument, because maps contain lists.
pub(super) type ShowFields = fn(Sheet, &'static [Field], &Path) -> AnyView;

/// Returns the path to remove for an item: the whole value if the item is the only one.
pub(super) fn removed(count: usize, whole: &Path, item: &Path) -> Path {
    if count == 1 { whole.clone() } else { item.clone() }
}

/// A list of texts, or a single text.
#[component]
pub(super) fn Texts(
    sheet: Sheet,
    label: &'static str,
    path: Path,
    description: Description,
) -> impl IntoView {
    let (read, count, rows) = (path.clone(), path.clone(), path.clone());
    let is_single = Memo::new(move |_| sheet.value(&read).is_some_and(|value| !value.is_array()));
    let length = Memo::new(move |_| if is_single.get() { 1 } else { sheet.length(&count) });
    let row = move |index: usize| {
        let item = if is_single.get() { rows.clone() } else { below(&rows, index) };
        let removed = removed(length.get_untracked(), &rows, &item);
        let name = format!("{label} {}", index + 1);
        view! {
            <div class="pair">
                <Line sheet path=item label=name.clone() description />
                <Remove name remove=move |()| sheet.set(&removed, None) />
            </div>
        }
    };
    let add = move |text: String| match sheet.value(&path) {
        None | Some(Value::Array(_)) => sheet.push(&path, Value::String(text)),
        Some(single) => sheet.set(&path, Some(json!([single, text]))),
    };
    view! {
        {move || (0..length.get()).map(&row).collect_view()}
        <Add label=format!("Add to {label}") hint="add" add description />
    }
}

/// A variable: its name, and its index if the variables are a list of `{name, value}`.
type Variable = (String, Option<usize>);

fn variables(value: Option<Value>) -> Vec<Variable> {
    match value {
        Some(Value::Object(map)) => map.keys().map(|name| (name.clone(), None)).collect(),
        Some(Value::Array(items)) => {
            let name = |item: &Value| item["name"].as_str().unwrap_or_default().to_owned();
            items.iter().enumerate().map(|(index, item)| (name(item), Some(index))).collect()
        }
        _ => Vec::new(),
    }
}

/// A map from names to values, or a list of `{name, value}`.
#[component]
pub(super) fn Variables(
    sheet: Sheet,
    path: Path,
    /// The accessible name of the text box that adds an entry.
    add_label: String,
    description: Description,
) -> impl IntoView {
    let (read, rows) = (path.clone(), path.clone());
    let names = Memo::new(move |_| variables(sheet.value(&read)));
    let added = StoredValue::new(None::<String>);
    let row = move |(name, index): Variable| {
        let item = match index {
            Some(index) => below(&rows, index),
            None => below(&rows, name.as_str()),
        };
        let value = if index.is_some() { below(&item, "value") } else { item.clone() };
        let removed = removed(names.with_untracked(Vec::len), &rows, &item);
        // A new variable has no value yet, so the user types it next.
        let focused = added.with_value(|added| added.as_ref() == Some(&name));
        view! {
            <div class="pair">
                <code class="name">{name.clone()}</code>
                <Line sheet path=value label=name.clone() description focused />
                <Remove name remove=move |()| sheet.set(&removed, None) />
            </div>
        }
    };
    let add = move |name: String| {
        let name = name.trim();
        added.set_value(Some(name.to_owned()));
        match sheet.value(&path) {
            Some(Value::Array(items)) => {
                let item = json!({ "name": name, "value": "" });
                sheet.set(&below(&path, items.len()), Some(item));
            }
            _ => sheet.set(&below(&path, name), Some(Value::from(""))),
        }
    };
    view! {
        <For each=move || names.get() key=|variable| variable.clone() children=row />
        <Add label=add_label hint="name" add description />
    }
}

/// A list of maps with the same fields.
#[component]
pub(super) fn Items(
    sheet: Sheet,
    fields: &'static [Field],
    label: &'static str,
    path: Path,
    show_fields: ShowFields,
) -> impl IntoView {
    let (count, rows) = (path.clone(), path.clone());
    let length = Memo::new(move |_| sheet.length(&count));
    let row = move |index: usize| {
        let item = below(&rows, index);
        let removed = removed(length.get_untracked(), &rows, &item);
        let name_path = below(&item, "name");
        let name = Memo::new(move |_| item_title(label, index, sheet.value(&name_path)));
        view! {
            <fieldset class="item">
                <legend>{name}</legend>
                {show_fields(sheet, fields, &item)}
                <Remove name remove=move |()| sheet.set(&removed, None) />
            </fieldset>
        }
    };
    let add = move |_| {
        let required = fields.iter().filter(|field| field.required);
        let item = required.map(|field| (field.name.to_owned(), Value::from(field.example)));
        sheet.push(&path, Value::Object(item.collect()));
    };
    view! {
        {move || (0..length.get()).map(&row).collect_view()}
        <button class="button" on:click=add>
            {add_title(label)}
        </button>
    }
}

/// Returns the noun for one item of a list: `environments` becomes `environment`.
fn noun(label: &str) -> String {
    label.strip_suffix('s').unwrap_or(label).replace('_', " ")
}

/// Names the button that adds an item: "Add environment".
fn add_title(label: &str) -> String {
    format!("Add {}", noun(label))
}

/// Names an item: "Environment: staging", or "Environment 1" if it has no name.
fn item_title(label: &str, index: usize, name: Option<Value>) -> String {
    let noun = noun(label);
    let noun = format!("{}{}", noun[..1].to_ascii_uppercase(), &noun[1..]);
    match name.as_ref().and_then(Value::as_str) {
        Some(name) => format!("{noun}: {name}"),
        None => format!("{noun} {}", index + 1),
    }
}
