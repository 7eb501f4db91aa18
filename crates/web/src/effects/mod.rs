//! The effects that keep the results up to date.

mod certificates;
mod comparison;
mod manifests;

use crate::state::State;

/// Starts all effects.
pub(crate) fn start(state: State) {
    manifests::start(state.results);
    comparison::start(state);
    certificates::start(state);
}
