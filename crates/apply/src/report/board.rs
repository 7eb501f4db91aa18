//! A run as it goes: on a terminal a table with a row an object, its state and its age; elsewhere a
//! line for each change.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Report;
use super::event::Event;

const SPINNER: &[&str] = &["-", "\\", "|", "/", " "];

/// A table that is being told of.
pub(crate) struct Board {
    report: Report,
    rows: BTreeMap<String, ProgressBar>,
    /// Keeps the rows together; none where nobody looks at a terminal.
    table: Option<MultiProgress>,
}

impl Report {
    /// Begins to tell of objects, by their labels.
    pub(crate) fn board(&self, labels: impl IntoIterator<Item = String>) -> Board {
        let live = !self.quiet && !self.events && std::io::stderr().is_terminal();
        let table = live.then(MultiProgress::new);
        let labels: Vec<String> = labels.into_iter().collect();
        let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
        let rows = table
            .iter()
            .flat_map(|table| labels.iter().map(|label| (label.clone(), row(table, label, width))))
            .collect();
        Board { report: *self, rows, table }
    }
}

fn row(table: &MultiProgress, label: &str, width: usize) -> ProgressBar {
    let bar = table.add(ProgressBar::new_spinner());
    let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed:>4}  {wide_msg}")
        .expect("the template is valid");
    bar.set_style(style.tick_strings(SPINNER));
    bar.set_prefix(format!("{label:<width$}"));
    bar.set_message("waits for its turn");
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Board {
    /// An object is being written.
    pub(crate) fn applying(&self, label: &str) {
        if let Some(row) = self.rows.get(label) {
            row.reset_elapsed();
            row.set_message("applying");
        }
    }

    /// It was written, which is all there is to it when it has no rollout.
    pub(crate) fn applied(&self, label: &str, done: bool) {
        self.report.event(&Event::Applied { object: label });
        if let Some(row) = self.rows.get(label) {
            if done { row.finish_with_message("applied") } else { row.set_message("applied") }
        }
    }

    /// It is waited for, so many seconds without news.
    pub(crate) fn waiting(&self, label: &str, state: &str, seconds: u64) {
        match self.rows.get(label) {
            Some(row) => row.set_message(state.to_owned()),
            None => self.report.event(&Event::Waiting { object: label, state, seconds }),
        }
    }

    /// So many of its pods are new and ready.
    pub(crate) fn rolls_out(&self, label: &str, (ready, wanted): (u64, u64)) {
        let Some(row) = self.rows.get(label) else { return };
        if row.length() != Some(wanted) {
            let template =
                "{spinner} {prefix}  {elapsed:>4}  {bar:12} {pos}/{len} pods  {wide_msg}";
            let style = ProgressStyle::with_template(template).expect("the template is valid");
            row.set_style(style.tick_strings(SPINNER).progress_chars("=> "));
            row.set_length(wanted);
        }
        row.set_position(ready);
    }

    /// It runs.
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

impl Drop for Board {
    /// What is not done stays on the screen as it was last seen.
    fn drop(&mut self) {
        for row in self.rows.values().filter(|row| !row.is_finished()) {
            row.abandon();
        }
        drop(self.table.take());
    }
}
