//! The user and the machine that run Optakit, and the commit of the service file.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

/// How long git may take. The commit is only information for people.
const GIT: Duration = Duration::from_secs(2);
/// The suffix that git adds to a commit if files of the repository differ from it.
const DIRTY: &str = "-dirty";
/// The lengths of a SHA-1 and of a SHA-256.
const SHA_LENGTHS: [usize; 2] = [40, 64];

/// The variables with the user who started a pipeline: GitHub, GitLab, `CircleCI`, Buildkite,
/// Azure.
const ACTORS: &[&str] = &[
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "CIRCLE_USERNAME",
    "BUILDKITE_BUILD_CREATOR",
    "BUILD_REQUESTEDFOR",
];
/// The variables with the commit of a pipeline: GitHub, GitLab, Bitbucket, `CircleCI`, Buildkite,
/// Azure, `CodeBuild`, Jenkins, Travis, Drone, Semaphore.
const COMMITS: &[&str] = &[
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BITBUCKET_COMMIT",
    "CIRCLE_SHA1",
    "BUILDKITE_COMMIT",
    "BUILD_SOURCEVERSION",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "GIT_COMMIT",
    "TRAVIS_COMMIT",
    "DRONE_COMMIT_SHA",
    "SEMAPHORE_GIT_SHA",
];

/// A commit of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    /// Whether files of the repository differ from the commit.
    pub(crate) is_dirty: bool,
}

impl Commit {
    /// Reads a commit as git describes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let sha = text.strip_suffix(DIRTY).unwrap_or(text);
        let is_sha = SHA_LENGTHS.contains(&sha.len())
            && sha.chars().all(|character| character.is_ascii_hexdigit());
        is_sha.then(|| Self { sha: sha.to_owned(), is_dirty: sha.len() < text.len() })
    }
}

impl std::fmt::Display for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.sha, if self.is_dirty { DIRTY } else { "" })
    }
}

/// Returns the name of the user of this machine.
pub(crate) fn user() -> String {
    first_variable(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "unknown".to_owned())
}

/// Returns the host name of this machine.
#[cfg(unix)]
pub(crate) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Returns the host name of this machine.
#[cfg(not(unix))]
pub(crate) fn host() -> String {
    first_variable(&["COMPUTERNAME", "HOSTNAME"]).unwrap_or_else(|| "unknown".to_owned())
}

/// Returns who runs Optakit: the user who started the pipeline, or the user of this machine.
pub(crate) fn author() -> String {
    first_variable(ACTORS).unwrap_or_else(|| format!("{}@{}", user(), host()))
}

/// Returns the commit of the repository that contains a folder. Without a repository, that is the
/// commit of the pipeline.
pub(crate) async fn commit(folder: &Path) -> Option<Commit> {
    let described = tokio::time::timeout(GIT, describe(folder)).await.ok().flatten();
    described.or_else(|| Commit::parse(&first_variable(COMMITS)?))
}

async fn describe(folder: &Path) -> Option<Commit> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        // A monitor of the file system is a program that the repository names.
        .args(["--no-optional-locks", "-c", "core.fsmonitor=false", "describe", "--always"])
        .args(["--dirty", "--abbrev=64", "--exclude=*"])
        .kill_on_drop(true)
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .ok()?;
    Commit::parse(std::str::from_utf8(&output.stdout).ok()?)
}

fn first_variable(names: &[&str]) -> Option<String> {
    let values = names.iter().filter_map(|name| std::env::var(name).ok());
    values.into_iter().find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashes_are_commits() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        let clean = Commit { sha: sha.to_owned(), is_dirty: false };
        assert_eq!(Commit::parse(&format!("{sha}\n")), Some(clean));
        let dirty = Commit::parse(&format!("{sha}-dirty")).expect("a commit");
        assert!(dirty.is_dirty && dirty.sha == sha);
        assert_eq!(Commit::parse(&dirty.to_string()), Some(dirty));
        assert_eq!(Commit::parse("v1.2.3"), None);
        assert_eq!(Commit::parse("a\u{1b}[31m"), None);
    }
}
