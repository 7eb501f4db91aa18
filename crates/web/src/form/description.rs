//! The elements that describe the controls of a field to screen readers.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

/// The number of the next field.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The help and the problems of a field.
#[derive(Clone, Copy)]
pub(super) struct Description {
    number: u32,
    /// The problems of the field.
    pub(super) problems: Memo<Vec<String>>,
}

impl Description {
    /// Creates the description of a field with these problems.
    pub(super) fn new(problems: Memo<Vec<String>>) -> Self {
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), problems }
    }

    /// Returns the `id` of the help.
    pub(super) fn help_id(self) -> String {
        format!("help-{}", self.number)
    }

    /// Returns the `id` of the problems.
    pub(super) fn problems_id(self) -> String {
        format!("problems-{}", self.number)
    }

    /// Returns the value of `aria-describedby`.
    pub(super) fn described_by(self) -> String {
        if self.problems.read().is_empty() {
            self.help_id()
        } else {
            format!("{} {}", self.problems_id(), self.help_id())
        }
    }

    /// Returns the value of `aria-invalid`.
    pub(super) fn is_invalid(self) -> Option<&'static str> {
        (!self.problems.read().is_empty()).then_some("true")
    }
}
