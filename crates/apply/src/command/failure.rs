//! The outcome of a command that returned an error.

use optakit_core::bundle::BundleError;

use crate::auth::AuthError;
use crate::cli::Command;
use crate::file::FileError;
use crate::image::ArchiveError;
use crate::live::LiveError;
use crate::lock::LockLost;
use crate::outcome::{CouldNotStart, Outcome, UsageError};
use crate::output_file::WriteError;
use crate::report::OutputLost;
use crate::settings::{NoFolder, SettingsError};
use crate::stop::Interrupted;

/// Returns the outcome of a command that failed with an error.
pub(crate) fn outcome(error: &anyhow::Error, command: &Command) -> Outcome {
    if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
        return interrupted.run_outcome();
    }
    if error.is::<LockLost>() {
        return Outcome::LockLost;
    }
    if error.is::<UsageError>() {
        return Outcome::Usage;
    }
    // A command that prints events has done its work.
    if error.is::<OutputLost>() && command.events().is_none() {
        return Outcome::CouldNotRun;
    }
    let could_not_run = command.reports_invalid_input() || error.chain().any(prevents_the_start);
    if could_not_run { Outcome::CouldNotRun } else { Outcome::Failed }
}

/// Whether an error occurs only before a command does its work.
fn prevents_the_start(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<LiveError>() {
        return match error {
            LiveError::Unreachable { .. } | LiveError::Unauthorized { .. } => true,
            LiveError::Forbidden { .. }
            | LiveError::Rejected { .. }
            | LiveError::Conflict { .. }
            | LiveError::OwnedByTool { .. }
            | LiveError::OtherReplicas { .. }
            | LiveError::ScaledByOther { .. }
            | LiveError::SmallerVolume { .. }
            | LiveError::MissingKind { .. }
            | LiveError::Failed { .. } => false,
        };
    }
    if let Some(error) = error.downcast_ref::<BundleError>() {
        return matches!(
            error,
            BundleError::TooLarge { .. }
                | BundleError::NotABundle(_)
                | BundleError::UnknownFormat { .. }
                | BundleError::UnknownKind { .. }
                | BundleError::UnknownObjects { .. }
                | BundleError::InvalidHole { .. }
        );
    }
    if let Some(error) = error.downcast_ref::<ArchiveError>() {
        return matches!(error, ArchiveError::Read { .. });
    }
    error.is::<CouldNotStart>()
        || error.is::<SettingsError>()
        || error.is::<NoFolder>()
        || error.is::<FileError>()
        || error.is::<WriteError>()
        || error.is::<AuthError>()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;

    use super::*;
    use crate::cli::Cli;
    use crate::file;

    fn check(error: impl Into<anyhow::Error>, command: &[&str], expected: Outcome) {
        let command = Cli::try_parse_from([&["optakit"], command].concat());
        let command = command.expect("the arguments are valid").command;
        assert_eq!(outcome(&error.into(), &command), expected);
    }

    #[test]
    fn a_command_that_cannot_run_has_one_exit_code() {
        let unreachable = || LiveError::Unreachable { cluster: "a".into(), reason: "b".into() };
        for command in [&["plan", "x"][..], &["apply", "x"], &["status", "x"], &["drift", "x"]] {
            check(unreachable(), command, Outcome::CouldNotRun);
            let missing = file::read_text(Path::new("no-such-file")).expect_err("it is missing");
            let missing = anyhow::Error::new(missing).context("more");
            check(missing, command, Outcome::CouldNotRun);
            check(anyhow::anyhow!("the rollout failed"), command, Outcome::Failed);
            check(UsageError("wrong".to_owned()), command, Outcome::Usage);
        }
        check(anyhow::anyhow!("no opta.yml"), &["validate"], Outcome::CouldNotRun);
        let lost = LockLost::Deleted { layer: "shop".to_owned() };
        check(lost, &["apply", "x"], Outcome::LockLost);
    }
}
