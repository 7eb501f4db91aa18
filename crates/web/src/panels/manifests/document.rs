//! The YAML of one object, with highlighted lines.

use std::sync::Arc;

use leptos::html::Pre;
use leptos::prelude::*;

use super::drawn::{Entry, label_of};
use super::lines::{bands, document_height, line_at, scroll_to_line};
use super::touch::is_touch;
use crate::editor::highlight;
use crate::linking;
use crate::page::Page;
use crate::state::State;
use crate::tracking::{on_change, on_change_from};

/// The YAML of one object, which can be folded.
#[component]
pub(super) fn Document(entry: Entry) -> impl IntoView {
    let state = expect_context::<State>();
    let Entry { index, label } = entry;
    let element = NodeRef::<Pre>::new();
    let lines = DocumentLines {
        page: expect_context::<Page>(),
        index,
        element,
        count: draw(state, index, &label, element),
    };
    lines.scroll_to_highlighted();
    let folded = RwSignal::new(false);
    let name = label.clone();
    let title = move || folded.get().then(|| view! { <p class="folded">{label.clone()}</p> });
    // The browser skips the layout of documents outside the screen, so it needs their height.
    let height = move || format!("auto {}px", document_height(lines.count.get()));
    let changed = Memo::new(move |_| changed_lines(state, index));
    let highlighted = Memo::new(move |_| lines.highlighted());
    let active = move || lines.active().into_iter().collect::<Vec<_>>();
    view! {
        <div class="document" style:contain-intrinsic-block-size=height>
            <button
                class="fold"
                aria-expanded=move || (!folded.get()).to_string()
                aria-label=format!("YAML of {name}")
                on:click=move |_| folded.update(|folded| *folded = !*folded)
            >
                {move || if folded.get() { "▸" } else { "▾" }}
            </button>
            {title}
            <div class="lines" hidden=folded>
                {move || bands("changed", &changed.read())}
                {move || bands("lit", &highlighted.read())}
                {move || bands("active", &active())}
                <pre
                    class="code"
                    node_ref=element
                    tabindex="0"
                    on:pointermove=move |event| lines.on_mouse_move(&event)
                    on:click=move |event| lines.on_click(&event)
                    on:keydown=move |event| lines.on_key(&event)
                ></pre>
            </div>
        </div>
    }
}

/// Draws the YAML and returns the number of its lines. Draws again only what an edit changes.
fn draw(state: State, index: usize, label: &str, element: NodeRef<Pre>) -> RwSignal<usize> {
    let (count, label) = (RwSignal::new(0), label.to_owned());
    on_change_from(move |before: Option<Arc<str>>| {
        let before = before.unwrap_or_default();
        let (shown, element) = (state.results.manifests.read(), element.get());
        // When an object is removed, another one has its index for a moment.
        let found = shown
            .manifests
            .get(index)
            .filter(|manifest| manifest.yaml != before && label_of(manifest) == label);
        let (Some(manifest), Some(element)) = (found, element) else { return before };
        highlight(&element, &manifest.yaml);
        count.set(manifest.yaml.lines().count());
        manifest.yaml.clone()
    });
    count
}

/// Returns the lines that changed since the last export; none for a new object.
fn changed_lines(state: State, index: usize) -> Vec<usize> {
    let changes = state.results.changes.read();
    let is_changed = |change: &&optakit_core::api::Change| {
        change.manifest == Some(index) && change.action != "create"
    };
    let Some(change) = changes.iter().find(is_changed) else { return Vec::new() };
    let added = change.lines.iter().filter(|line| line.sign == '+');
    added.filter_map(|line| line.line).collect()
}

/// The lines of a document and how the user selects them.
#[derive(Clone, Copy)]
struct DocumentLines {
    page: Page,
    /// The index of the manifest.
    index: usize,
    element: NodeRef<Pre>,
    /// The number of lines.
    count: RwSignal<usize>,
}

impl DocumentLines {
    fn highlighted(self) -> Vec<usize> {
        let highlighted = self.page.state.selection.highlighted.read();
        let own = highlighted.iter().filter(|(manifest, _)| *manifest == self.index);
        own.map(|(_, line)| *line).collect()
    }

    fn active(self) -> Option<usize> {
        let active = self.page.state.selection.active.get();
        active.filter(|(manifest, _)| *manifest == self.index).map(|(_, line)| line)
    }

    fn activate(self, line: usize) {
        self.page.state.selection.active.set(Some((self.index, line)));
    }

    fn scroll_to(self, line: usize) {
        if let Some(element) = self.element.get_untracked() {
            scroll_to_line(&element, line, self.count.get_untracked());
        }
    }

    /// Scrolls to the first highlighted line whenever the highlight changes.
    fn scroll_to_highlighted(self) {
        let highlighted = Memo::new(move |_| self.highlighted());
        on_change(move || {
            if let Some(line) = highlighted.read().first() {
                self.scroll_to(*line);
            }
        });
    }

    fn line_at(self, event: &web_sys::MouseEvent) -> Option<usize> {
        let line = line_at(&self.element.get_untracked()?, event.client_y());
        Some(line).filter(|line| *line < self.count.get_untracked())
    }

    fn on_mouse_move(self, event: &web_sys::MouseEvent) {
        if is_touch(event) {
            return;
        }
        let active = self.page.state.selection.active;
        let line = self.line_at(event).map(|line| (self.index, line));
        if line != active.get_untracked() {
            active.set(line);
        }
    }

    fn on_click(self, event: &web_sys::MouseEvent) {
        // The user may select text to copy it.
        let selection = window().get_selection().ok().flatten();
        let has_selection = selection.is_some_and(|selection| !selection.is_collapsed());
        if !has_selection && let Some(line) = self.line_at(event) {
            self.activate(line);
            // A tap explains the line; the explanation has a button that jumps.
            if !is_touch(event) {
                self.go_to_origin();
            }
        }
    }

    fn on_key(self, event: &web_sys::KeyboardEvent) {
        let active = untrack(|| self.active());
        let last = self.count.get_untracked().saturating_sub(1);
        let next = match event.key().as_str() {
            "ArrowDown" => active.map_or(0, |line| (line + 1).min(last)),
            "ArrowUp" => active.map_or(0, |line| line.saturating_sub(1)),
            "Enter" => return self.go_to_origin(),
            _ => return,
        };
        event.prevent_default();
        self.activate(next);
        self.scroll_to(next);
    }

    fn go_to_origin(self) {
        if let Some(line) = untrack(|| self.active()) {
            linking::go_to_origin(self.page, (self.index, line));
        }
    }
}
