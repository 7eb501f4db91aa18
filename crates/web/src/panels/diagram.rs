//! How requests reach each service and what it uses, as a picture; a click goes to the place in the
//! text.

use leptos::prelude::*;
use optakit_core::api::{self, Diagram, Shape};

use crate::state::State;

/// The pictures of all services.
#[component]
pub(crate) fn DiagramPanel() -> impl IntoView {
    let state = expect_context::<State>();
    let pictures = Memo::new(move |_| api::diagram(&state.analysis.read().request));
    view! {
        <section aria-label="Diagram" class="panel diagram">
            {move || match pictures.get() {
                pictures if pictures.is_empty() => view! { <p class="empty">{"A picture of each service appears here once the text has no errors."}</p> }.into_any(),
                pictures => pictures.into_iter().map(|picture| drawn(state, picture)).collect_view().into_any(),
            }}
        </section>
    }
}

const WIDTH: usize = 168;
const HEIGHT: usize = 52;
const ACROSS: usize = 52;
const DOWN: usize = 18;

/// Where a shape is drawn, by column and row.
const fn corner(column: usize, row: usize) -> (usize, usize) {
    (8 + column * (WIDTH + ACROSS), 8 + row * (HEIGHT + DOWN))
}

fn drawn(state: State, picture: Diagram) -> impl IntoView {
    let Diagram { module, routes, service, pods, autoscaler, links, aws } = picture;
    let text = described(&module, &routes, &service, &pods, autoscaler.as_ref(), &links, &aws);
    let uses: Vec<Shape> = links.into_iter().chain(aws).collect();
    let rows = routes.len().max(uses.len()).max(if autoscaler.is_some() { 2 } else { 1 });
    // Without a way in from outside its column is left out.
    let first = usize::from(!routes.is_empty());
    let (width, height) = corner(first + 3, rows);
    let (width, height) = (width - ACROSS, height);
    let mut arrows = Vec::new();
    let mut shapes = Vec::new();
    for (row, route) in routes.into_iter().enumerate() {
        arrows.push(arrow((0, row), (first, 0)));
        shapes.push(shape(state, route, (0, row), "route"));
    }
    arrows.push(arrow((first, 0), (first + 1, 0)));
    shapes.push(shape(state, service, (first, 0), "service"));
    shapes.push(shape(state, pods, (first + 1, 0), "pods"));
    if let Some(autoscaler) = autoscaler {
        let (x, y) = corner(first + 1, 0);
        let x = x + WIDTH / 2;
        let (from, to) = (y + HEIGHT + DOWN, y + HEIGHT + 1);
        arrows.push(format!(
            "M{x} {from} L{x} {to} M{} {} L{x} {to} L{} {}",
            x - 4,
            to + 6,
            x + 4,
            to + 6
        ));
        shapes.push(shape(state, autoscaler, (first + 1, 1), "scaler"));
    }
    for (row, used) in uses.into_iter().enumerate() {
        arrows.push(arrow((first + 1, 0), (first + 2, row)));
        shapes.push(shape(state, used, (first + 2, row), "used"));
    }
    let title = module.clone();
    view! {
        <figure>
            <figcaption>{title}</figcaption>
            <svg viewBox=format!("0 0 {width} {height}") width=width height=height role="group" aria-label=format!("Diagram of {module}")>
                {arrows.into_iter().map(|path| view! { <path d=path class="arrow" /> }).collect_view()}
                {shapes}
            </svg>
            <p class="visually-hidden">{text}</p>
        </figure>
    }
}

fn arrow(from: (usize, usize), to: (usize, usize)) -> String {
    let ((x1, y1), (x2, y2)) = (corner(from.0, from.1), corner(to.0, to.1));
    let (x1, y1, x2, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, x2 - 1, y2 + HEIGHT / 2);
    let middle = usize::midpoint(x1, x2);
    format!(
        "M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2} M{} {} L{x2} {y2} L{} {}",
        x2 - 6,
        y2 - 4,
        x2 - 6,
        y2 + 4
    )
}

fn shape(state: State, shape: Shape, at: (usize, usize), kind: &'static str) -> AnyView {
    let (x, y) = corner(at.0, at.1);
    let Shape { title, detail, place: (file, place) } = shape;
    let name = format!("{title}, {detail}: go to line {}", place.line);
    let go = StoredValue::new(move || state.reveal(&file, place.utf16_start, place.utf16_end));
    view! {
        <g
            class=format!("shape {kind}")
            role="button"
            tabindex="0"
            aria-label=name
            on:click=move |_| go.with_value(|go| go())
            on:keydown=move |event| if event.key() == "Enter" { go.with_value(|go| go()) }
        >
            <rect x=x y=y width=WIDTH height=HEIGHT rx="8" />
            <text x=x + 12 y=y + 22>{short(&title)}</text>
            <text x=x + 12 y=y + 40 class="detail">{short(&detail)}</text>
        </g>
    }
    .into_any()
}

/// As much of a text as a shape has room for.
fn short(text: &str) -> String {
    const ROOM: usize = 24;
    if text.chars().count() <= ROOM {
        return text.to_owned();
    }
    text.chars().take(ROOM - 1).chain(['…']).collect()
}

/// The picture in words.
fn described(
    module: &str,
    routes: &[Shape],
    service: &Shape,
    pods: &Shape,
    autoscaler: Option<&Shape>,
    links: &[Shape],
    aws: &[Shape],
) -> String {
    let list = |shapes: &[Shape]| {
        shapes
            .iter()
            .map(|shape| format!("{} {}", shape.title, shape.detail))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let from = if routes.is_empty() {
        "only from inside the cluster".to_owned()
    } else {
        format!("from {}", list(routes))
    };
    let scaled =
        autoscaler.map(|scaler| format!(", scaled by {}", scaler.detail)).unwrap_or_default();
    let uses = [list(links), list(aws)]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "{module}: requests come {from} to the Service ({}), from there to the pods ({}){scaled}. It uses {uses}.",
        service.detail, pods.detail
    )
}
