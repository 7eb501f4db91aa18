//! The user and the machine that run Optakit, and the commit of the service file.

mod git;

use std::path::Path;
use std::time::Duration;

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
    let variable = first_variable(&["USER", "LOGNAME", "USERNAME"]);
    variable.or_else(account).unwrap_or_else(|| "unknown".to_owned())
}

/// Returns the user of this process, if no variable names it, as in many containers.
#[cfg(unix)]
fn account() -> Option<String> {
    let id = rustix::process::geteuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(user_of(&users, &id).map_or_else(|| format!("uid-{id}"), str::to_owned))
}

/// Returns the user of this process, if no variable names it.
#[cfg(not(unix))]
fn account() -> Option<String> {
    None
}

/// Returns the name of a user in the lines of `/etc/passwd`.
#[cfg(unix)]
fn user_of<'a>(users: &'a str, id: &str) -> Option<&'a str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1) == Some(id)).then_some(name)
    })
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
    let head = tokio::time::timeout(GIT, git::head(folder)).await.ok().flatten();
    let commit = head.map(|head| Commit { sha: head.sha, is_dirty: head.is_dirty });
    commit.or_else(|| Commit::parse(&first_variable(COMMITS)?))
}

fn first_variable(names: &[&str]) -> Option<String> {
    let values = names.iter().filter_map(|name| std::env::var(name).ok());
    values.into_iter().find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_user_of_a_process_is_found_by_its_id() {
        let users = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";
        assert_eq!(user_of(users, "1000"), Some("ann"));
        assert_eq!(user_of(users, "100"), None);
    }

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
