//! Reads the commit of a repository with git. The repository may be from others, so git must not
//! run a program that its configuration names: a filter, a hook, a monitor or a transport.

use std::path::Path;
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// The options of every call. A monitor of the file system and hooks are programs.
const OPTIONS: &[&str] =
    &["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];
/// Lists the names of the settings of all filters.
const FILTERS: &[&str] = &["config", "-z", "--name-only", "--get-regexp", "^filter\\."];
/// Lists the files that may differ from the commit. Git decides by size and time. If both are too
/// new to decide, it compares the content, with filters.
const CHANGES: &[&str] = &[
    "diff-index",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    // The status of a submodule would use its own configuration.
    "--ignore-submodules=dirty",
    "HEAD",
    "--",
];
/// Hashes files as they are. The paths are in standard input.
const HASHES: &[&str] = &["hash-object", "--no-filters", "--stdin-paths"];
/// The most files that are hashed. More files count as a difference.
const MAX_FILES: usize = 1000;

/// The commit that is checked out.
pub(super) struct Head {
    pub(super) sha: String,
    /// Whether files of the repository differ from the commit.
    pub(super) is_dirty: bool,
}

/// Returns the commit of the repository that contains a folder.
pub(super) async fn head(folder: &Path) -> Option<Head> {
    let found = git(folder, &["rev-parse", "--show-toplevel", "HEAD"], "").await?;
    let (top, sha) = found.trim_end().split_once('\n')?;
    let is_dirty = is_dirty(Path::new(top)).await?;
    Some(Head { sha: sha.to_owned(), is_dirty })
}

async fn is_dirty(top: &Path) -> Option<bool> {
    let Some(options) = without_filters(&settings_of_filters(top).await?) else {
        return Some(true);
    };
    let options: Vec<&str> =
        options.iter().map(String::as_str).chain(CHANGES.iter().copied()).collect();
    let changes = git(top, &options, "").await?;
    let Some(files) = possibly_same(&changes) else { return Some(true) };
    if files.is_empty() {
        return Some(false);
    }
    let paths: String = files.iter().map(|file| format!("{}\n", file.path)).collect();
    // It fails if a file cannot be read.
    let Some(hashes) = git(top, HASHES, &paths).await else { return Some(true) };
    Some(!hashes.lines().eq(files.iter().map(|file| file.hash)))
}

/// Returns the names of the settings of all filters, each with a NUL.
async fn settings_of_filters(top: &Path) -> Option<String> {
    /// The exit code if there is no such setting.
    const NONE: i32 = 1;
    let output = output(top, FILTERS, "").await?;
    match output.status.code() {
        Some(0) => String::from_utf8(output.stdout).ok(),
        Some(NONE) => Some(String::new()),
        _ => None,
    }
}

/// Returns options that disable all filters. `None` if an option cannot name one of them.
fn without_filters(settings: &str) -> Option<Vec<String>> {
    let mut options = Vec::new();
    for key in settings.split_terminator('\0') {
        if key.contains(['=', '\n']) {
            return None;
        }
        let value = if key.ends_with(".required") { "false" } else { "" };
        options.extend(["-c".to_owned(), format!("{key}={value}")]);
    }
    Some(options)
}

/// A file whose size or time differs from the index. Its content may be the same.
struct TouchedFile<'a> {
    path: &'a str,
    /// The hash in the commit.
    hash: &'a str,
}

/// Returns the files whose content may be as in the commit. `None` if another file differs.
fn possibly_same(changes: &str) -> Option<Vec<TouchedFile<'_>>> {
    let mut files = Vec::new();
    let mut fields = changes.split_terminator('\0');
    while let (Some(change), Some(path)) = (fields.next(), fields.next()) {
        let words: Vec<&str> = change.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, hash, new_hash, "M"] = words.as_slice() else { return None };
        let is_file = old_mode == new_mode && ["100644", "100755"].contains(old_mode);
        let is_unknown = new_hash.chars().all(|digit| digit == '0');
        // Standard input has one path per line, and git unquotes a path that starts with a quote.
        let is_plain = !path.contains('\n') && !path.starts_with('"');
        if !is_file || !is_unknown || !is_plain || files.len() == MAX_FILES {
            return None;
        }
        files.push(TouchedFile { path, hash });
    }
    Some(files)
}

/// Runs git with a text on standard input. Returns its output if it succeeds.
async fn git(folder: &Path, arguments: &[&str], input: &str) -> Option<String> {
    let output = output(folder, arguments, input).await.filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// Runs git with a text on standard input.
async fn output(folder: &Path, arguments: &[&str], input: &str) -> Option<Output> {
    let mut git = Command::new("git")
        .args(OPTIONS)
        .arg("-C")
        .arg(folder)
        .args(arguments)
        // A partial clone would fetch missing objects with the transport of its remote.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_TERMINAL_PROMPT", "0")
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = git.stdin.take()?;
    let write = async move {
        // Git may end before it reads everything.
        drop(stdin.write_all(input.as_bytes()).await);
    };
    let ((), output) = tokio::join!(write, git.wait_with_output());
    output.ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command as Program;

    use tempfile::TempDir;

    use super::*;

    /// Creates a repository with one committed file.
    fn repository() -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("opta.yml"), "name: shop\n").expect("a file");
        run(&folder, &["init", "--quiet"]);
        run(&folder, &["add", "."]);
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        run(&folder, &[&author[..], &["commit", "--quiet", "-m", "a"]].concat());
        folder
    }

    fn run(folder: &TempDir, arguments: &[&str]) {
        let status = Program::new("git").arg("-C").arg(folder.path()).args(arguments).status();
        assert!(status.expect("git starts").success(), "{arguments:?}");
    }

    /// Gives the file another time, so that git does not know whether its content is the same.
    fn touch(folder: &TempDir) {
        let file = fs::File::options().write(true).open(folder.path().join("opta.yml"));
        let time = std::time::SystemTime::UNIX_EPOCH;
        file.expect("the file exists").set_modified(time).expect("the time can be set");
    }

    async fn check(folder: &TempDir, is_dirty: bool) {
        let head = head(folder.path()).await.expect("a commit");
        assert_eq!(head.sha.len(), 40);
        assert_eq!(head.is_dirty, is_dirty);
    }

    #[tokio::test]
    async fn only_a_changed_content_makes_a_repository_dirty() {
        let folder = repository();
        check(&folder, false).await;
        touch(&folder);
        check(&folder, false).await;
        fs::write(folder.path().join("opta.yml"), "name: shoq\n").expect("a file");
        check(&folder, true).await;
        run(&folder, &["add", "."]);
        check(&folder, true).await;
        let none = tempfile::tempdir().expect("a folder");
        assert!(head(none.path()).await.is_none());
    }

    #[tokio::test]
    async fn no_program_of_the_repository_runs() {
        let folder = repository();
        let ran = folder.path().join("ran");
        let program = format!("sh -c 'touch {}; cat'", ran.display());
        run(&folder, &["config", "filter.evil.required", "true"]);
        for key in [
            "filter.evil.clean",
            "filter.evil.process",
            "filter.a.b c.clean",
            "core.fsmonitor",
            "diff.evil.command",
            "diff.evil.textconv",
            "diff.external",
            "core.sshCommand",
        ] {
            run(&folder, &["config", key, &program]);
        }
        fs::write(folder.path().join(".git/info/attributes"), "* filter=evil diff=evil\n")
            .expect("a file");
        touch(&folder);
        check(&folder, false).await;
        fs::write(folder.path().join("opta.yml"), "name: shoq\n").expect("a file");
        check(&folder, true).await;
        assert!(!ran.exists(), "a program of the repository ran");
        // An option cannot name this filter.
        run(&folder, &["config", "filter.a=b.clean", &program]);
        fs::write(folder.path().join(".git/info/attributes"), "* filter=a=b\n").expect("a file");
        check(&folder, true).await;
        assert!(!ran.exists(), "a program of the repository ran");
    }
}
