//! What travels: a bar each on a terminal, a line each elsewhere.

use std::sync::Arc;

use super::Report;
use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

/// Everything that travels at a time.
pub(crate) struct Transfers {
    bars: Option<MultiProgress>,
    report: Report,
}

/// One of them.
pub(crate) struct Transfer<'a> {
    all: &'a Transfers,
    bar: Option<ProgressBar>,
}

/// A size for people.
pub(crate) fn bytes(size: u64) -> String {
    HumanBytes(size).to_string()
}

impl Transfers {
    pub(super) fn new(live: bool, report: Report) -> Self {
        Self { bars: live.then(MultiProgress::new), report }
    }

    /// Says a line above the bars.
    pub(crate) fn say(&self, line: &str) {
        match &self.bars {
            Some(bars) => drop(bars.println(line)),
            None => self.report.note(line),
        }
    }

    /// Begins to tell of one of so many bytes.
    pub(crate) fn begin(&self, label: &str, size: u64) -> Transfer<'_> {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(size));
            let style = ProgressStyle::with_template(
                "{prefix} [{bar:24}] {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            );
            bar.set_style(style.expect("the template is valid").progress_chars("=> "));
            bar.set_prefix(label.to_owned());
            bar
        });
        Transfer { all: self, bar }
    }
}

impl Transfer<'_> {
    /// What hears of each part that went out.
    pub(crate) fn counter(&self) -> Arc<dyn Fn(u64) + Send + Sync> {
        let bar = self.bar.clone();
        Arc::new(move |sent| {
            if let Some(bar) = &bar {
                bar.inc(sent);
            }
        })
    }

    /// Ends it with a line.
    pub(crate) fn finish(self, line: &str) {
        self.all.say(line);
    }
}

impl Drop for Transfer<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
