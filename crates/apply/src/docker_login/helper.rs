//! Runs a credential helper of Docker. Its output may contain credentials, so it is never shown.

use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use super::credentials::Credentials;

/// How long a helper may run.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The answers of a helper that has no credentials (`credentials/error.go` of
/// docker-credential-helpers).
const NOT_FOUND: [&str; 4] = [
    "credentials not found in native keychain",
    // The keychain of macOS.
    "The specified item could not be found in the keychain.",
    "no credentials server URL",
    "no credentials username",
];
/// The user name of an identity token.
const TOKEN: &str = "<token>";

/// Why a credential helper returned no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HelperError {
    #[error(
        "the credential helper `{program}` is not installed\n  \
         help: install it, or remove it from the Docker configuration"
    )]
    Missing { program: String },
    #[error("cannot start the credential helper `{program}`")]
    Start {
        program: String,
        #[source]
        error: std::io::Error,
    },
    #[error(
        "the credential helper `{program}` did not finish within {} seconds\n  \
         help: run it yourself: `echo {key} | {program} get`",
        TIMEOUT.as_secs()
    )]
    Silent { program: String, key: String },
    #[error(
        "the credential helper `{program}` failed for {key} ({exit})\n  \
         help: run it yourself: `echo {key} | {program} get`"
    )]
    Failed { program: String, key: String, exit: String },
    #[error(
        "the credential helper `{program}` printed no valid credentials for {key}\n  \
         help: run it yourself: `echo {key} | {program} get`"
    )]
    Invalid { program: String, key: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// Asks the helper `docker-credential-NAME` for the credentials of a registry.
///
/// # Errors
///
/// Fails if the helper cannot be started, fails, or does not answer.
pub(super) async fn get(name: &str, key: &str) -> Result<Credentials, HelperError> {
    run(format!("docker-credential-{name}"), key).await
}

async fn run(program: String, key: &str) -> Result<Credentials, HelperError> {
    let invalid = || HelperError::Invalid { program: program.clone(), key: key.to_owned() };
    let started = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let child = started.map_err(|error| match error.kind() {
        ErrorKind::NotFound => HelperError::Missing { program: program.clone() },
        _ => HelperError::Start { program: program.clone(), error },
    })?;
    let answered = tokio::time::timeout(TIMEOUT, ask(child, key)).await;
    let output = answered
        .map_err(|_| HelperError::Silent { program: program.clone(), key: key.to_owned() })?
        .map_err(|error| HelperError::Start { program: program.clone(), error })?;
    if !output.status.success() {
        // Helpers print the answer to standard output, and some to standard error.
        let is_not_found = |stream: &[u8]| {
            let text = String::from_utf8_lossy(stream);
            text.lines().any(|line| NOT_FOUND.contains(&line.trim()))
        };
        if [&output.stdout, &output.stderr].into_iter().any(|stream| is_not_found(stream)) {
            return Ok(Credentials::None);
        }
        let exit = output.status.code();
        let exit = exit.map_or_else(|| "killed".to_owned(), |code| format!("exit code {code}"));
        return Err(HelperError::Failed { program, key: key.to_owned(), exit });
    }
    if output.stdout.trim_ascii().is_empty() {
        return Ok(Credentials::None);
    }
    let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|_| invalid())?;
    Ok(match (answer.username.as_str(), answer.secret.as_str()) {
        (_, "") => Credentials::None,
        (TOKEN, token) => Credentials::IdentityToken(token.into()),
        (user, secret) => Credentials::Password { user: user.to_owned(), password: secret.into() },
    })
}

async fn ask(mut child: Child, key: &str) -> std::io::Result<std::process::Output> {
    if let Some(mut input) = child.stdin.take() {
        // If a helper does not read its input, its exit code shows the reason.
        drop(input.write_all(key.as_bytes()).await);
    }
    child.wait_with_output().await
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silent_helper_is_ended() {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let program = folder.path().join("docker-credential-silent");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 600\n").expect("it can be written");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
            .expect("the mode can be set");
        let error = run(program.display().to_string(), "registry.example.com").await;
        assert!(matches!(error, Err(HelperError::Silent { .. })));
    }

    #[tokio::test]
    async fn helper_without_credentials_is_understood() {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let program = folder.path().join("docker-credential-none");
        let none = "credentials not found in native keychain";
        let macos = "The specified item could not be found in the keychain.";
        for (script, is_none) in [
            (format!("echo '{none}'; exit 1"), true),
            (format!("echo '{none}' >&2; exit 1"), true),
            (format!("echo 'error: x' >&2; echo '{macos}' >&2; exit 1"), true),
            ("exit 0".to_owned(), true),
            ("echo; exit 0".to_owned(), true),
            ("echo 'the keychain is locked' >&2; exit 1".to_owned(), false),
            ("echo nonsense; exit 0".to_owned(), false),
        ] {
            let script = format!("#!/bin/sh\ncat >/dev/null\n{script}\n");
            std::fs::write(&program, &script).expect("it can be written");
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
                .expect("the mode can be set");
            let found = run(program.display().to_string(), "registry.example.com").await;
            assert_eq!(matches!(found, Ok(Credentials::None)), is_none, "{script}");
        }
    }
}
