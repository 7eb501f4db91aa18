//! Prints what a command changes, or would change. Prints names only.

use serde_json::json;

use crate::cli::{ResultFormat, SecretResultArgs};
use crate::manual_secret::{self, Change, SecretValues};
use crate::report::Report;
use crate::session::Session;

/// The changes of a command.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) secrets: Vec<(String, Change)>,
    /// The Deployments whose pods were restarted.
    pub(super) restarted: Vec<String>,
}

impl Changes {
    /// Prints the changes for programs. People have read them already.
    pub(super) fn print(&self, output: ResultFormat, report: &Report) {
        let json = || {
            let secrets = rows(&self.secrets);
            format!("{:#}\n", json!({ "secrets": secrets, "restarted": self.restarted }))
        };
        match output {
            ResultFormat::Text => {}
            ResultFormat::Json => report.json(&json()),
            ResultFormat::Yaml => report.yaml(&json()),
        }
    }
}

/// Prints what new values would change.
pub(super) async fn preview(
    session: &Session,
    values: &SecretValues,
    result: &SecretResultArgs,
    report: &Report,
) -> anyhow::Result<()> {
    let state = manual_secret::read(session).await?;
    state.check_size(values)?;
    let changes = state.changes(values);
    let changes: Vec<_> =
        changes.into_iter().map(|(name, change)| (name.to_owned(), change)).collect();
    print_dry_run(&changes, result.output, report);
    Ok(())
}

/// Prints the changes of a dry run.
pub(super) fn print_dry_run(changes: &[(String, Change)], output: ResultFormat, report: &Report) {
    let json = || format!("{:#}\n", json!({ "secrets": rows(changes) }));
    match output {
        ResultFormat::Text => {
            let row = |(name, change): &(String, Change)| format!("{:<8} {name}\n", change.label());
            report.result(&changes.iter().map(row).collect::<String>());
        }
        ResultFormat::Json => report.json(&json()),
        ResultFormat::Yaml => report.yaml(&json()),
    }
    report.note("dry run: nothing was changed");
}

fn rows(changes: &[(String, Change)]) -> Vec<serde_json::Value> {
    let row = |(name, change): &(String, Change)| json!({"name": name, "change": change.label()});
    changes.iter().map(row).collect()
}
