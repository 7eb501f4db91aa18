//! The steps of the undo history.

use super::change::{Change, Settings, TextChange};
use crate::work::Work;

/// How long after typing the next typing joins its step, in milliseconds.
const JOIN_TIME: f64 = 500.0;
/// The most bytes that a key changes. Text that is pasted or replaced as a whole is a step.
const KEY_BYTES: usize = 64;
/// The most steps that are kept.
const MAX_STEPS: usize = 2000;

/// The steps that can be undone and redone, the latest one last.
#[derive(Default)]
pub(crate) struct Steps {
    pub(super) done: Vec<Step>,
    pub(super) undone: Vec<Step>,
}

/// How a change was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Made {
    #[default]
    AtOnce,
    /// By typing in a text.
    Typed,
    /// By typing in a field of the form.
    InField(String),
    /// By others, on disk: these ranges of the text before, in its order.
    Foreign(Vec<TextChange>),
}

pub(super) struct Step {
    pub(super) change: Change,
    time: f64,
    made: Made,
}

impl Steps {
    /// Adds a change. Typing joins the step before it. A change of others is not a step.
    pub(crate) fn record(&mut self, before: &Work, after: &Work, time: f64, made: Made) {
        if let Made::Foreign(hunks) = made {
            return hunks.into_iter().rev().for_each(|hunk| self.rebase(&hunk));
        }
        let Some(change) = Change::between(before, after) else { return };
        let is_key = change.texts.iter().all(|text| text.size() <= KEY_BYTES);
        let made = if made == Made::Typed && !is_key { Made::AtOnce } else { made };
        self.undone.clear();
        if let Some(last) = self.done.last_mut()
            && (time - last.time < JOIN_TIME || matches!(made, Made::InField(_)))
            && join(last, &change, &made)
        {
            last.time = time;
            return;
        }
        if self.done.len() == MAX_STEPS {
            self.done.remove(0);
        }
        self.done.push(Step { change, time, made });
    }

    /// Takes the change to undo or to redo.
    pub(crate) fn take(&mut self, back: bool) -> Option<Change> {
        let (from, to) = if back {
            (&mut self.done, &mut self.undone)
        } else {
            (&mut self.undone, &mut self.done)
        };
        let step = from.pop()?;
        let change = step.change.clone();
        // Later typing must not join a step that was undone.
        to.push(Step { made: Made::AtOnce, time: 0.0, ..step });
        if let Some(last) = self.done.last_mut() {
            last.made = Made::AtOnce;
        }
        Some(change)
    }
}

/// Joins a change with the last step, if both are typing in the same place.
fn join(last: &mut Step, change: &Change, made: &Made) -> bool {
    match (last.change.texts.as_mut_slice(), change.texts.as_slice()) {
        ([text], [next]) if *made != Made::AtOnce && last.made == *made => {
            let is_text = last.change.settings.is_none() && change.settings.is_none();
            is_text && text.join(next)
        }
        ([], []) => join_settings(&mut last.change.settings, change.settings.as_ref()),
        _ => false,
    }
}

/// Joins two changes of the image.
fn join_settings(
    last: &mut Option<(Settings, Settings)>,
    next: Option<&(Settings, Settings)>,
) -> bool {
    let (Some((first, last)), Some((before, after))) = (last, next) else { return false };
    let is_image = first.differs_in_image(last) && before.differs_in_image(after);
    if is_image {
        *last = after.clone();
    }
    is_image
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(service: &str) -> Work {
        Work { service: service.to_owned(), ..Work::default() }
    }

    fn record(steps: &mut Steps, texts: &[&str], times: &[f64], typing: bool) {
        for (pair, time) in texts.windows(2).zip(times) {
            let made = if typing { Made::Typed } else { Made::AtOnce };
            steps.record(&work(pair[0]), &work(pair[1]), *time, made);
        }
    }

    #[test]
    fn typing_without_a_pause_is_one_step() {
        let mut steps = Steps::default();
        record(&mut steps, &["", "a", "ab", "abc", "abcd"], &[0.0, 100.0, 200.0, 900.0], true);
        assert_eq!(steps.done.len(), 2);
        let mut steps = Steps::default();
        record(&mut steps, &["", "a", "ab", "abc"], &[0.0, 100.0, 200.0], false);
        assert_eq!(steps.done.len(), 3);
    }

    #[test]
    fn a_change_after_undo_removes_the_undone_steps() {
        let mut steps = Steps::default();
        record(&mut steps, &["", "a", "ab"], &[0.0, 1000.0], true);
        assert!(steps.take(true).is_some());
        assert!(steps.take(false).is_some());
        assert!(steps.take(true).is_some());
        steps.record(&work("a"), &work("ax"), 1100.0, Made::Typed);
        assert_eq!(steps.done.len(), 2);
        assert!(steps.take(false).is_none());
    }

    #[test]
    fn typing_in_one_field_is_one_step() {
        let mut steps = Steps::default();
        for (before, after, time, field) in
            [("", "a", 0.0, "x"), ("a", "ab", 9000.0, "x"), ("ab", "abc", 9100.0, "y")]
        {
            let made = Made::InField(field.to_owned());
            steps.record(&work(before), &work(after), time, made);
        }
        assert_eq!(steps.done.len(), 2);
    }

    #[test]
    fn an_export_alone_is_not_a_step() {
        let mut steps = Steps::default();
        let exported = Work { export: Some(crate::work::Export::default()), ..work("a") };
        steps.record(&work("a"), &exported, 0.0, Made::AtOnce);
        assert!(steps.take(true).is_none());
    }
}
