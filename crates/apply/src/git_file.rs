//! Reads files of Git repositories with the git program of the user.
//!
//! A service file may come from someone else. So git gets no option and no other protocol from an
//! address, never asks for a password, and stops after a minute.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use etcetera::BaseStrategy;
use tokio::process::Command;

use crate::digest;
use crate::git_address::{GitAddress, InvalidAddress};

/// How long git may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The reference in the cache for the commit that was fetched.
const FETCHED: &str = "refs/optakit/fetched";
/// The variables of git that would make it use another repository.
const OTHER_REPOSITORY: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// Whether repositories are fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Network {
    /// Every repository is fetched once per run.
    #[default]
    Use,
    /// Only the copies of earlier runs are read.
    Offline,
}

/// Why a file of a repository cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("git cannot be started: {0}; install git, or pass `--env-file NAME=PATH`")]
    Start(String),
    #[error("git did not finish within a minute; try again, or pass `--env-file NAME=PATH`")]
    Timeout,
    #[error("git cannot fetch the repository: {0}; pass `--env-file NAME=PATH` to use a copy")]
    Fetch(String),
    #[error(
        "this machine has no copy of the Git repository; run the command once without \
             `--offline`"
    )]
    NotFetched,
    #[error("the repository has no file `{path}` at `{reference}`")]
    NoFile { path: String, reference: String },
    #[error("it is larger than {} KiB", MAX_BYTES / 1024)]
    TooLarge,
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("cannot write the copy of the Git repository: {0}")]
    Cache(String),
    #[error("the folder for copies of Git repositories is unknown; set HOME or XDG_CACHE_HOME")]
    NoCache,
}

/// The size of the largest file that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// The repositories that this run fetched, with the outcome.
static FETCHED_REPOSITORIES: Mutex<BTreeMap<PathBuf, Result<(), GitError>>> =
    Mutex::new(BTreeMap::new());

/// Reads a file of a repository.
///
/// # Errors
///
/// Fails with a reason if the address is not valid, if git cannot fetch the repository, or if the
/// repository has no such file.
pub(crate) fn read(address: &str, network: Network) -> Result<String, String> {
    let address = GitAddress::parse(address).map_err(|error: InvalidAddress| error.to_string())?;
    // The caller may have another runtime.
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| GitError::Start(error.to_string()))?;
        runtime.block_on(read_file(&address, network))
    };
    let result = std::thread::scope(|scope| scope.spawn(work).join());
    result.expect("reading a file does not panic").map_err(|error| error.to_string())
}

async fn read_file(address: &GitAddress, network: Network) -> Result<String, GitError> {
    let cache = cache_folder(address)?;
    match network {
        Network::Use => fetch_once(address, &cache).await?,
        Network::Offline if is_fetched(&cache).await? => {}
        Network::Offline => return Err(GitError::NotFetched),
    }
    let object = format!("{FETCHED}:{}", address.path);
    let output = git(&cache, &["cat-file", "blob", &object]).await?;
    let text = output.map_err(|_| GitError::NoFile {
        path: address.path.clone(),
        reference: address.reference.clone(),
    })?;
    if text.len() > MAX_BYTES {
        return Err(GitError::TooLarge);
    }
    String::from_utf8(text).map_err(|_| GitError::NotUtf8)
}

/// Whether an earlier run fetched a repository. An empty copy can be left of a run that failed.
async fn is_fetched(cache: &Path) -> Result<bool, GitError> {
    let verify = ["rev-parse", "--verify", "--quiet", FETCHED];
    Ok(cache.exists() && git(cache, &verify).await?.is_ok())
}

/// Returns the folder with the copy of a repository at a reference.
fn cache_folder(address: &GitAddress) -> Result<PathBuf, GitError> {
    let base = etcetera::choose_base_strategy().map_err(|_| GitError::NoCache)?;
    let key = format!("{} {}", address.repository, address.reference);
    let name = digest::sha256(key.as_bytes()).replace(':', "-");
    Ok(base.cache_dir().join("optakit").join("git").join(name))
}

/// Fetches a repository, unless this run has fetched it.
async fn fetch_once(address: &GitAddress, cache: &Path) -> Result<(), GitError> {
    let known = || FETCHED_REPOSITORIES.lock().expect("no thread panics").get(cache).cloned();
    if let Some(outcome) = known() {
        return outcome;
    }
    let failed = |error: std::io::Error| GitError::Cache(error.to_string());
    let folder = cache.parent().expect("the copy is in the cache folder");
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::create(cache.with_extension("lock")).map_err(failed)?;
    // Another thread or another process can fetch the same repository.
    lock.lock().map_err(failed)?;
    if let Some(outcome) = known() {
        return outcome;
    }
    let outcome = fetch(address, cache).await;
    let mut fetched = FETCHED_REPOSITORIES.lock().expect("no thread panics");
    fetched.insert(cache.to_owned(), outcome.clone());
    outcome
}

async fn fetch(address: &GitAddress, cache: &Path) -> Result<(), GitError> {
    if !cache.exists() {
        git(cache, &["init", "--quiet", "--bare", "--template="])
            .await?
            .map_err(GitError::Cache)?;
    }
    let target = format!("+{}:{FETCHED}", address.reference);
    let arguments = [
        "fetch",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--",
        &address.repository,
        &target,
    ];
    git(cache, &arguments).await?.map_err(GitError::Fetch).map(drop)
}

/// Runs git in a copy of a repository. Returns its output, or its error message.
async fn git(cache: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, GitError> {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(cache).args(arguments);
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "https:ssh");
    command.env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
    for variable in OTHER_REPOSITORY {
        command.env_remove(variable);
    }
    if let Some(ssh) = ssh_without_prompt().await {
        command.env("GIT_SSH_COMMAND", ssh);
    }
    let start = |error: std::io::Error| GitError::Start(error.to_string());
    let output = tokio::time::timeout(TIMEOUT, command.output()).await;
    let output = output.map_err(|_| GitError::Timeout)?.map_err(start)?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    Ok(Err(message(&String::from_utf8_lossy(&output.stderr))))
}

/// Returns the command that makes ssh fail instead of asking, unless the user has set one.
async fn ssh_without_prompt() -> Option<OsString> {
    let is_set = |name| std::env::var_os(name).is_some();
    if is_set("GIT_SSH_COMMAND") || is_set("GIT_SSH") {
        return None;
    }
    let mut config = Command::new("git");
    config.args(["config", "--get", "core.sshCommand"]).stdin(Stdio::null());
    let output = config.output().await.ok()?;
    (!output.status.success()).then(|| "ssh -oBatchMode=yes -oConnectTimeout=15".into())
}

/// Returns the message of git: the line that starts with `fatal`, without control characters.
fn message(stderr: &str) -> String {
    let mut lines = stderr.lines().filter_map(|line| line.strip_prefix("fatal: "));
    let line = lines.next().unwrap_or("it failed without a message");
    line.trim_end_matches('.').chars().filter(|character| !character.is_control()).collect()
}
