//! A text box for a text or a number, and buttons for lists.

use leptos::html::Input;
use leptos::prelude::*;
use serde_json::{Number, Value};
use wasm_bindgen::JsCast;

use super::description::Description;
use super::sheet::{Path, Sheet};

/// Formats a value for a text box.
pub(super) fn to_text(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text,
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// Converts the text of a text box to a value; to a number if `number` and if possible. Quotes
/// around the text are not a part of the value: the editor writes quotes where YAML needs them.
pub(super) fn from_text(text: &str, number: bool) -> Option<Value> {
    let text = without_quotes(text);
    if text.is_empty() {
        return None;
    }
    let parsed = number.then(|| serde_json::from_str::<Number>(text).ok()).flatten();
    Some(parsed.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

/// Removes the quotes around a text.
pub(super) fn without_quotes(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// A text box for a text or a number. An empty text removes the value.
#[component]
pub(super) fn Line(
    sheet: Sheet,
    path: Path,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] number: bool,
    description: Description,
    /// Whether the text box gets the focus.
    #[prop(optional)]
    focused: bool,
) -> impl IntoView {
    let (element, read) = (NodeRef::<Input>::new(), path.clone());
    // Does not replace what the user is typing.
    Effect::new(move || {
        let value = to_text(sheet.value(&read));
        if let Some(element) = element.get().filter(|element| element.value() != value) {
            let typing = document().active_element().is_some_and(|active| active == **element);
            if !typing || without_quotes(&element.value()) != value {
                element.set_value(&value);
            }
        }
    });
    let set = move |text: String| sheet.type_value(&path, from_text(&text, number));
    Effect::new(move || {
        if focused && let Some(element) = element.get() {
            // The key that added the entry may also move the focus, so wait until it is handled.
            leptos::task::spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(0).await;
                drop(element.focus());
            });
        }
    });
    view! {
        <input
            class="control"
            node_ref=element
            inputmode=if number { "decimal" } else { "text" }
            aria-label=label
            aria-invalid=move || description.is_invalid()
            aria-describedby=move || description.described_by()
            placeholder=hint
            autocomplete="off"
            spellcheck="false"
            on:input:target=move |event| set(event.target().value())
        />
    }
}

/// A button that removes something.
#[component]
pub(super) fn Remove(
    /// The name of what it removes.
    #[prop(into)]
    name: Signal<String>,
    #[prop(into)] remove: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            class="link remove"
            aria-label=move || format!("Remove {}", name.get())
            on:click=move |_| remove.run(())
        >
            "Remove"
        </button>
    }
}

/// A text box that adds its text as a new item.
#[component]
pub(super) fn Add(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(into)] add: Callback<String>,
    description: Description,
) -> impl IntoView {
    let on_change = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        let text = without_quotes(text.trim());
        if text.is_empty() {
            return;
        }
        add.run(text.to_owned());
        let input = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(input) = input {
            let input: web_sys::HtmlInputElement = input;
            input.set_value("");
        }
    };
    view! {
        <input
            class="control new"
            aria-label=label
            aria-describedby=move || description.described_by()
            placeholder=hint
            autocomplete="off"
            spellcheck="false"
            on:change=on_change
        />
    }
}
