//! The objects that are drawn: one chosen object, or a range of all of them.

use leptos::prelude::*;
use optakit_core::api::Manifest;

use crate::state::{ShownManifests, State};
use crate::tracking::on_change;

/// The most objects that are drawn at once. A page with a thousand is slow at each key.
pub(super) const DRAWN_OBJECTS: usize = 60;

/// How many objects before a highlighted line are drawn too.
const OBJECTS_BEFORE: usize = 2;

/// The objects that are drawn.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    state: State,
    /// The label of the chosen object; none for all.
    chosen: RwSignal<Option<String>>,
    /// The requested start of the range.
    first: RwSignal<usize>,
    /// The start of the range among the visible objects.
    pub(super) start: Memo<usize>,
    /// How many visible objects follow the range.
    pub(super) remaining: Memo<usize>,
    pub(super) entries: Memo<Vec<Entry>>,
}

/// A drawn object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its index among the manifests.
    pub(super) index: usize,
    pub(super) label: String,
}

/// Returns kind and name of an object.
pub(super) fn label_of(manifest: &Manifest) -> String {
    format!("{} {}", manifest.kind, manifest.name)
}

/// Returns the indexes of the chosen object, or of all objects.
fn visible(shown: &ShownManifests, chosen: Option<&String>) -> std::ops::Range<usize> {
    let index = chosen.and_then(|chosen| {
        shown.manifests.iter().position(|manifest| label_of(manifest) == *chosen)
    });
    index.map_or(0..shown.manifests.len(), |index| index..index + 1)
}

impl Drawn {
    /// Draws all objects at first.
    pub(super) fn new(state: State) -> Self {
        let manifests = state.results.manifests;
        let chosen = RwSignal::new(None::<String>);
        let first = RwSignal::new(0_usize);
        let visible = Memo::new(move |_| visible(&manifests.read(), chosen.read().as_ref()));
        let start = Memo::new(move |_| first.get().min(visible.read().len().saturating_sub(1)));
        let remaining =
            Memo::new(move |_| visible.read().len().saturating_sub(start.get() + DRAWN_OBJECTS));
        let entries = Memo::new(move |_| {
            let (shown, visible) = (manifests.read(), visible.get());
            let (from, to) = (visible.start + start.get(), visible.end);
            let entry = |(index, manifest)| Entry { index, label: label_of(manifest) };
            let all = shown.manifests.iter().enumerate();
            all.take(to).skip(from).take(DRAWN_OBJECTS).map(entry).collect::<Vec<_>>()
        });
        let drawn = Self { state, chosen, first, start, remaining, entries };
        drawn.follow_highlighted_lines();
        drawn
    }

    /// Draws the first highlighted object if all objects are visible.
    fn follow_highlighted_lines(self) {
        let highlighted = self.state.selection.highlighted;
        on_change(move || {
            if let Some((manifest, _)) = highlighted.read().first()
                && self.chosen.read_untracked().is_none()
            {
                let first = self.first.get_untracked();
                if !(first..first + DRAWN_OBJECTS).contains(manifest) {
                    self.first.set(manifest.saturating_sub(OBJECTS_BEFORE));
                }
            }
        });
    }

    /// Whether an object is chosen; `None` means all objects.
    pub(super) fn is_chosen(self, label: Option<&String>) -> bool {
        self.chosen.read().as_ref() == label
    }

    /// Draws one object, or all of them.
    pub(super) fn choose(self, label: Option<String>) {
        self.chosen.set(label);
        self.first.set(0);
    }

    pub(super) fn show_previous(self) {
        self.first.update(|first| *first = first.saturating_sub(DRAWN_OBJECTS));
    }

    pub(super) fn show_next(self) {
        self.first.update(|first| *first += DRAWN_OBJECTS);
    }

    /// Returns the index of the chosen object; none for all objects.
    pub(super) fn only(self) -> Option<usize> {
        let shown = self.state.results.manifests.read_untracked();
        let visible = visible(&shown, self.chosen.read_untracked().as_ref());
        (visible.len() < shown.manifests.len()).then_some(visible.start)
    }
}
