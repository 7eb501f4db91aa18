//! The text and what it becomes, linked both ways: the lines that belong together are lit.

use leptos::prelude::*;
use optakit_core::api::{self, Why};

use crate::state::State;

/// How long the cursor rests before its lines are looked for: nobody looks while they type.
const REST: u32 = 120;

/// Lights the manifest lines that the cursor's line decides, and the text lines that decide the manifest line looked at.
pub(crate) fn link(state: State, lit: RwSignal<Vec<(usize, usize)>>) {
    let turn = StoredValue::new(0_u32);
    Effect::new(move || {
        let cursor = state.cursor.get();
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        let Some((file, line, _)) = cursor else { return lit.set(Vec::new()) };
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(REST).await;
            if turn.try_get_value() == Some(mine) {
                let outcome = state.analysis.get_untracked();
                lit.set(api::decided_lines(&outcome.request, &file, line));
            }
        });
    });
    Effect::new(move || {
        let looked_at = state.looked_at.get();
        let traced = looked_at.and_then(|(_, line)| state.trace.read_untracked().get(line).cloned());
        let origin = traced.and_then(|line| line.origin.filter(|_| line.own));
        for (name, editor) in state.editors.get_untracked() {
            let lines =
                origin.as_ref().filter(|(file, _)| *file == name).map_or((0, 0), |(_, place)| (place.line, place.end_line));
            editor.light(lines);
        }
    });
}

/// Why the manifest line that is looked at is there.
pub(crate) fn why(state: State) -> Option<Why> {
    let (manifest, line) = state.looked_at.get()?;
    let traced = state.trace.read_untracked().get(line)?.clone();
    let kind = state.manifests.with_untracked(|shown| shown.manifests.get(manifest).map(|manifest| manifest.kind))?;
    api::why(&state.request(), kind, &traced)
}
