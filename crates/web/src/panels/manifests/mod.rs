//! The manifests: a list of objects, and their YAML, linked to the texts.

mod document;
mod drawn;
mod lines;
mod objects;
mod touch;

use leptos::prelude::*;

use crate::markup::inline_code;
use crate::page::Page;
use crate::state::{LineOrigin, State};
use crate::{bundle, linking, manifest_copy};
use document::Document;
use drawn::{DRAWN_OBJECTS, Drawn};
use objects::Objects;
use touch::is_touch;

/// The manifests of the last version without errors.
#[component]
pub(crate) fn Manifests() -> impl IntoView {
    let state = expect_context::<State>();
    let drawn = Drawn::new(state);
    let is_empty = Memo::new(move |_| state.results.manifests.read().manifests.is_empty());
    let contents = move || {
        if is_empty.get() {
            view! { <p class="empty">{move || empty_text(state)}</p> }.into_any()
        } else {
            view! {
                <div class="split">
                    <Objects drawn />
                    <Output drawn />
                </div>
            }
            .into_any()
        }
    };
    view! {
        <section aria-label="Manifests" class="panel">
            {contents}
        </section>
        <Actions drawn />
    }
}

fn empty_text(state: State) -> &'static str {
    if state.results.has_errors() {
        "Fix the errors to see the manifests."
    } else {
        "Add a k8s-service under modules to see its manifests."
    }
}

/// The YAML of the drawn objects.
#[component]
fn Output(drawn: Drawn) -> impl IntoView {
    let state = expect_context::<State>();
    let stale = Memo::new(move |_| state.results.manifests.read().stale);
    let active = state.selection.active;
    let has_previous = Memo::new(move |_| drawn.start.get() > 0);
    let has_next = Memo::new(move |_| drawn.remaining.get() > 0);
    let previous = move || {
        let title = move || format!("Show previous {}", drawn.start.get().min(DRAWN_OBJECTS));
        let show = move |_| drawn.show_previous();
        view! { <button class="link more" on:click=show>{title}</button> }
    };
    let next = move || {
        let title = move || format!("Show next {}", drawn.remaining.get().min(DRAWN_OBJECTS));
        let show = move |_| drawn.show_next();
        view! { <button class="link more" on:click=show>{title}</button> }
    };
    view! {
        <div
            class="output"
            class:stale=stale
            tabindex="0"
            aria-label="YAML"
            on:pointerleave=move |event| {
                if !is_touch(&event) {
                    active.set(None);
                }
            }
        >
            <Notes stale />
            {move || has_previous.get().then(previous)}
            <For
                each=move || drawn.entries.get()
                key=|entry| format!("{} {}", entry.index, entry.label)
                let(entry)
            >
                <Document entry />
            </For>
            {move || has_next.get().then(next)}
        </div>
    }
}

/// The list of parts that are missing in the manifests.
#[component]
fn Notes(stale: Memo<bool>) -> impl IntoView {
    let outcome = expect_context::<State>().results.outcome;
    let without_image = Memo::new(move |_| outcome.read().analysis.without_image.clone());
    // Inputs of AWS resources do not affect the manifests.
    let unknown = Memo::new(move |_| outcome.read().analysis.manifest_inputs.clone());
    let of = move |names: Memo<Vec<String>>| {
        (!stale.get()).then(|| names.get().join(", ")).filter(|names| !names.is_empty())
    };
    let image = |modules: String| {
        let text = format!(
            "Enter an image tag above to preview the Deployment of {modules}. \
             You can export without one."
        );
        view! { <p class="note">{text}</p> }
    };
    let inputs = |inputs: String| {
        let them = if inputs.contains(", ") { "them" } else { "it" };
        let text = format!("Missing: {inputs}. Set {them} in Inputs or in the environment file.");
        view! { <p class="note">{text}</p> }
    };
    view! {
        {move || of(without_image).map(image)}
        {move || of(unknown).map(inputs)}
    }
}

/// The explanation of the active line, and the buttons that save the manifests.
#[component]
fn Actions(drawn: Drawn) -> impl IntoView {
    let state = expect_context::<State>();
    let obstacle = Memo::new(move |_| manifest_copy::obstacle(state));
    let is_blocked = move || obstacle.read().is_some().to_string();
    let copy = move |_| manifest_copy::copy(state, drawn.only());
    let download = move |_| manifest_copy::download(state, drawn.only());
    view! {
        <div class="actions">
            <div class="hint why" aria-live="polite">
                {move || explanation(state)}
            </div>
            <button
                class="button"
                aria-disabled=is_blocked
                title=move || obstacle.get()
                on:click=copy
            >
                "Copy"
            </button>
            <button
                class="button"
                aria-disabled=is_blocked
                title=move || obstacle.get()
                on:click=download
            >
                "Download"
            </button>
            <button
                class="button"
                aria-disabled=is_blocked
                title=move || obstacle.get().unwrap_or("Save a folder for kubectl apply -k")
                on:click=move |_| bundle::save_kustomize(state)
            >
                "Kustomize"
            </button>
        </div>
    }
}

/// Why the active line exists, or a hint.
fn explanation(state: State) -> AnyView {
    let shown = state.results.manifests.read();
    if shown.stale && !shown.manifests.is_empty() {
        return view! {
            <p class="last-version">
                {"Showing the last valid version. Fix the errors to copy or export."}
            </p>
        }
        .into_any();
    }
    match state.selection.why.get() {
        Some(why) => {
            let (first, rest) = why.markdown.split_once("\n\n").unwrap_or((&why.markdown, ""));
            let is_text = |line: &&str| !line.is_empty() && !line.starts_with("**");
            let about = rest.lines().find(is_text).unwrap_or_default();
            view! {
                <p>{inline_code(first)}" "{inline_code(about)}</p>
                <GoToOrigin />
            }
            .into_any()
        }
        None => view! {
            <p>
                <span class={"mouse-only"}>
                    {"Hover over a line to see where it comes from. Click it to go there."}
                </span>
                <span class={"touch-only"}>{"Tap a line to see where it comes from."}</span>
            </p>
        }
        .into_any(),
    }
}

/// The button that opens the place that the active line comes from. With a mouse, a click on the
/// line does the same.
#[component]
fn GoToOrigin() -> impl IntoView {
    let page = expect_context::<Page>();
    let selection = page.state.selection;
    let go = move |_| {
        if let Some(line) = selection.active.get_untracked() {
            linking::go_to_origin(page, line);
        }
    };
    let button = move |origin: LineOrigin| {
        let title = format!("Go to {} line {}", origin.file, origin.line);
        view! { <button class="link touch-only" on:click=go>{title}</button> }
    };
    move || selection.origin.get().map(button)
}
