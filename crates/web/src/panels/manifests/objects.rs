//! The list of objects beside their YAML.

use leptos::prelude::*;

use super::drawn::{DRAWN_OBJECTS, Drawn};
use crate::state::State;

/// How many buttons form a group. The browser skips the layout of groups outside the screen.
const OBJECT_BUTTONS: usize = 40;

/// The buttons of all objects.
#[component]
pub(super) fn Objects(drawn: Drawn) -> impl IntoView {
    let manifests = expect_context::<State>().results.manifests;
    let objects = Memo::new(move |_| {
        let shown = manifests.read();
        let objects = shown.manifests.iter();
        objects.map(|manifest| (manifest.kind.name(), manifest.name.clone())).collect::<Vec<_>>()
    });
    let filter = RwSignal::new(String::new());
    let count = Memo::new(move |_| objects.read().len());
    let groups = move || 0..count.get().div_ceil(OBJECT_BUTTONS);
    let group = move |group: usize| {
        let objects = objects.read();
        let group = objects.iter().skip(group * OBJECT_BUTTONS).take(OBJECT_BUTTONS);
        group.cloned().collect::<Vec<_>>()
    };
    let is_long = move || count.get() > DRAWN_OBJECTS;
    view! {
        <div class="objects" class:many=is_long role="group" aria-label="Objects">
            <input
                class="control filter"
                type="search"
                aria-label="Filter objects"
                placeholder="Filter"
                autocomplete="off"
                spellcheck="false"
                on:input:target=move |event| filter.set(event.target().value())
            />
            <button
                class="object"
                aria-pressed=move || drawn.is_chosen(None).to_string()
                on:click=move |_| drawn.choose(None)
            >
                "All objects"
                <span class="name">{move || format!("{}, in apply order", count.get())}</span>
            </button>
            <For each=groups key=|index| *index let(index)>
                <div class="object-group">
                    <For
                        each=move || group(index)
                        key=|(kind, name)| format!("{kind} {name}")
                        let((kind, name))
                    >
                        <Object drawn filter kind name />
                    </For>
                </div>
            </For>
        </div>
    }
}

/// The button of an object, with the effect of its changes since the last export.
#[component]
fn Object(
    drawn: Drawn,
    filter: RwSignal<String>,
    kind: &'static str,
    name: String,
) -> impl IntoView {
    let changes = expect_context::<State>().results.changes;
    let label = format!("{kind} {name}");
    let (own, changed, lower) = (label.clone(), name.clone(), label.to_ascii_lowercase());
    let is_hidden = move || {
        let filter = filter.read();
        !filter.split_whitespace().all(|word| lower.contains(&word.to_ascii_lowercase()))
    };
    let effect = move || {
        let changes = changes.read();
        let change = changes.iter().find(|change| change.kind == kind && change.name == changed)?;
        Some(if change.action == "create" { "new" } else { change.effect })
    };
    let badge = |effect| view! { <span class="effect" aria-hidden="true">{effect}</span> };
    view! {
        <button
            class="object"
            hidden=is_hidden
            aria-pressed=move || drawn.is_chosen(Some(&own)).to_string()
            on:click=move |_| drawn.choose(Some(label.clone()))
        >
            {kind}
            {move || effect().map(badge)}
            <span class="name">{name}</span>
        </button>
    }
}
