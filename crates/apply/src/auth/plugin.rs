//! Errors of a credential plugin of a kubeconfig.

use kube::client::AuthError as PluginError;

use super::error::AuthError;

/// How many lines of the plugin's standard error are shown.
const LINES: usize = 5;

/// Returns the error for a failed credential plugin.
///
/// Its standard output may contain credentials, so only its standard error is shown.
pub(super) fn error(command: &str, error: &PluginError) -> AuthError {
    let reason = match error {
        PluginError::AuthExecStart(error) if error.kind() == std::io::ErrorKind::NotFound => {
            "is not installed".to_owned()
        }
        PluginError::AuthExecStart(error) => format!("cannot be started: {error}"),
        PluginError::AuthExecRun { out, .. } => out.status.code().map_or_else(
            || "was killed".to_owned(),
            |code| format!("failed with exit code {code}"),
        ),
        PluginError::AuthExecParse(_) | PluginError::ExecPluginFailed => {
            "did not print a valid ExecCredential".to_owned()
        }
        other => format!("did not return credentials: {other}"),
    };
    let stderr = match error {
        PluginError::AuthExecRun { out, .. } => last_lines(&out.stderr),
        _ => Vec::new(),
    };
    AuthError::Plugin { command: command.to_owned(), reason, stderr }
}

fn last_lines(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let start = lines.len().saturating_sub(LINES);
    lines[start..].iter().map(|line| (*line).to_owned()).collect()
}
