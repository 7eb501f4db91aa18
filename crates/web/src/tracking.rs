//! Effects: functions that run again when a signal that they read changes.
//!
//! The compiler generates the code of an effect for each type of function. A boxed function has the
//! same type everywhere.

use leptos::prelude::*;

/// Runs a function now, and again after each change of the signals that it reads.
pub(crate) fn on_change(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// Runs a function now, and again after each change of the signals that it reads. It receives its
/// earlier result.
pub(crate) fn on_change_from<T: 'static>(run: impl FnMut(Option<T>) -> T + 'static) {
    let run: Box<dyn FnMut(Option<T>) -> T> = Box::new(run);
    Effect::new(run);
}
