//! The progress of a rollout. On a terminal it is a table with one row per object. Elsewhere it is
//! one line per change.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::event::Event;
use super::output::Report;
use super::shown::shown_line;

const SPINNER: &[&str] = &["-", "\\", "|", "/", " "];

/// The progress of several objects.
pub(crate) struct ProgressTable {
    report: Report,
    rows: BTreeMap<String, ProgressBar>,
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
            .flat_map(|table| labels.iter().map(|label| (label.clone(), row(table, label, width))))
            .collect();
        Self { report: *report, rows, table }
    }

    /// Reports that an object is being written.
    pub(crate) fn applying(&self, label: &str) {
        if let Some(row) = self.rows.get(label) {
            row.reset_elapsed();
            row.set_message("applying");
        }
    }

    /// Reports that an object was written. `done` is false if its rollout follows.
    pub(crate) fn applied(&self, label: &str, done: bool) {
        self.report.event(&Event::Applied { object: label });
        if let Some(row) = self.rows.get(label) {
            if done { row.finish_with_message("applied") } else { row.set_message("applied") }
        }
    }

    /// Reports the state of a rollout, which has not changed for `seconds`.
    pub(crate) fn waiting(&self, label: &str, state: &str, seconds: u64) {
        match self.rows.get(label) {
            Some(row) => row.set_message(shown_line(state).into_owned()),
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

    /// Shows how many pods of the new revision are ready.
    pub(crate) fn pods(&self, label: &str, (ready, wanted): (u64, u64)) {
        let Some(row) = self.rows.get(label) else { return };
        if row.length() != Some(wanted) {
            let template = "{spinner} {prefix}  {elapsed:>4}  {bar:6} {pos}/{len} pods  {wide_msg}";
            let style = ProgressStyle::with_template(template).expect("the template is valid");
            row.set_style(style.tick_strings(SPINNER).progress_chars("=> "));
            row.set_length(wanted);
        }
        row.set_position(ready);
    }

    /// Reports that a rollout is complete.
    pub(crate) fn ready(&self, label: &str) {
        match self.rows.get(label) {
            Some(row) => {
                row.set_position(row.length().unwrap_or(0));
                row.finish_with_message("ready");
            }
            None => self.report.event(&Event::Ready { object: label }),
        }
    }
}

fn row(table: &MultiProgress, label: &str, width: usize) -> ProgressBar {
    let bar = table.add(ProgressBar::new_spinner());
    let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed:>4}  {wide_msg}")
        .expect("the template is valid");
    bar.set_style(style.tick_strings(SPINNER));
    bar.set_prefix(format!("{:<width$}", shown_line(label)));
    bar.set_message("pending");
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Drop for ProgressTable {
    /// Leaves the unfinished rows on the screen.
    fn drop(&mut self) {
        for row in self.rows.values().filter(|row| !row.is_finished()) {
            row.abandon();
        }
        drop(self.table.take());
    }
}
