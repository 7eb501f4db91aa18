//! A row of the progress table: its object, its pods, and the reason why it is not ready.

use std::cell::RefCell;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::shown::shown_line;

const SPINNER: &[&str] = &["-", "\\", "|", "/", " "];
/// The width of a terminal that does not report one.
const DEFAULT_WIDTH: usize = 80;
/// The columns of spinner, elapsed time and the space between the columns.
const FIXED: usize = 2 + 2 + 5 + 2;
/// The columns before a reason that has its own line.
const INDENT: usize = 4;

/// The numbers of pods in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowPods {
    pub(crate) ready: u64,
    pub(crate) wanted: u64,
    pub(crate) old: u64,
}

/// A row of the table.
pub(super) struct Row {
    pub(super) bar: ProgressBar,
    /// The columns that the label takes.
    label: usize,
    pods: RefCell<Option<RowPods>>,
    state: RefCell<String>,
}

impl Row {
    pub(super) fn new(table: &MultiProgress, label: &str, width: usize) -> Self {
        let bar = table.add(ProgressBar::new_spinner());
        let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed:>5}  {msg}");
        bar.set_style(style.expect("the template is valid").tick_strings(SPINNER));
        let prefix = format!("{:<width$}", shown_line(label));
        let row = Self {
            label: prefix.chars().count(),
            bar,
            pods: RefCell::default(),
            state: RefCell::default(),
        };
        row.bar.set_prefix(prefix);
        row.state("pending");
        row.bar.enable_steady_tick(Duration::from_millis(120));
        row
    }

    /// Shows a state.
    pub(super) fn state(&self, state: &str) {
        self.state.replace(shown_line(state).into_owned());
        self.draw();
    }

    /// Shows the numbers of pods.
    pub(super) fn pods(&self, pods: RowPods) {
        self.pods.replace(Some(pods));
        self.draw();
    }

    /// Shows the last state. The row does not change any more.
    pub(super) fn finish(&self, state: &str) {
        if let Some(pods) = self.pods.borrow_mut().as_mut() {
            pods.ready = pods.wanted;
        }
        self.state(state);
        self.bar.finish();
    }

    fn draw(&self) {
        let width = terminal_size::terminal_size_of(std::io::stderr())
            .map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
        let message = message(*self.pods.borrow(), &self.state.borrow(), width, self.label);
        self.bar.set_message(message);
    }
}

/// Returns the pods and the state of a row. A state that does not fit beside the label starts on
/// the next line. Words are not broken.
fn message(pods: Option<RowPods>, state: &str, width: usize, label: usize) -> String {
    let pods = pods.map(pods_text).unwrap_or_default();
    let gap = if pods.is_empty() { "" } else { "  " };
    let beside = FIXED + label + pods.chars().count() + gap.len() + state.chars().count();
    if beside <= width {
        return format!("{pods}{gap}{state}");
    }
    let lines = wrap(state, width.saturating_sub(INDENT).max(1));
    let lines = lines.iter().map(|line| format!("\n{:INDENT$}{line}", ""));
    format!("{pods}{}", lines.collect::<String>())
}

fn pods_text(pods: RowPods) -> String {
    let RowPods { ready, wanted, old } = pods;
    let old = if old == 0 { String::new() } else { format!(", {old} old") };
    format!("{ready}/{wanted} pods{old}")
}

/// Splits a text into lines of at most `width` characters. A longer word has its own line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const PODS: RowPods = RowPods { ready: 0, wanted: 2, old: 2 };

    #[test]
    fn reason_is_kept_on_a_terminal_of_80_columns() {
        let label = "Deployment shop-api-k8s-service".len();
        assert_eq!(message(None, "pending", 80, label), "pending");
        assert_eq!(
            message(Some(PODS), "0 of 2 pods ready", 80, label),
            "0/2 pods, 2 old  0 of 2 pods ready"
        );
        let reason = "pod shop-api-k8s-service-6d4cf56db6-x2x7c: container `k8s-service` keeps \
                      crashing (CrashLoopBackOff, exit code 1)";
        let text = message(Some(PODS), reason, 80, label);
        assert_eq!(
            text,
            "0/2 pods, 2 old\n    \
             pod shop-api-k8s-service-6d4cf56db6-x2x7c: container `k8s-service` keeps\n    \
             crashing (CrashLoopBackOff, exit code 1)"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn words_are_not_broken() {
        assert_eq!(wrap("aa bbbbbbb c d", 4), ["aa", "bbbbbbb", "c d"]);
    }
}
