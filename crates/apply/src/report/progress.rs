//! The progress of a rollout. On a terminal it is a table with one row per object. Elsewhere it is
//! one line per change.

use std::collections::BTreeMap;

use indicatif::MultiProgress;

use super::event::Event;
use super::output::Report;
use super::progress_row::{Row, RowPods};

/// The progress of several objects.
pub(crate) struct ProgressTable {
    report: Report,
    rows: BTreeMap<String, Row>,
    /// Draws the rows together. `None` if standard error is not a terminal.
    table: Option<MultiProgress>,
}

impl ProgressTable {
    /// Creates a table with one row per label.
    pub(crate) fn new(report: &Report, labels: &[String]) -> Self {
        let table = report.is_interactive().then(MultiProgress::new);
        let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
        let rows = table
            .iter()
            .flat_map(|table| {
                labels.iter().map(|label| (label.clone(), Row::new(table, label, width)))
            })
            .collect();
        Self { report: *report, rows, table }
    }

    /// Reports that an object is being written.
    pub(crate) fn applying(&self, label: &str) {
        if let Some(row) = self.rows.get(label) {
            row.bar.reset_elapsed();
            row.state("applying");
        }
    }

    /// Reports that an object was written. `done` is false if its rollout follows.
    pub(crate) fn applied(&self, label: &str, done: bool) {
        self.report.event(&Event::Applied { object: label });
        if let Some(row) = self.rows.get(label) {
            if done { row.finish("applied") } else { row.state("applied") }
        }
    }

    /// Reports the state of a rollout, which has not changed for `seconds`.
    pub(crate) fn waiting(&self, label: &str, state: &str, seconds: u64) {
        match self.rows.get(label) {
            Some(row) => row.state(state),
            None => self.report.event(&Event::Waiting { object: label, state, seconds }),
        }
    }

    /// Reports the state of a rollout that the apply no longer waits for.
    pub(crate) fn stopped(&self, label: &str, state: &str) {
        let report = || self.report.event(&Event::Stopped { object: label, state });
        match &self.table {
            Some(table) => table.suspend(report),
            None => report(),
        }
    }

    /// Prints a warning above the table.
    pub(crate) fn warning(&self, text: &str) {
        match &self.table {
            Some(table) => table.suspend(|| self.report.warning(text)),
            None => self.report.warning(text),
        }
    }

    /// Shows how many pods are ready, wanted and old.
    pub(crate) fn pods(&self, label: &str, pods: RowPods) {
        if let Some(row) = self.rows.get(label) {
            row.pods(pods);
        }
    }

    /// Reports that a rollout is complete.
    pub(crate) fn ready(&self, label: &str) {
        match self.rows.get(label) {
            Some(row) => row.finish("ready"),
            None => self.report.event(&Event::Ready { object: label }),
        }
    }
}

impl Drop for ProgressTable {
    /// Leaves the unfinished rows on the screen.
    fn drop(&mut self) {
        for row in self.rows.values().filter(|row| !row.bar.is_finished()) {
            row.bar.abandon();
        }
        drop(self.table.take());
    }
}
