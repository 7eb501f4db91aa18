//! Going through the problems and repairing them.

use leptos::prelude::*;
use optakit_core::api::Finding;

use crate::state::State;

/// Goes to the next problem behind the cursor, or to the one before it.
pub(crate) fn go_to(state: State, step: isize) {
    let findings = state.analysis.with_untracked(|outcome| outcome.analysis.diagnostics.clone());
    let Some(last) = findings.len().checked_sub(1) else { return state.say("No problems") };
    let open = state.open.get_untracked();
    let at = state
        .cursor
        .get_untracked()
        .map(|(_, _, offset)| offset)
        .or_else(|| state.last_problem.get_untracked());
    // Files come in the order of the findings; within the open one the cursor decides.
    let is_behind =
        |finding: &Finding| finding.file == open && at.is_none_or(|at| finding.place.from > at);
    let is_before =
        |finding: &Finding| finding.file == open && at.is_some_and(|at| finding.place.from < at);
    let next = if step > 0 {
        let first_after =
            findings.iter().rposition(|finding| finding.file == open).map(|last| last + 1);
        findings
            .iter()
            .position(is_behind)
            .or(first_after)
            .filter(|next| *next <= last)
            .unwrap_or(0)
    } else {
        let last_before = findings
            .iter()
            .position(|finding| finding.file == open)
            .and_then(|first| first.checked_sub(1));
        findings.iter().rposition(is_before).or(last_before).unwrap_or(last)
    };
    let Finding { file, place, message, .. } = &findings[next];
    state.last_problem.set(Some(place.from));
    state.reveal(file, place.from, place.to);
    state.say(format!("Problem {} of {}: {}", next + 1, findings.len(), message.replace('`', "")));
}

/// Applies every repair that may be applied unseen, each file in one step.
pub(crate) fn fix_all(state: State) {
    let findings = state.analysis.with_untracked(|outcome| outcome.analysis.diagnostics.clone());
    let mut files: Vec<String> = findings.iter().map(|finding| finding.file.clone()).collect();
    files.dedup();
    let mut fixed = 0;
    for file in files {
        let mut edits = Vec::new();
        for finding in findings.iter().filter(|finding| finding.file == file) {
            let Some(fix) = finding.fixes.iter().find(|fix| fix.safe) else { continue };
            let overlaps = |edit: &optakit_core::api::Replacement| {
                edits.iter().any(|other: &optakit_core::api::Replacement| {
                    edit.place.from <= other.place.to && other.place.from <= edit.place.to
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
