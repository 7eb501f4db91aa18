//! Moves the steps of the undo history when others change a text.

use super::change::TextChange;
use super::step::{Step, Steps};

impl Steps {
    /// Moves all steps to their places after a change of others. A step in the changed range is
    /// removed: undoing it would take back the change.
    pub(super) fn rebase(&mut self, hunk: &TextChange) {
        rebase(&mut self.done, hunk, true);
        rebase(&mut self.undone, hunk, false);
    }
}

/// Moves the steps of a list, the latest one first. `back` means that they are undone next.
fn rebase(steps: &mut Vec<Step>, hunk: &TextChange, back: bool) {
    // The change of others, as a change of the text that the step applies to.
    let mut hunk = hunk.clone();
    for index in (0..steps.len()).rev() {
        let texts = &mut steps[index].change.texts;
        let Some(at) = texts.iter().position(|text| text.file == hunk.file) else { continue };
        let text = &mut texts[at];
        let (from, to) =
            if back { (&text.inserted, &text.removed) } else { (&text.removed, &text.inserted) };
        if hunk.start + hunk.removed.len() <= text.start {
            text.start = text.start + hunk.inserted.len() - hunk.removed.len();
        } else if hunk.start >= text.start + from.len() {
            hunk.start = hunk.start + to.len() - from.len();
        } else {
            let (removed, inserted) = (to.clone(), from.clone());
            let mut reversed = TextChange { removed, inserted, ..text.clone() };
            reversed.join(&hunk);
            hunk = reversed;
            texts.remove(at);
        }
        if texts.is_empty() && steps[index].change.settings.is_none() {
            steps.remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::Made;
    use super::*;
    use crate::steps::Change;
    use crate::work::Work;

    fn work(service: &str) -> Work {
        Work { service: service.to_owned(), ..Work::default() }
    }

    /// Returns the single change between two texts.
    fn hunk(before: &str, after: &str) -> TextChange {
        let change = Change::between(&work(before), &work(after)).expect("the texts differ");
        change.texts[0].clone()
    }

    fn replay(text: &str, steps: &mut Steps, back: bool) -> Option<String> {
        let change = &steps.take(back)?.texts[0];
        let (from, to) = if back {
            (&change.inserted, &change.removed)
        } else {
            (&change.removed, &change.inserted)
        };
        let end = change.start + from.len();
        assert_eq!(text.get(change.start..end), Some(&**from), "{text}");
        Some(format!("{}{to}{}", &text[..change.start], &text[end..]))
    }

    /// Makes own changes and then one of others, and undoes everything.
    fn check(own: &[&str], foreign: &str, undone: &[&str]) {
        let mut steps = Steps::default();
        for pair in own.windows(2) {
            steps.record(&work(pair[0]), &work(pair[1]), 0.0, Made::AtOnce);
        }
        let last = own[own.len() - 1];
        let made = Made::Foreign(vec![hunk(last, foreign)]);
        steps.record(&work(last), &work(foreign), 0.0, made);
        let mut text = foreign.to_owned();
        for expected in undone {
            text = replay(&text, &mut steps, true).expect("there is a step");
            assert_eq!(text, *expected);
        }
        assert!(steps.take(true).is_none(), "{text}");
        for expected in undone.iter().rev().skip(1).chain([&foreign]) {
            text = replay(&text, &mut steps, false).expect("there is an undone step");
            assert_eq!(text, *expected);
        }
    }

    #[test]
    fn undo_takes_back_only_own_changes() {
        check(&["a\nb\nc\n", "a\nb1\nc\n"], "a2\nb1\nc\n", &["a2\nb\nc\n"]);
        check(&["a\nb\nc\n", "a1\nb\nc\n"], "a1\nb\nnew\nc\n", &["a\nb\nnew\nc\n"]);
        let own = ["a\nb\nc\n", "a\nb\nc1\n", "a1\nb\nc1\n", "a1\nbb\nc1\n"];
        let undone = ["x\na1\nb\nc1\n", "x\na\nb\nc1\n", "x\na\nb\nc\n"];
        check(&own, "x\na1\nbb\nc1\n", &undone);
    }

    #[test]
    fn an_own_change_that_others_changed_is_not_undone() {
        check(&["a\nb\n", "a1\nb\n", "a1\nb1\n"], "a1\nother\n", &["a\nother\n"]);
        let own = ["a\nb\nc\n", "a1\nb\nc\n", "a1\nb1\nc\n", "a1\nb1\nc1\n"];
        check(&own, "a1\nc1\n", &["a1\nc\n", "a\nc\n"]);
    }

    #[test]
    fn redo_keeps_the_changes_of_others() {
        let mut steps = Steps::default();
        steps.record(&work("a\nb\n"), &work("a\nb1\n"), 0.0, Made::AtOnce);
        assert!(steps.take(true).is_some());
        let made = Made::Foreign(vec![hunk("a\nb\n", "new\na\nb\n")]);
        steps.record(&work("a\nb\n"), &work("new\na\nb\n"), 0.0, made);
        assert_eq!(replay("new\na\nb\n", &mut steps, false).as_deref(), Some("new\na\nb1\n"));
    }
}
