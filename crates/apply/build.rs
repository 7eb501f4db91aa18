//! Sets the version and how the release binary is linked, and adds the editor page of `optakit edit` to the
//! binary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The number of digits of the commit in the version.
const COMMIT_DIGITS: usize = 12;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    set_version();
    link();
    embed_page();
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Sets the text of `--version`: the version, and commit and date of the sources if they are known.
/// Everything depends only on the commit, so that builds are reproducible.
fn set_version() {
    let version = variable("CARGO_PKG_VERSION");
    let text = match commit() {
        Some((commit, date)) => format!("{version} (commit {commit}, {date})"),
        None => version,
    };
    println!("cargo::rustc-env=OPTAKIT_VERSION={text}");
}

/// Returns commit and commit date: from the Git repository of the sources, or from `commit.txt`,
/// which `git archive` fills in.
fn commit() -> Option<(String, String)> {
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=commit.txt");
    let root = folder.join("../..").canonicalize().ok()?;
    let is_own = git(&root, &["rev-parse", "--show-toplevel"])
        .is_some_and(|top| Path::new(&top).canonicalize().is_ok_and(|top| top == root));
    let line = if is_own {
        // A debug build does not run again after each commit, which would take half a minute.
        if variable("PROFILE") == "release" {
            let log = git(&root, &["rev-parse", "--git-path", "logs/HEAD"])?;
            println!("cargo::rerun-if-changed={}", root.join(log).display());
        }
        git(&root, &["log", "-1", "--format=%H %cs"])?
    } else {
        std::fs::read_to_string(folder.join("commit.txt")).ok()?
    };
    let (commit, date) = line.trim().split_once(' ')?;
    let is_hash = commit.len() >= COMMIT_DIGITS && commit.chars().all(|c| c.is_ascii_hexdigit());
    is_hash.then(|| (commit[..COMMIT_DIGITS].to_owned(), date.to_owned()))
}

/// Runs Git in a folder. Returns its output, or `None` if it fails.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Links the release binary for Linux to a fixed address. Relocating 28,000 addresses at each
/// start would take as long as rendering. See ARCHITECTURE.md.
fn link() {
    if variable("PROFILE") == "release"
        && variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_ENV") == "gnu"
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

/// Compresses the built page (`make page`) and adds it to the binary. Without a built page the
/// binary has none, and `optakit edit` reports that.
fn embed_page() {
    let dist = Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../dist");
    // Cargo would always rebuild if the watched folder did not exist.
    let watched = if dist.is_dir() { dist.clone() } else { dist.join("..").join("index.html") };
    println!("cargo::rerun-if-changed={}", watched.display());
    let out = variable("OUT_DIR");
    let mut list = String::from("&[\n");
    for path in page_files(&dist) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let packed = format!("{out}/{name}.gz");
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let written = writer.write_all(&std::fs::read(&path).expect("the page can be read"));
        written.expect("writing to memory does not fail");
        let bytes = writer.finish().expect("writing to memory does not fail");
        std::fs::write(&packed, bytes).expect("the output folder can be written");
        list.push_str(&format!("    ({name:?}, include_bytes!({packed:?})),\n"));
    }
    list.push(']');
    std::fs::write(format!("{out}/page.rs"), list).expect("the output folder can be written");
}

/// Returns the files of the page. The service worker is left out: a local page does not need to
/// work offline.
fn page_files(dist: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dist).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && !path.ends_with("offline.js"))
        .collect();
    files.sort();
    files
}
