//! Text for people, without anything that a terminal or the runner of GitHub would execute.

use std::borrow::Cow;
use std::sync::LazyLock;

use optakit_core::visible::{visible, visible_line};

/// Whether the runner of GitHub reads the output, and executes its workflow commands
/// (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>).
static IN_GITHUB: LazyLock<bool> =
    LazyLock::new(|| std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"));

/// Returns a text of several lines with visible control characters.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    if *IN_GITHUB { Cow::Owned(without_commands(&text)) } else { text }
}

/// Returns a text as one line with visible control characters.
pub(super) fn shown_line(text: &str) -> Cow<'_, str> {
    visible_line(text)
}

/// Escapes the start of each workflow command: `::` at the start of a line, and `##[`.
fn without_commands(text: &str) -> String {
    let escaped = |line: &str| {
        let start = line.len() - line.trim_start().len();
        let line = if line[start..].starts_with("::") {
            format!("{}\\u{{3a}}{}", &line[..start], &line[start + 1..])
        } else {
            line.to_owned()
        };
        line.replace("##[", "\\u{23}#[")
    };
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflow_commands_are_escaped() {
        let check = |text, expected| assert_eq!(without_commands(text), expected);
        check("a\n  ::error file=x::y\nz::w\n", "a\n  \\u{3a}:error file=x::y\nz::w\n");
        check("::stop-commands::x", "\\u{3a}:stop-commands::x");
        check("log ##[error]x", "log \\u{23}#[error]x");
    }
}
