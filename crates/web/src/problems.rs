//! Moves between problems and fixes them.

use leptos::prelude::*;
use optakit_core::api::{Diagnostic, Fix, TextEdit};
use wasm_split_helpers::wasm_split;

use crate::image_field::focus_image;
use crate::lazy::{self, Loaded};
use crate::markup::count;
use crate::page::Page;

/// The direction of a step through the problems.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Next,
    Previous,
}

#[wasm_split(help, fallible)]
fn load_go_to_problem(page: Page, direction: Direction) -> Loaded<()> {
    go(page, direction);
    Ok(())
}

#[wasm_split(help, fallible)]
fn load_apply_safe_fixes(page: Page) -> Loaded<()> {
    apply_all(page);
    Ok(())
}

#[wasm_split(help, fallible)]
fn load_fix_at_cursor(page: Page) -> Loaded<()> {
    fix_one(page);
    Ok(())
}

/// Opens the next or previous problem, relative to the cursor.
pub(crate) fn go_to(page: Page, direction: Direction) {
    lazy::run(page.state, Box::pin(load_go_to_problem(page, direction)));
}

/// Applies all safe fixes.
pub(crate) fn apply_safe_fixes(page: Page) {
    lazy::run(page.state, Box::pin(load_apply_safe_fixes(page)));
}

/// Applies the fix of the problem at the cursor, or of the problem that was opened last.
pub(crate) fn fix_at_cursor(page: Page) {
    lazy::run(page.state, Box::pin(load_fix_at_cursor(page)));
}

/// Applies a fix and moves the focus to its text.
pub(crate) fn apply(page: Page, file: &str, fix: &Fix) {
    page.state.view.file.set(file.to_owned());
    page.edit(file, &fix.edits);
    page.focus(file);
    page.state.selection.current_problem.set(None);
    page.state.notify(format!("Fixed: {}", fix.title.replace('`', "")));
}

fn diagnostics(page: Page) -> Vec<Diagnostic> {
    page.state.results.outcome.with_untracked(|outcome| outcome.analysis.diagnostics.clone())
}

fn go(page: Page, direction: Direction) {
    let (view, selection) = (page.state.view, page.state.selection);
    let diagnostics = diagnostics(page);
    if diagnostics.is_empty() {
        return go_to_choice(page);
    }
    let cursor = selection.cursor.get_untracked().map(|cursor| cursor.offset);
    let offset = cursor.or_else(|| selection.last_problem.get_untracked());
    let index = find(&diagnostics, &view.file.read_untracked(), offset, direction);
    let Diagnostic { file, place, message, .. } = &diagnostics[index];
    selection.last_problem.set(Some(place.utf16_start));
    selection.current_problem.set(Some(index));
    page.reveal(file, place.utf16_start, place.utf16_end);
    let (number, count) = (index + 1, diagnostics.len());
    page.state.notify(format!("Problem {number} of {count}: {}", message.replace('`', "")));
}

/// Shows the problem of a choice, since the texts have none.
fn go_to_choice(page: Page) {
    let (image, others) = untrack(|| page.state.results.choice_problems());
    if image.is_some() {
        focus_image();
    }
    let message = image.or(others).unwrap_or_else(|| "No problems".to_owned());
    page.state.notify(message.replace('`', ""));
}

/// Returns the index of the next or previous diagnostic. In the open file the cursor decides; the
/// other files follow in the order of the diagnostics. After the last one it starts again.
fn find(
    diagnostics: &[Diagnostic],
    open_file: &str,
    offset: Option<usize>,
    direction: Direction,
) -> usize {
    let last = diagnostics.len() - 1;
    let is_open = |diagnostic: &Diagnostic| diagnostic.file == open_file;
    match direction {
        Direction::Next => {
            let is_after = |diagnostic: &Diagnostic| {
                is_open(diagnostic)
                    && offset.is_none_or(|offset| diagnostic.place.utf16_start > offset)
            };
            let next_file = diagnostics.iter().rposition(is_open).map(|last| last + 1);
            let found = diagnostics.iter().position(is_after).or(next_file);
            found.filter(|index| *index <= last).unwrap_or(0)
        }
        Direction::Previous => {
            let is_before = |diagnostic: &Diagnostic| {
                is_open(diagnostic)
                    && offset.is_some_and(|offset| diagnostic.place.utf16_start < offset)
            };
            let previous_file =
                diagnostics.iter().position(is_open).and_then(|first| first.checked_sub(1));
            diagnostics.iter().rposition(is_before).or(previous_file).unwrap_or(last)
        }
    }
}

fn fix_one(page: Page) {
    let (view, selection) = (page.state.view, page.state.selection);
    let diagnostics = diagnostics(page);
    let file = view.file.get_untracked();
    let found = match selection.cursor.get_untracked() {
        Some(cursor) => at_cursor(&diagnostics, &file, cursor.line, cursor.offset),
        None => selection.current_problem.get_untracked().and_then(|index| diagnostics.get(index)),
    };
    match found.and_then(|diagnostic| Some((diagnostic, diagnostic.fixes.first()?))) {
        Some((diagnostic, fix)) => apply(page, &diagnostic.file, fix),
        None => page.state.notify("No fix at the cursor"),
    }
}

/// Returns the diagnostic with a fix at an offset, or else in its line.
fn at_cursor<'a>(
    diagnostics: &'a [Diagnostic],
    file: &str,
    line: u32,
    offset: usize,
) -> Option<&'a Diagnostic> {
    let has_fix =
        |diagnostic: &&Diagnostic| diagnostic.file == file && !diagnostic.fixes.is_empty();
    let is_at = |diagnostic: &&Diagnostic| {
        (diagnostic.place.utf16_start..=diagnostic.place.utf16_end).contains(&offset)
    };
    let is_in_line = |diagnostic: &&Diagnostic| {
        (diagnostic.place.line..=diagnostic.place.end_line).contains(&line)
    };
    let fixable = || diagnostics.iter().filter(has_fix);
    fixable().find(is_at).or_else(|| fixable().find(is_in_line))
}

fn apply_all(page: Page) {
    let diagnostics = diagnostics(page);
    let mut files: Vec<String> =
        diagnostics.iter().map(|diagnostic| diagnostic.file.clone()).collect();
    files.dedup();
    let mut fixed = 0;
    for file in files {
        let mut edits: Vec<TextEdit> = Vec::new();
        for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.file == file) {
            let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.safe) else { continue };
            // A fix that overlaps another one waits for the next run.
            if !fix.edits.iter().any(|edit| edits.iter().any(|other| overlap(edit, other))) {
                edits.extend(fix.edits.iter().cloned());
                fixed += 1;
            }
        }
        if !edits.is_empty() {
            page.edit(&file, &edits);
        }
    }
    page.state.notify(match fixed {
        0 => "No problem can be fixed automatically; fix them one by one".to_owned(),
        number => format!("Fixed {}", count(number, "problem")),
    });
}

fn overlap(one: &TextEdit, other: &TextEdit) -> bool {
    one.place.utf16_start <= other.place.utf16_end && other.place.utf16_start <= one.place.utf16_end
}
