//! The controls for a boolean and for a port.

use leptos::html::Select;
use leptos::prelude::*;
use optakit_core::api::{Field, PORT_NAMES};
use serde_json::{Map, Value};

use super::description::Description;
use super::line::{from_text, to_text};
use super::sheet::{Path, Sheet, below};

/// The number of a new port.
const DEFAULT_PORT: u16 = 80;

/// A checkbox. The default value is not written to the text.
#[component]
pub(super) fn Toggle(
    sheet: Sheet,
    field: &'static Field,
    path: Path,
    description: Description,
) -> impl IntoView {
    let default = field.default == Some("true");
    let read = path.clone();
    let on = move || sheet.value(&read).map_or(default, |value| value == Value::Bool(true));
    let toggle = move |event: web_sys::Event| {
        let checked = event_target_checked(&event);
        sheet.set(&path, (checked != default).then_some(Value::Bool(checked)));
    };
    view! {
        <input
            type="checkbox"
            aria-label=field.name
            aria-invalid=move || description.is_invalid()
            aria-describedby=move || description.described_by()
            prop:checked=on
            on:change=toggle
        />
    }
}

/// A port: its protocol and its number.
#[component]
pub(super) fn Port(
    sheet: Sheet,
    field: &'static Field,
    path: Path,
    description: Description,
) -> impl IntoView {
    let chosen = NodeRef::<Select>::new();
    let path = StoredValue::new(path);
    let protocol = Memo::new(move |_| {
        let value = path.with_value(|path| sheet.value(path));
        let first = value.as_ref().and_then(Value::as_object).and_then(|map| map.keys().next());
        first.cloned().unwrap_or_else(|| PORT_NAMES[0].to_owned())
    });
    let number_path = move |protocol: &str| path.with_value(|path| below(path, protocol));
    let change_protocol = move |event: web_sys::Event| {
        let number = sheet.value(&number_path(&protocol.get_untracked()));
        let number = number.unwrap_or(Value::from(DEFAULT_PORT));
        let port = Map::from_iter([(event_target_value(&event), number)]);
        path.with_value(|path| sheet.set(path, Some(Value::Object(port))));
    };
    let number = move || to_text(sheet.value(&number_path(&protocol.get())));
    let change_number =
        move |event: web_sys::Event| match from_text(&event_target_value(&event), true) {
            Some(number) => sheet.set(&number_path(&protocol.get_untracked()), Some(number)),
            None => path.with_value(|path| sheet.set(path, None)),
        };
    let option = |name: &'static str| {
        view! { <option value=name selected=move || protocol.get() == name>{name}</option> }
    };
    view! {
        <div class="pair">
            <select
                class="control"
                aria-label="Protocol of the port"
                node_ref=chosen
                on:change=change_protocol
            >
                {PORT_NAMES.iter().copied().map(option).collect_view()}
            </select>
            <input
                class="control"
                inputmode="numeric"
                aria-label=field.name
                aria-invalid=move || description.is_invalid()
                aria-describedby=move || description.described_by()
                placeholder="8080"
                autocomplete="off"
                prop:value=number
                on:change=change_number
            />
        </div>
    }
}
