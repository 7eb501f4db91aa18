//! The fields of the rendering choices.

use leptos::prelude::*;
use optakit_core::api;

use crate::image_field::{IMAGE_FIELD, IMAGE_PROBLEM};
use crate::state::State;

/// The position of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Bar,
    Dialog,
}

/// The rendering choices, for the bar and for the dialog of narrow windows.
pub(crate) fn choices(place: Place) -> AnyView {
    let choices = api::CHOICE_FIELDS.iter().map(|field| view! { <Choice field /> }).collect_view();
    view! {
        {choices}
        <Image place />
    }
    .into_any()
}

/// The field for the tag or digest of AUTO images.
#[component]
fn Image(place: Place) -> impl IntoView {
    let state = expect_context::<State>();
    let image = state.sources.image;
    let is_invalid = Memo::new(move |_| state.results.image_error().is_some());
    view! {
        <label class="field image" title="Tag or digest for image: AUTO">
            <span>{"Image"}</span>
            <input
                id=(place == Place::Bar).then_some(IMAGE_FIELD)
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
                prop:value=current
                aria-label=field.title
                on:change:target=move |event| choose(event.target().value())
            >
                {names.collect_view()}
            </select>
        </label>
    }
}
