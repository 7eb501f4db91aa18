//! The manifests: a list of objects beside their YAML, linked to the text that decides them.

use std::rc::Rc;
use std::sync::Arc;

use leptos::html::Pre;
use leptos::prelude::*;
use optakit_core::api::{Kind, Manifest};

use super::problems::marked;
use crate::editor::highlight;
use crate::state::State;
use crate::{export, later, linking};

/// The manifests of the text, or of the last one without errors.
#[component]
pub(crate) fn Manifests() -> impl IntoView {
    let state = expect_context::<State>();
    // The label of the chosen object; none for all.
    let chosen = RwSignal::new(None::<String>);
    let count = Memo::new(move |_| state.manifests.read().manifests.len());
    // The places of those that are shown.
    let visible = Memo::new(move |_| {
        let chosen = chosen.get();
        let shown = state.manifests.read();
        let place = chosen.and_then(|chosen| {
            shown.manifests.iter().position(|manifest| label_of(manifest) == chosen)
        });
        place.map_or(0..shown.manifests.len(), |place| place..place + 1)
    });
    let text = move || {
        let shown = state.manifests.read_untracked();
        shown.manifests[visible.get_untracked()]
            .iter()
            .map(|manifest| &*manifest.yaml)
            .collect::<Vec<_>>()
            .join("---\n")
    };
    let stale = Memo::new(move |_| state.manifests.read().stale);
    let empty = Memo::new(move |_| count.get() == 0);
    let is_long = Memo::new(move |_| count.get() > MANY);
    // Of very many objects those around one are drawn; buttons at both ends bring the others.
    let first = RwSignal::new(0_usize);
    Effect::new(move || {
        if let Some((manifest, _)) = state.lit.read().first()
            && chosen.read_untracked().is_none()
            && !(first.get_untracked()..first.get_untracked() + MANY).contains(manifest)
        {
            first.set(manifest.saturating_sub(2));
        }
    });
    let earlier = Memo::new(move |_| first.get().min(visible.read().len().saturating_sub(1)));
    let drawn = Memo::new(move |_| {
        let (shown, visible) = (state.manifests.read(), visible.get());
        let from = earlier.get();
        let entry =
            |(index, manifest): (usize, &Manifest)| Entry { index, label: label_of(manifest) };
        shown
            .manifests
            .iter()
            .enumerate()
            .take(visible.end)
            .skip(visible.start + from)
            .take(MANY)
            .map(entry)
            .collect::<Vec<_>>()
    });
    let behind = Memo::new(move |_| visible.read().len().saturating_sub(earlier.get() + MANY));
    let has_earlier = Memo::new(move |_| earlier.get() > 0);
    let has_later = Memo::new(move |_| behind.get() > 0);
    let without_image = Memo::new(move |_| state.analysis.read().analysis.without_image.clone());
    // Inputs that only AWS resources need are no concern of the manifests.
    let unknown = Memo::new(move |_| state.analysis.read().analysis.manifest_inputs.clone());
    let listed = Memo::new(move |_| {
        let shown = state.manifests.read();
        shown
            .manifests
            .iter()
            .map(|manifest| (manifest.kind, manifest.name.clone()))
            .collect::<Vec<_>>()
    });
    let groups = move || 0..listed.read().len().div_ceil(SOME);
    let group_of = move |group: usize| {
        listed.read().iter().skip(group * SOME).take(SOME).cloned().collect::<Vec<_>>()
    };
    let object = move |(kind, name): (Kind, String)| {
        let label = format!("{kind} {name}");
        let (pressed, changed) = (label.clone(), (kind, name.clone()));
        let effect = move || {
            let changes = state.changes.read();
            let change = changes
                .iter()
                .find(|change| change.kind == changed.0.name() && change.name == changed.1);
            change.map(|change| if change.action == "create" { "new" } else { change.effect })
        };
        view! {
            <button
                class="object"
                aria-pressed=move || (chosen.get().as_ref() == Some(&pressed)).to_string()
                on:click=move |_| {
                    chosen.set(Some(label.clone()));
                    first.set(0);
                }
            >
                {kind.name()}
                {move || effect().map(|effect| view! { <span class="effect" aria-hidden="true">{effect}</span> })}
                <span class="name">{name}</span>
            </button>
        }
    };
    view! {
        <section aria-label="Manifests" class="panel">
            {move || if empty.get() {
                view! { <p class="empty">{move || nothing(state)}</p> }.into_any()
            } else {
                view! {
                <div class="split">
                    <div class="objects" class:many=move || is_long.get() role="group" aria-label="Objects">
                        <button
                            class="object"
                            aria-pressed=move || chosen.get().is_none().to_string()
                            on:click=move |_| {
                                chosen.set(None);
                                first.set(0);
                            }
                        >
                            "All objects"
                            <span class="name">{move || format!("{} in order", count.get())}</span>
                        </button>
                        <For each=groups key=|group| *group let(group)>
                            <div class="some">
                                <For each=move || group_of(group) key=|(kind, name)| format!("{kind} {name}") children=object />
                            </div>
                        </For>
                    </div>
                    <div class="output" class:stale=stale tabindex="0" aria-label="YAML" on:mouseleave=move |_| state.looked_at.set(None)>
                        {move || stale.get().then(|| view! { <p class="note">{"These are of the last text without errors."}</p> })}
                        {move || (!stale.get()).then(|| without_image.get()).filter(|modules| !modules.is_empty()).map(|modules| view! {
                            <p class="note">
                                {format!("{}: the Deployment appears once an image tag or digest is given above. The bundle leaves room for the digest.", modules.join(", "))}
                            </p>
                        })}
                        {move || (!stale.get()).then(|| unknown.get()).filter(|inputs| !inputs.is_empty()).map(|inputs| view! {
                            <p class="note">
                                {format!("Not known yet: {}. Fill them in as inputs, or in the environment file.", inputs.join(", "))}
                            </p>
                        })}
                        {move || has_earlier.get().then(|| view! {
                            <button class="link more" on:click=move |_| first.update(|first| *first = first.saturating_sub(MANY))>
                                {move || format!("{} objects before these", earlier.get())}
                            </button>
                        })}
                        <For each=move || drawn.get() key=|entry| format!("{} {}", entry.index, entry.label) let(entry)>
                            <Document entry />
                        </For>
                        {move || has_later.get().then(|| view! {
                            <button class="link more" on:click=move |_| first.update(|first| *first += MANY)>
                                {move || format!("{} objects behind these", behind.get())}
                            </button>
                        })}
                    </div>
                </div>
                }
                .into_any()
            }}
        </section>
        <div class="actions">
            <div class="said why" aria-live="polite">{move || said(state, stale.get() && !empty.get())}</div>
            <button class="button" on:click=move |_| export::copy(state, text())>{"Copy"}</button>
            <button class="button" on:click=move |_| export::download(state, &format!("{}.yaml", state.namespace()), "application/yaml", &text())>{"Download"}</button>
            <button class="button" title="A folder for kubectl apply -k" on:click=move |_| later::save_kustomize(state)>{"Kustomize"}</button>
        </div>
    }
}

/// Why the line that is looked at is there.
fn said(state: State, stale: bool) -> AnyView {
    if stale {
        return view! { <p>{"repair the errors to go on"}</p> }.into_any();
    }
    match state.why.get() {
        Some(why) => {
            let (first, rest) = why.markdown.split_once("\n\n").unwrap_or((&why.markdown, ""));
            let about = rest.lines().find(|line| !line.is_empty() && !line.starts_with("**")).unwrap_or_default();
            view! { <p>{marked(first)}" "{marked(about)}</p> }.into_any()
        }
        None => {
            view! { <p class="quiet">{"Point at a line to see why it is there; click it to go to its place in the text."}</p> }
                .into_any()
        }
    }
}

/// An object on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// Its place among the manifests.
    index: usize,
    label: String,
}

fn label_of(manifest: &Manifest) -> String {
    format!("{} {}", manifest.kind, manifest.name)
}

fn nothing(state: State) -> &'static str {
    if state.analysis.read().analysis.has_errors() {
        "The manifests appear here once the text has no errors."
    } else {
        "There is no k8s-service in the text yet. Add one below modules, and its manifests appear here."
    }
}

#[component]
fn Document(entry: Entry) -> impl IntoView {
    let state = expect_context::<State>();
    let element = NodeRef::<Pre>::new();
    let Entry { index, label } = entry;
    let (count, own) = (RwSignal::new(0), label.clone());
    // Only what an edit changes is drawn anew, within the element.
    Effect::new(move |before: Option<Arc<str>>| {
        let before = before.unwrap_or_default();
        let (shown, element) = (state.manifests.read(), element.get());
        // Before an object goes, its place is another's for a moment.
        let found = shown
            .manifests
            .get(index)
            .filter(|manifest| manifest.yaml != before && label_of(manifest) == own);
        let (Some(manifest), Some(element)) = (found, element) else { return before };
        highlight(&element, &manifest.yaml);
        count.set(manifest.yaml.lines().count());
        manifest.yaml.clone()
    });
    // What is out of sight takes its place without being laid out.
    #[expect(clippy::cast_precision_loss, reason = "no manifest has that many lines")]
    let height = move || format!("auto {}px", count.get() as f64 * LINE + 2.0 * PADDING);
    let count = move || count.get_untracked();
    let folded = RwSignal::new(false);
    let lit = Memo::new(move |_| {
        let lit = state.lit.read();
        lit.iter()
            .filter(|(manifest, _)| *manifest == index)
            .map(|(_, line)| *line)
            .collect::<Vec<_>>()
    });
    let changed = Memo::new(move |_| {
        let changes = state.changes.read();
        let change = changes
            .iter()
            .find(|change| change.manifest == Some(index) && change.action != "create");
        change
            .map(|change| {
                change
                    .lines
                    .iter()
                    .filter(|line| line.sign == '+')
                    .filter_map(|line| line.line)
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    let looked = move || {
        state
            .looked_at
            .get()
            .filter(|(manifest, _)| *manifest == index)
            .map(|(_, line)| vec![line])
            .unwrap_or_default()
    };
    // What the cursor decides is brought into view, when none of it is.
    Effect::new(move || {
        if let (Some(line), Some(element)) = (lit.read().first(), element.get_untracked()) {
            show_line(&element, *line, count());
        }
    });
    let line_at = move |event: &web_sys::MouseEvent| {
        let element = element.get_untracked()?;
        let inside =
            f64::from(event.client_y()) - element.get_bounding_client_rect().top() - PADDING;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a line on the screen"
        )]
        let line = (inside / LINE).max(0.0) as usize;
        (line < count()).then_some(line)
    };
    let look = move |event: web_sys::MouseEvent| {
        let looked = line_at(&event).map(|line| (index, line));
        if looked != state.looked_at.get_untracked() {
            state.looked_at.set(looked);
        }
    };
    let go = move || {
        if let Some(at) = state.looked_at.get_untracked().filter(|(manifest, _)| *manifest == index)
        {
            linking::go_to_origin(state, at);
        }
    };
    let click = move |event: web_sys::MouseEvent| {
        // A selection is for copying.
        let selects = window()
            .get_selection()
            .ok()
            .flatten()
            .is_some_and(|selection| !selection.is_collapsed());
        if !selects && let Some(line) = line_at(&event) {
            state.looked_at.set(Some((index, line)));
            go();
        }
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let now = state
            .looked_at
            .get_untracked()
            .filter(|(manifest, _)| *manifest == index)
            .map(|(_, line)| line);
        let next = match event.key().as_str() {
            "ArrowDown" => now.map_or(0, |line| (line + 1).min(count().saturating_sub(1))),
            "ArrowUp" => now.map_or(0, |line| line.saturating_sub(1)),
            "Enter" => return go(),
            _ => return,
        };
        event.prevent_default();
        state.looked_at.set(Some((index, next)));
        if let Some(element) = element.get_untracked() {
            show_line(&element, next, count());
        }
    };
    let keys = Rc::new(keys);
    let name = label.clone();
    view! {
        <div class="document" style:contain-intrinsic-block-size=height>
            <button class="fold" aria-expanded=move || (!folded.get()).to_string() aria-label=move || format!("{name} in YAML") on:click=move |_| folded.update(|folded| *folded = !*folded)>
                {move || if folded.get() { "▸" } else { "▾" }}
            </button>
            {move || folded.get().then(|| view! { <p class="folded">{label.clone()}</p> })}
            <div class="lines" hidden=folded>
                {move || bands("changed", &changed.read())}
                {move || bands("lit", &lit.read())}
                {move || bands("looked", &looked())}
                <pre
                    class="code"
                    node_ref=element
                    tabindex="0"
                    on:mousemove=look
                    on:click=click
                    on:keydown={let keys = keys.clone(); move |event| keys(event)}
                ></pre>
            </div>
        </div>
    }
}

/// How many objects are drawn at once: a page of a thousand is slow to lay out at each key.
const MANY: usize = 60;

/// How many buttons the browser lays out together, or leaves out together where nobody sees them.
const SOME: usize = 40;

/// The height of a line of code and the space above the first, as the style sheet has them, in
/// pixels.
const LINE: f64 = 22.0;
const PADDING: f64 = 10.0;

/// A band behind each run of lines.
fn bands(kind: &'static str, lines: &[usize]) -> impl IntoView + use<> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, end)) if *end == *line => *end += 1,
            _ => runs.push((*line, line + 1)),
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "no manifest has that many lines")]
    let pixels = |lines: usize| lines as f64 * LINE;
    let band = move |(from, to): (usize, usize)| {
        let (top, height) =
            (format!("{}px", pixels(from) + PADDING), format!("{}px", pixels(to - from)));
        view! { <div class=format!("band {kind}") aria-hidden="true" style:top=top style:height=height></div> }
    };
    runs.into_iter().map(band).collect_view()
}

/// Brings a line of a document into view, when it is not.
fn show_line(element: &web_sys::HtmlPreElement, line: usize, count: usize) {
    let Ok(Some(output)) = element.closest(".output") else { return };
    let (inner, outer) = (element.get_bounding_client_rect(), output.get_bounding_client_rect());
    #[expect(clippy::cast_precision_loss, reason = "no manifest has that many lines")]
    let top = inner.top() + PADDING + line.min(count) as f64 * LINE;
    if top < outer.top() || top + LINE > outer.bottom() {
        let middle = top - outer.top() - outer.height() / 2.0;
        #[expect(clippy::cast_possible_truncation, reason = "it is a number of pixels")]
        output.set_scroll_top(output.scroll_top() + middle as i32);
    }
}
