//! The bar above: what is rendered, and what is done with it.

use leptos::prelude::*;
use optakit_core::api;

use crate::later;
use crate::state::{Dialog, State};

/// Brand, choices and the main actions.
#[component]
pub(crate) fn Bar() -> impl IntoView {
    let state = expect_context::<State>();
    let environments = Memo::new(move |_| {
        state
            .analysis
            .read()
            .analysis
            .environments
            .iter()
            .map(|environment| environment.name.clone())
            .collect::<Vec<_>>()
    });
    let current = move || state.analysis.read().analysis.environment.clone().unwrap_or_default();
    let exportable = move || {
        let outcome = state.analysis.read();
        outcome.manifests.is_some()
    };
    let open = move |dialog| move |_| state.dialog.set(Some(dialog));
    view! {
        <header class="bar">
            <h1 class="brand">{"Optakit"}</h1>
            {move || (!environments.read().is_empty()).then(|| view! {
                <label class="field environment">
                    <span>{"Environment"}</span>
                    <select aria-label="Environment" prop:value=current on:change:target=move |event| state.environment.set(Some(event.target().value()))>
                        {move || environments.get().into_iter().map(|name| {
                            let (value, selected) = (name.clone(), name.clone());
                            view! { <option value=value selected=move || current() == selected>{name}</option> }
                        }).collect_view()}
                    </select>
                </label>
            })}
            {api::CHOICE_FIELDS.iter().map(|field| view! { <Choice field /> }).collect_view()}
            <label class="field image" title="The tag or digest of AUTO images">
                <span>{"Image"}</span>
                <input
                    aria-label="Image tag or digest"
                    placeholder="tag or digest"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || state.image.get()
                    on:input:target=move |event| state.image.set(event.target().value())
                />
            </label>
            <span class={"space"}></span>
            <button class="button quiet" aria-label="Ctrl K: commands" title="Commands (Ctrl+K)" on:click=open(Dialog::Commands)><kbd>{"Ctrl K"}</kbd></button>
            <button class="button" on:click=open(Dialog::Share)>{"Share"}</button>
            <button
                class="button main"
                aria-disabled=move || (!exportable()).to_string()
                on:click=move |_| later::export_bundle(state)
            >
                "Export bundle"
            </button>
        </header>
    }
}

/// One choice of what is rendered.
#[component]
fn Choice(field: &'static api::ChoiceField) -> impl IntoView {
    let state = expect_context::<State>();
    let names = (field.values)();
    let default = names.first().copied().unwrap_or_default();
    let current = move || {
        (field.field)(&mut state.target.get()).clone().unwrap_or_else(|| default.to_owned())
    };
    let choose = move |name: String| {
        state
            .target
            .update(|choices| *(field.field)(choices) = Some(name).filter(|name| name != default));
    };
    view! {
        <label class="field" title=field.description>
            <span>{field.title}</span>
            <select aria-label=field.title on:change:target=move |event| choose(event.target().value())>
                {names.into_iter().map(|name| {
                    view! { <option value=name selected=move || current() == name>{name}</option> }
                }).collect_view()}
            </select>
        </label>
    }
}

/// The colours that a user can choose; the first is the system's choice.
const COLOURS: [&str; 4] = ["system", "light", "dark", "contrast"];
const KEY: &str = "optakit.colours";

/// Where the browser keeps the choice; none where it refuses to.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn colours() -> usize {
    let chosen = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    // Earlier versions of the page kept it in quotes.
    chosen
        .and_then(|chosen| COLOURS.iter().position(|name| *name == chosen.trim_matches('"')))
        .unwrap_or(0)
}

/// Shows the page in the colours that were chosen last.
pub(crate) fn apply_colours() {
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("data-colours", COLOURS[colours()]));
    }
}

/// Goes on to the next choice of colours.
pub(crate) fn next_colours() {
    let next = COLOURS[(colours() + 1) % COLOURS.len()];
    if let Some(storage) = storage() {
        drop(storage.set_item(KEY, next));
    }
    apply_colours();
}
