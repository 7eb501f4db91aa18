//! A check of `optakit doctor` and its result.

use serde::Serialize;

use crate::report::error_text;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    Ok,
    /// Something is missing that Optakit does not need here.
    Optional,
    Missing,
}

/// A check and its result.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) found: String,
}

impl Check {
    pub(super) fn new(name: &'static str, state: State, found: impl Into<String>) -> Self {
        Self { name, state, found: found.into() }
    }

    /// Returns the check of something that was found, or is missing because of an error.
    pub(super) fn of(name: &'static str, found: anyhow::Result<String>) -> Self {
        match found {
            Ok(found) => Self::new(name, State::Ok, found),
            Err(error) => Self::new(name, State::Missing, error_text(&error)),
        }
    }

    pub(super) fn is_ok(&self) -> bool {
        self.state == State::Ok
    }
}
