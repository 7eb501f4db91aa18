//! A choice between the lines of the page and the lines on disk, side by side.

use leptos::prelude::*;

use super::frame::Frame;
use crate::disk::{self, Part};
use crate::state::State;

/// The dialog with all lines that were changed in both places.
#[component]
pub(super) fn ConflictDialog() -> impl IntoView {
    let view = expect_context::<State>().view;
    let Some(conflict) = view.conflict.get_untracked() else { return ().into_any() };
    let changed = conflict.parts.iter().filter_map(|part| match part {
        Part::Same { .. } => None,
        Part::Changed { mine, theirs } => Some((mine.join("\n"), theirs.join("\n"))),
    });
    // Whether the lines of the page are chosen, for each place.
    let choices: Vec<(RwSignal<bool>, (String, String))> =
        changed.map(|texts| (RwSignal::new(true), texts)).collect();
    let chosen: Vec<RwSignal<bool>> = choices.iter().map(|(choice, _)| *choice).collect();
    let (parts, resolve) = (conflict.parts, conflict.resolve);
    let save = move |_| {
        let mut chosen = chosen.iter();
        let text = disk::join(&parts, |mine, theirs| {
            let is_mine = chosen.next().is_none_or(|choice| choice.get_untracked());
            if is_mine { mine } else { theirs }
        });
        view.dialog.set(None);
        resolve.run(text);
    };
    let intro = format!(
        "{} changed on disk while you changed the same lines. Choose the lines to keep. \
         History has both versions.",
        conflict.file
    );
    let places = choices
        .into_iter()
        .enumerate()
        .map(|(index, (choice, texts))| view! { <Place index choice texts /> })
        .collect_view();
    view! {
        <Frame title="Changed on disk">
            <p>{intro}</p>
            {places}
            <button class="button main" on:click=save>{"Save chosen lines"}</button>
        </Frame>
    }
    .into_any()
}

/// One place with both versions of its lines.
#[component]
fn Place(
    index: usize,
    choice: RwSignal<bool>,
    /// The lines of the page, and the lines on disk.
    texts: (String, String),
) -> impl IntoView {
    let (mine, theirs) = texts;
    let name = format!("place-{index}");
    view! {
        <fieldset class="sides" aria-label=format!("Conflict {}", index + 1)>
            <Side name=name.clone() label="Your lines" text=mine choice is_mine=true />
            <Side name label="Lines on disk" text=theirs choice is_mine=false />
        </fieldset>
    }
}

#[component]
fn Side(
    name: String,
    label: &'static str,
    text: String,
    choice: RwSignal<bool>,
    is_mine: bool,
) -> impl IntoView {
    let text = if text.is_empty() { "(no lines)".to_owned() } else { text };
    view! {
        <label class="side">
            <span>
                <input
                    type="radio"
                    name=name
                    prop:checked=move || choice.get() == is_mine
                    on:change=move |_| choice.set(is_mine)
                />
                {label}
            </span>
            <pre>{text}</pre>
        </label>
    }
}
