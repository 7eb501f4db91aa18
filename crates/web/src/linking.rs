//! The text and what it becomes, linked both ways: the lines that belong together are lit.

use leptos::prelude::*;
use optakit_core::api::{self, LineExplanation, Place, Request};

use crate::later;
use crate::state::State;

/// How long the cursor rests before its lines are looked for: nobody looks while they type.
const REST: u32 = 120;

/// What there is to know of a manifest line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looked {
    /// The file and the place that it comes from.
    origin: Option<(String, Place)>,
    /// Whether the place decides this very line, and not one around it.
    own: bool,
    why: Option<LineExplanation>,
}

/// Lights the manifest lines that the cursor's line decides, and the text lines that decide the
/// manifest line looked at.
pub(crate) fn link(state: State) {
    let turn = StoredValue::new(0_u32);
    Effect::new(move || {
        let cursor = state.cursor.get();
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        let Some((file, line, _)) = cursor else { return state.lit.set(Vec::new()) };
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(REST).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            let request = state.analysis.with_untracked(|outcome| outcome.request.clone());
            let lines = later::decided_lines(request, file, line).await;
            if turn.try_get_value() == Some(mine) {
                state.lit.set(lines);
            }
        });
    });
    Effect::new(move || {
        let Some(at) = state.looked_at.get() else { return show(state, Looked::default()) };
        state.analysis.track();
        leptos::task::spawn_local(async move {
            let looked = look_at(state, at).await;
            if state.looked_at.try_get_untracked() == Some(Some(at)) {
                show(state, looked);
            }
        });
    });
}

fn show(state: State, looked: Looked) {
    state.why.set(looked.why);
    for (name, editor) in state.editors.get_untracked() {
        let origin = looked.origin.as_ref().filter(|(file, _)| looked.own && *file == name);
        editor.light(origin.map_or((0, 0), |(_, place)| (place.line, place.end_line)));
    }
}

async fn look_at(state: State, (manifest, line): (usize, usize)) -> Looked {
    let kind = state
        .manifests
        .with_untracked(|shown| shown.manifests.get(manifest).map(|manifest| manifest.kind));
    let request = state.analysis.with_untracked(|outcome| outcome.request.clone());
    match kind {
        Some(kind) => later::look(request, manifest, line, kind).await,
        None => Looked::default(),
    }
}

/// Finds out about a line of a manifest, counted from 0.
pub(crate) fn look(request: &Request, manifest: usize, line: usize, kind: api::Kind) -> Looked {
    match api::trace(request, manifest).get(line) {
        Some(traced) => Looked {
            origin: traced.origin.clone(),
            own: traced.is_exact,
            why: api::explain_line(request, kind, traced),
        },
        None => Looked::default(),
    }
}

/// Opens the place that decides a manifest line.
pub(crate) fn go_to_origin(state: State, at: (usize, usize)) {
    leptos::task::spawn_local(async move {
        if let Some((file, place)) = look_at(state, at).await.origin {
            state.reveal(&file, place.utf16_start, place.utf16_start);
        }
    });
}
