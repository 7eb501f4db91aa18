//! The bar at the top: rendering choices and the main actions.

use leptos::prelude::*;

use crate::bundle;
use crate::choices::{Place, choices};
use crate::state::{Dialog, State};

/// The bar at the top.
#[component]
pub(crate) fn Bar() -> impl IntoView {
    let state = expect_context::<State>();
    let is_invalid = move || state.results.outcome.read().manifests.is_none();
    let open = move |dialog| move |_| state.view.dialog.set(Some(dialog));
    view! {
        <header class="bar">
            <h1 class="brand">{"Optakit"}</h1>
            <Environment />
            <div class="choices">{choices(Place::Bar)}</div>
            <button class="button options" on:click=open(Dialog::Options)>{"Options"}</button>
            <span class={"space"}></span>
            <button
                class="button quiet"
                aria-label="Ctrl K: commands"
                title="Commands (Ctrl+K)"
                on:click=open(Dialog::Commands)
            >
                <kbd>{"Ctrl K"}</kbd>
            </button>
            <button class="button menu" aria-label="Menu" on:click=open(Dialog::Menu)>
                <span class="long">{"Menu"}</span>
            </button>
            <button class="button share" on:click=open(Dialog::Share)>{"Share"}</button>
            <button
                class="button main"
                aria-label="Export bundle"
                aria-disabled=move || is_invalid().to_string()
                on:click=move |_| bundle::export(state)
            >
                "Export"<span class="long">{" bundle"}</span>
            </button>
        </header>
    }
}

/// The list of environments; nothing if the service file has none.
#[component]
fn Environment() -> impl IntoView {
    let state = expect_context::<State>();
    let environments = Memo::new(move |_| names(state));
    let current =
        move || state.results.outcome.read().analysis.environment.clone().unwrap_or_default();
    let choose = move |name| state.sources.environment.set(Some(name));
    let option = move |name: String| {
        let (value, own) = (name.clone(), name.clone());
        view! { <option value=value selected=move || current() == own>{name}</option> }
    };
    let field = move || {
        view! {
            <label class="field environment">
                <span>{"Environment"}</span>
                <select
                    aria-label="Environment"
                    prop:value=current
                    on:change:target=move |event| choose(event.target().value())
                >
                    {move || environments.get().into_iter().map(option).collect_view()}
                </select>
            </label>
        }
    };
    move || (!environments.read().is_empty()).then(field)
}

fn names(state: State) -> Vec<String> {
    let outcome = state.results.outcome.read();
    outcome.analysis.environments.iter().map(|environment| environment.name.clone()).collect()
}
