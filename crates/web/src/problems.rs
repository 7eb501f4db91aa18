//! Going through the problems and repairing them.

use leptos::prelude::*;
use optakit_core::api::Diagnostic;

use crate::state::State;

/// Goes to the next problem behind the cursor, or to the one before it.
pub(crate) fn go_to(state: State, step: isize) {
    let diagnostics = state.analysis.with_untracked(|outcome| outcome.analysis.diagnostics.clone());
    let Some(last) = diagnostics.len().checked_sub(1) else { return state.say("No problems") };
    let open = state.open.get_untracked();
    let at = state
        .cursor
        .get_untracked()
        .map(|(_, _, offset)| offset)
        .or_else(|| state.last_problem.get_untracked());
    // Files come in the order of the diagnostics; within the open one the cursor decides.
    let is_behind = |diagnostic: &Diagnostic| {
        diagnostic.file == open && at.is_none_or(|at| diagnostic.place.utf16_start > at)
    };
    let is_before = |diagnostic: &Diagnostic| {
        diagnostic.file == open && at.is_some_and(|at| diagnostic.place.utf16_start < at)
    };
    let next = if step > 0 {
        let first_after =
            diagnostics.iter().rposition(|diagnostic| diagnostic.file == open).map(|last| last + 1);
        diagnostics
            .iter()
            .position(is_behind)
            .or(first_after)
            .filter(|next| *next <= last)
            .unwrap_or(0)
    } else {
        let last_before = diagnostics
            .iter()
            .position(|diagnostic| diagnostic.file == open)
            .and_then(|first| first.checked_sub(1));
        diagnostics.iter().rposition(is_before).or(last_before).unwrap_or(last)
    };
    let Diagnostic { file, place, message, .. } = &diagnostics[next];
    state.last_problem.set(Some(place.utf16_start));
    state.reveal(file, place.utf16_start, place.utf16_end);
    state.say(format!(
        "Problem {} of {}: {}",
        next + 1,
        diagnostics.len(),
        message.replace('`', "")
    ));
}

/// Applies every repair that may be applied unseen, each file in one step.
pub(crate) fn fix_all(state: State) {
    let diagnostics = state.analysis.with_untracked(|outcome| outcome.analysis.diagnostics.clone());
    let mut files: Vec<String> =
        diagnostics.iter().map(|diagnostic| diagnostic.file.clone()).collect();
    files.dedup();
    let mut fixed = 0;
    for file in files {
        let mut edits = Vec::new();
        for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.file == file) {
            let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.safe) else { continue };
            let overlaps = |edit: &optakit_core::api::TextEdit| {
                edits.iter().any(|other: &optakit_core::api::TextEdit| {
                    edit.place.utf16_start <= other.place.utf16_end
                        && other.place.utf16_start <= edit.place.utf16_end
                })
            };
            // What overlaps is repaired the next time.
            if !fix.edits.iter().any(overlaps) {
                edits.extend(fix.edits.iter().cloned());
                fixed += 1;
            }
        }
        if !edits.is_empty() {
            state.edit(&file, &edits);
        }
    }
    state.say(match fixed {
        0 => "Nothing here is safe to fix unseen".to_owned(),
        1 => "Fixed 1 problem".to_owned(),
        count => format!("Fixed {count} problems"),
    });
}
