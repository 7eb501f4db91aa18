//! The progress of uploads: one bar per upload on a terminal, one line per upload elsewhere.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};

use super::event;
use super::output::Report;
use super::shown::{shown, shown_line};

/// How often a long upload prints a line if there are no bars.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// All uploads of a run.
pub(crate) struct Transfers {
    bars: Option<MultiProgress>,
    report: Report,
}

/// One upload.
pub(crate) struct Transfer<'a> {
    all: &'a Transfers,
    label: String,
    size: u64,
    bar: Option<ProgressBar>,
}

/// Formats a size, like `3.2 MiB`.
pub(crate) fn bytes(size: u64) -> String {
    HumanBytes(size).to_string()
}

/// Returns the progress of an upload: what is sent, the rate, and the time left.
fn progress(label: &str, sent: u64, size: u64, elapsed: Duration) -> String {
    let (sent, size) = (sent.min(size), size.max(1));
    let rate = sent.checked_div(elapsed.as_secs().max(1)).unwrap_or_default().max(1);
    let left = HumanDuration(Duration::from_secs((size - sent) / rate));
    let (done, total, rate) = (bytes(sent), bytes(size), bytes(rate));
    format!("{label}  {done} of {total}, {rate}/s, {left} left")
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
        Transfer { all: self, label: label.to_owned(), size, bar }
    }
}

impl Transfer<'_> {
    /// Returns a function that takes the number of bytes that are sent.
    pub(crate) fn position(&self) -> Arc<dyn Fn(u64) + Send + Sync> {
        let (bar, report, size) = (self.bar.clone(), self.all.report, self.size);
        let (label, started) = (self.label.clone(), Instant::now());
        let shown = Mutex::new(started);
        Arc::new(move |sent| {
            if let Some(bar) = &bar {
                bar.set_position(sent);
                return;
            }
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            if shown.elapsed() >= LINE_EVERY {
                *shown = Instant::now();
                report.step("pushing", progress(&label, sent, size, started.elapsed()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_has_rate_and_time_left() {
        let line = progress("sha256:12", 3 << 20, 12 << 20, Duration::from_secs(30));
        assert_eq!(line, "sha256:12  3.00 MiB of 12.00 MiB, 102.40 KiB/s, 2 minutes left");
    }
}
