//! Workflow commands of GitHub, which become annotations of the source lines
//! (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>).

use optakit_core::api::Severity;
use optakit_core::visible::{visible, visible_line};

use crate::environment_diagnostic::EnvironmentDiagnostic;

/// Formats each diagnostic as one workflow command.
pub(crate) fn github<'a>(diagnostics: impl Iterator<Item = &'a EnvironmentDiagnostic>) -> String {
    diagnostics.map(command).collect()
}

fn command(found: &EnvironmentDiagnostic) -> String {
    let diagnostic = &found.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let place = diagnostic.place;
    let more = [diagnostic.help.clone(), found.note()];
    let lines = std::iter::once(diagnostic.message.clone()).chain(more.into_iter().flatten());
    let text = lines.collect::<Vec<_>>().join("\n");
    format!(
        "::{level} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
        escape_property(&diagnostic.file),
        place.line,
        place.column,
        place.end_line,
        place.end_column,
        escape_property(diagnostic.rule),
        escape_message(&text)
    )
}

fn escape_message(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_message(&visible_line(text)).replace(':', "%3A").replace(',', "%2C")
}
