//! The bar at the top: rendering choices and the main actions.

use leptos::prelude::*;
use optakit_core::api;

use crate::bundle;
use crate::image_field::{IMAGE_FIELD, IMAGE_PROBLEM};
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
            {api::CHOICE_FIELDS.iter().map(|field| view! { <Choice field /> }).collect_view()}
            <Image />
            <span class={"space"}></span>
            <button
                class="button quiet"
                aria-label="Ctrl K: commands"
                title="Commands (Ctrl+K)"
                on:click=open(Dialog::Commands)
            >
                <kbd>{"Ctrl K"}</kbd>
            </button>
            <button class="button" on:click=open(Dialog::Share)>{"Share"}</button>
            <button
                class="button main"
                aria-disabled=move || is_invalid().to_string()
                on:click=move |_| bundle::export(state)
            >
                "Export bundle"
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

/// The field for the tag or digest of AUTO images.
#[component]
fn Image() -> impl IntoView {
    let state = expect_context::<State>();
    let image = state.sources.image;
    let is_invalid = Memo::new(move |_| state.results.image_error().is_some());
    view! {
        <label class="field image" title="Tag or digest for image: AUTO">
            <span>{"Image"}</span>
            <input
                id=IMAGE_FIELD
                aria-label="Image tag or digest"
                aria-invalid=move || is_invalid.get().then_some("true")
                aria-describedby=move || is_invalid.get().then_some(IMAGE_PROBLEM)
                placeholder="tag or digest"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || image.get()
                on:input:target=move |event| image.set(event.target().value())
            />
        </label>
    }
}

/// A rendering choice, such as the profile.
#[component]
fn Choice(field: &'static api::ChoiceField) -> impl IntoView {
    let choices = expect_context::<State>().sources.choices;
    let names = (field.values)();
    let default = names.first().copied().unwrap_or_default();
    let current =
        move || (field.field)(&mut choices.get()).clone().unwrap_or_else(|| default.to_owned());
    let choose = move |name: String| {
        let chosen = Some(name).filter(|name| name != default);
        choices.update(|choices| *(field.field)(choices) = chosen);
    };
    let names = names.into_iter().map(|name| {
        view! { <option value=name selected=move || current() == name>{name}</option> }
    });
    view! {
        <label class="field" title=field.description>
            <span>{field.title}</span>
            <select
                aria-label=field.title
                on:change:target=move |event| choose(event.target().value())
            >
                {names.collect_view()}
            </select>
        </label>
    }
}
