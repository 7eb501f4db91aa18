//! One field: its name, its help and the control for its type.

use leptos::html::{Input, Select};
use leptos::prelude::*;
use optakit_core::api::{Field, FieldType, PORT_NAMES};
use serde_json::Value;

use super::lists::{Items, Links, Texts, Variables};
use super::modules::Modules;
use super::{Path, Sheet, below};
use crate::panels::problems::marked;

/// The fields of a map.
#[component]
pub(super) fn Fields(sheet: Sheet, fields: &'static [Field], path: Path) -> impl IntoView {
    let field = |field: &'static Field| {
        let path = below(&path, field.name);
        view! { <Row sheet field path /> }
    };
    fields.iter().map(field).collect_view().into_any()
}

#[component]
fn Row(sheet: Sheet, field: &'static Field, path: Path) -> impl IntoView {
    let nested =
        matches!(field.kind, FieldType::Map(_) | FieldType::MapList(_) | FieldType::Modules);
    let (own, set) = (path.clone(), path.clone());
    let faults = move || {
        sheet
            .faults(&own, !nested)
            .into_iter()
            .map(|fault| view! { <p class="fault">{marked(&fault)}</p> })
            .collect_view()
    };
    let is_set = move || sheet.value(&set).is_some();
    let (first, more) = field.doc.trim().split_once('\n').unwrap_or((field.doc.trim(), ""));
    let mut facts = Vec::new();
    facts.extend(field.unit.map(str::to_owned));
    facts.extend(
        field
            .default
            .filter(|default| !default.starts_with('['))
            .map(|default| format!("default {default}")),
    );
    facts.extend(field.required.then(|| "required".to_owned()));
    let facts = facts.join(" · ");
    let more =
        (!more.is_empty()).then(|| view! { <span class="help">{marked(more.trim())}</span> });
    view! {
        <div class="row" class:set=is_set class:wide=nested>
            <div class="label">
                <code>{field.name}</code>
                <span class="facts-line">{facts}</span>
                <span class="help">{marked(first)}</span>
                {more}
            </div>
            <div class="control-of">
                {control(sheet, field, path)}
                {faults}
            </div>
        </div>
    }
}

fn control(sheet: Sheet, field: &'static Field, path: Path) -> AnyView {
    match field.kind {
        FieldType::Boolean => view! { <Toggle sheet field path /> }.into_any(),
        FieldType::Integer | FieldType::Count | FieldType::Quantity => {
            view! { <Line sheet path label=field.name hint=hint(field) number=true /> }.into_any()
        }
        FieldType::Text => view! { <Line sheet path label=field.name hint=hint(field) /> }.into_any(),
        FieldType::TextList | FieldType::TextOrList => view! { <Texts sheet label=field.name path /> }.into_any(),
        FieldType::Variables | FieldType::EnvVars => view! { <Variables sheet label=field.name path /> }.into_any(),
        FieldType::Port => view! { <Port sheet field path /> }.into_any(),
        FieldType::Links => view! { <Links sheet path /> }.into_any(),
        FieldType::Map(fields) => {
            view! { <fieldset><legend class="visually-hidden">{field.name}</legend><Fields sheet fields path /></fieldset> }
                .into_any()
        }
        FieldType::MapList(fields) => view! { <Items sheet fields label=field.name path /> }.into_any(),
        FieldType::Modules => view! { <Modules sheet path /> }.into_any(),
    }
}

fn hint(field: &Field) -> &'static str {
    field.default.unwrap_or(field.example)
}

/// A value as a person types it.
fn typed(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text,
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// What a person typed as a value: a number where one is expected and it is one.
fn meant(text: &str, number: bool) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    let parsed = number.then(|| serde_json::from_str::<serde_json::Number>(text).ok()).flatten();
    Some(parsed.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

/// One line of text or a number; empty takes the value away.
#[component]
pub(super) fn Line(
    sheet: Sheet,
    path: Path,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] number: bool,
) -> impl IntoView {
    let (element, read) = (NodeRef::<Input>::new(), path.clone());
    // What is being typed is not written over.
    Effect::new(move || {
        let value = typed(sheet.value(&read));
        if let Some(element) = element.get().filter(|element| element.value() != value) {
            let typing = document().active_element().is_some_and(|active| active == **element);
            if !typing || meant(&element.value(), number) != meant(&value, number) {
                element.set_value(&value);
            }
        }
    });
    view! {
        <input
            class="control"
            node_ref=element
            inputmode=if number { "decimal" } else { "text" }
            aria-label=label
            placeholder=hint
            autocomplete="off"
            spellcheck="false"
            on:input:target=move |event| sheet.set(&path, meant(&event.target().value(), number))
        />
    }
}

#[component]
fn Toggle(sheet: Sheet, field: &'static Field, path: Path) -> impl IntoView {
    let default = field.default == Some("true");
    let read = path.clone();
    let on = move || sheet.value(&read).map_or(default, |value| value == Value::Bool(true));
    let toggle = move |event: web_sys::Event| {
        let checked = event_target_checked(&event);
        sheet.set(&path, (checked != default).then_some(Value::Bool(checked)));
    };
    view! { <input type="checkbox" aria-label=field.name prop:checked=on on:change=toggle /> }
}

#[component]
fn Port(sheet: Sheet, field: &'static Field, path: Path) -> impl IntoView {
    let chosen = NodeRef::<Select>::new();
    let read = path.clone();
    let kind = Memo::new(move |_| {
        let value = sheet.value(&read);
        let kind =
            value.as_ref().and_then(Value::as_object).and_then(|map| map.keys().next().cloned());
        kind.unwrap_or_else(|| PORT_NAMES[0].to_owned())
    });
    let (number, set) = (path.clone(), path.clone());
    let change_kind = move |event: web_sys::Event| {
        let before = sheet.value(&below(&path, kind.get_untracked().as_str()));
        let mut port = serde_json::Map::new();
        port.insert(event_target_value(&event), before.unwrap_or(Value::from(80)));
        sheet.set(&path, Some(Value::Object(port)));
    };
    let number = move || typed(sheet.value(&below(&number, kind.get().as_str())));
    let change_number = move |event: web_sys::Event| {
        let number = meant(&event_target_value(&event), true);
        match number {
            Some(number) => sheet.set(&below(&set, kind.get_untracked().as_str()), Some(number)),
            None => sheet.set(&set, None),
        }
    };
    view! {
        <div class="pair">
            <select class="control" aria-label="kind of port" node_ref=chosen on:change=change_kind>
                {PORT_NAMES.iter().map(|name| view! { <option value=*name selected=move || kind.get() == *name>{*name}</option> }).collect_view()}
            </select>
            <input
                class="control"
                inputmode="numeric"
                aria-label=field.name
                placeholder="8080"
                autocomplete="off"
                prop:value=number
                on:change=change_number
            />
        </div>
    }
}
