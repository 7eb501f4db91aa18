//! A diagram of each service: how requests reach it, and what it uses.

mod layout;

use leptos::prelude::*;
use optakit_core::api::{self, Diagram, Shape};
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::page::Page;
use layout::{Arrangement, Corner, HEIGHT, Layout, WIDTH};

#[wasm_split(panels, fallible)]
fn load_diagram() -> Loaded<AnyView> {
    Ok(view! { <DiagramPanel /> }.into_any())
}

/// Shows the panel when it is loaded.
pub(crate) fn show() -> AnyView {
    lazy::show(|| Box::pin(load_diagram()))
}

/// The diagrams of all services.
#[component]
fn DiagramPanel() -> impl IntoView {
    let page = expect_context::<Page>();
    let diagrams = Memo::new(move |_| api::diagram(&page.state.results.outcome.read().request));
    let empty_text = move || {
        if page.state.results.has_errors() {
            "Fix the errors to see the diagram."
        } else {
            "Add a k8s-service under modules to see its diagram."
        }
    };
    let figures = move || match diagrams.get() {
        diagrams if diagrams.is_empty() => view! { <p class="empty">{empty_text}</p> }.into_any(),
        diagrams => {
            let widest = Arrangement::ALL.map(|arrangement| {
                diagrams.iter().map(|diagram| layout_of(diagram, arrangement).size().0).max()
            });
            let figures = diagrams.into_iter().map(|diagram| figure(page, &diagram, widest));
            figures.collect_view().into_any()
        }
    };
    view! {
        <section aria-label="Diagram" class="panel diagram">
            {figures}
        </section>
    }
}

fn layout_of(diagram: &Diagram, arrangement: Arrangement) -> Layout {
    let used = diagram.links.len() + diagram.aws.len() + diagram.jobs.len();
    Layout::new(arrangement, diagram.routes.len(), used, diagram.autoscaler.is_some())
}

/// Draws a service in both arrangements. `widest` has the greatest width of each, so that all
/// diagrams have one scale.
fn figure(page: Page, diagram: &Diagram, widest: [Option<usize>; 2]) -> AnyView {
    let drawings = Arrangement::ALL
        .into_iter()
        .zip(widest)
        .map(|(arrangement, width)| drawing(page, diagram, arrangement, width.unwrap_or_default()));
    view! {
        <figure>
            <figcaption>{diagram.module.clone()}</figcaption>
            {drawings.collect_view()}
            <p class="visually-hidden">{describe(diagram)}</p>
        </figure>
    }
    .into_any()
}

fn drawing(page: Page, diagram: &Diagram, arrangement: Arrangement, width: usize) -> AnyView {
    let layout = layout_of(diagram, arrangement);
    let Diagram { module, routes, service, pods, autoscaler, jobs, links, aws } = diagram;
    let (_, height) = layout.size();
    let mut shapes = Vec::new();
    for (row, route) in routes.iter().enumerate() {
        shapes.push(shape(page, route, layout.route(row), "route"));
    }
    shapes.push(shape(page, service, layout.service(), "service"));
    shapes.push(shape(page, pods, layout.pods(), "pods"));
    if let Some(autoscaler) = autoscaler {
        shapes.push(shape(page, autoscaler, layout.autoscaler(), "scaler"));
    }
    for (row, shape_used) in links.iter().chain(aws).chain(jobs).enumerate() {
        shapes.push(shape(page, shape_used, layout.used(row), "used"));
    }
    let arrows = layout.arrows().into_iter().map(|path| view! { <path d=path class="arrow" /> });
    view! {
        <svg
            class=arrangement.class()
            viewBox=format!("0 0 {width} {height}")
            width=width
            role="group"
            aria-label=format!("Diagram of {module}")
        >
            {arrows.collect_view()}
            {shapes}
        </svg>
    }
    .into_any()
}

/// A box of the diagram. A click opens its place in the text.
fn shape(page: Page, shape: &Shape, (x, y): Corner, kind: &'static str) -> AnyView {
    let Shape { title, detail, place: (file, place) } = shape.clone();
    let name = format!("{title}, {detail}: go to line {}", place.line);
    let open = StoredValue::new(move || page.reveal(&file, place.utf16_start, place.utf16_end));
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            open.with_value(|open| open());
        }
    };
    view! {
        <g
            class=format!("shape {kind}")
            role="button"
            tabindex="0"
            aria-label=name
            on:click=move |_| open.with_value(|open| open())
            on:keydown=on_key
        >
            <rect x=x y=y width=WIDTH height=HEIGHT rx="8" />
            <text x=x + 12 y=y + 22>{shorten(&title)}</text>
            <text x=x + 12 y=y + 40 class="detail">{shorten(&detail)}</text>
        </g>
    }
    .into_any()
}

/// Shortens a text to the width of a box.
fn shorten(text: &str) -> String {
    const MAX_CHARS: usize = 26;
    let fits = |text: &str| text.chars().count() <= MAX_CHARS;
    if fits(text) {
        return text.to_owned();
    }
    // The name of an image is more useful than its registry.
    let word = text.rfind(' ').map_or(0, |space| space + 1);
    if let Some(slash) = text[word..].rfind('/') {
        let short = format!("{}…{}", &text[..word], &text[word + slash..]);
        if fits(&short) {
            return short;
        }
    }
    text.chars().take(MAX_CHARS - 1).chain(['…']).collect()
}

/// Describes the diagram in words, for screen readers.
fn describe(diagram: &Diagram) -> String {
    let list = |shapes: &[Shape]| {
        let texts = shapes.iter().map(|shape| format!("{} {}", shape.title, shape.detail));
        texts.collect::<Vec<_>>().join(", ")
    };
    let Diagram { module, routes, service, pods, autoscaler, jobs, links, aws } = diagram;
    let from = if routes.is_empty() {
        "only from inside the cluster".to_owned()
    } else {
        format!("from {}", list(routes))
    };
    let scaled = autoscaler
        .as_ref()
        .map(|autoscaler| format!(", scaled by {}", autoscaler.detail))
        .unwrap_or_default();
    let used = [list(links), list(aws), list(jobs)].into_iter().filter(|text| !text.is_empty());
    let used = used.collect::<Vec<_>>().join(", ");
    let (service, pods) = (&service.detail, &pods.detail);
    format!(
        "{module}: requests come {from} to the Service ({service}) \
         and then to the pods ({pods}){scaled}. It uses {used}."
    )
}
