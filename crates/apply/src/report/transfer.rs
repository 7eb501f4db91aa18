//! The progress of uploads: one bar per upload on a terminal, one line per upload elsewhere.

use std::sync::Arc;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

use super::event;
use super::output::Report;
use super::shown::{shown, shown_line};

/// All uploads of a run.
pub(crate) struct Transfers {
    bars: Option<MultiProgress>,
    report: Report,
}

/// One upload.
pub(crate) struct Transfer<'a> {
    all: &'a Transfers,
    bar: Option<ProgressBar>,
}

/// Formats a size, like `3.2 MiB`.
pub(crate) fn bytes(size: u64) -> String {
    HumanBytes(size).to_string()
}

impl Transfers {
    pub(crate) fn new(report: &Report) -> Self {
        Self { bars: report.is_interactive().then(MultiProgress::new), report: *report }
    }

    /// Prints a line above the bars.
    pub(crate) fn step(&self, verb: &str, text: &str) {
        match &self.bars {
            Some(bars) => drop(bars.println(shown(&event::step(verb, text)))),
            None => self.report.step(verb, text),
        }
    }

    /// Starts the progress of one upload of `size` bytes.
    pub(crate) fn begin(&self, label: &str, size: u64) -> Transfer<'_> {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(size));
            let style = ProgressStyle::with_template(
                "{prefix} [{bar:24}] {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            );
            bar.set_style(style.expect("the template is valid").progress_chars("=> "));
            bar.set_prefix(shown_line(label).into_owned());
            bar
        });
        Transfer { all: self, bar }
    }
}

impl Transfer<'_> {
    /// Returns a function that takes the number of bytes sent since its last call.
    pub(crate) fn counter(&self) -> Arc<dyn Fn(u64) + Send + Sync> {
        let bar = self.bar.clone();
        Arc::new(move |sent| {
            if let Some(bar) = &bar {
                bar.inc(sent);
            }
        })
    }

    /// Ends the upload and prints a line.
    pub(crate) fn finish(self, verb: &str, text: &str) {
        self.all.step(verb, text);
    }
}

impl Drop for Transfer<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
