//! Tests of written files: mode, owner, links, streams and failures.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::program::{Outcome, SERVICE, folder, program, run};

/// An ordinary user, for tests that run as root.
const NOBODY: u32 = 65534;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the file exists").mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the mode can be changed");
}

/// Returns a path beside the service file.
fn path(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join("service").join(name)
}

fn write_bundle(folder: &TempDir, name: &str) -> Outcome {
    run(folder, &["bundle", "--quiet", "-o", name])
}

/// Runs Optakit in a shell after a command of the shell.
fn after(folder: &TempDir, shell: &str, arguments: &[&str]) -> Outcome {
    let mut command = Command::new("bash");
    let script = format!("{shell}; exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_optakit")]).args(arguments);
    let output = command.current_dir(folder.path().join("service")).output();
    let output = output.expect("bash starts");
    Outcome {
        code: output.status.code().expect("the program exits"),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the output is UTF-8"),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be listed");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name());
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).expect("an entry").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn new_files_follow_the_umask() {
    let folder = folder(SERVICE);
    for (umask, expected) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let name = format!("{umask}.json");
        let outcome = after(&folder, &format!("umask {umask}"), &["bundle", "-o", &name]);
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        assert_eq!(mode(&path(&folder, &name)), expected, "umask {umask}");
    }
}

#[test]
fn written_files_keep_mode_and_links() {
    let folder = folder(SERVICE);
    let (file, other) = (path(&folder, "b.json"), path(&folder, "other.json"));
    for wanted in [0o600, 0o640, 0o664, 0o755] {
        fs::write(&file, "old").expect("the file can be written");
        set_mode(&file, wanted);
        assert_eq!(write_bundle(&folder, "b.json").code, 0);
        assert_eq!(mode(&file), wanted);
    }
    fs::write(&file, "old and longer than the new text\n".repeat(2000)).expect("a file");
    fs::hard_link(&file, &other).expect("a hard link can be created");
    assert_eq!(write_bundle(&folder, "b.json").code, 0);
    let text = fs::read_to_string(&file).expect("the bundle was written");
    assert!(text.ends_with("}\n"), "no old text is left");
    assert_eq!(fs::read_to_string(&other).expect("the other name exists"), text);

    symlink("b.json", path(&folder, "link")).expect("a link can be created");
    symlink("../env/new.json", path(&folder, "dangling")).expect("a link can be created");
    for (link, target) in [("link", file), ("dangling", folder.path().join("env/new.json"))] {
        assert_eq!(write_bundle(&folder, link).code, 0);
        let metadata = fs::symlink_metadata(path(&folder, link)).expect("the link exists");
        assert!(metadata.is_symlink(), "{link}");
        assert_eq!(fs::read_to_string(target).expect("the target exists"), text);
    }
}

#[test]
fn streams_are_written_and_not_replaced() {
    let folder = folder(SERVICE);
    let text = run(&folder, &["bundle", "-o", "-"]).out;
    assert_eq!(write_bundle(&folder, "/dev/stdout").out, text);
    assert_eq!(write_bundle(&folder, "/dev/null").code, 0);
    let null = fs::metadata("/dev/null").expect("the device exists");
    assert!(null.file_type().is_char_device());
    // The text follows what is in the file already.
    let redirect = "exec >out; echo first";
    assert_eq!(after(&folder, redirect, &["bundle", "-q", "-o", "/dev/stdout"]).code, 0);
    let out = fs::read_to_string(path(&folder, "out")).expect("the file exists");
    assert_eq!(out, format!("first\n{text}"));

    let pipe = path(&folder, "pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts").success());
    let mut child = program(&folder)
        .args(["bundle", "--quiet", "-o", "pipe"])
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the program starts");
    let mut received = String::new();
    let mut reader = fs::File::open(&pipe).expect("the pipe can be opened");
    reader.read_to_string(&mut received).expect("the pipe can be read");
    assert!(child.wait().expect("the program ends").success());
    assert_eq!(received, text);
    assert!(fs::metadata(&pipe).expect("the pipe exists").file_type().is_fifo());
}

#[test]
fn failed_writes_name_the_path_and_change_nothing() {
    let folder = folder(SERVICE);
    let read_only = path(&folder, "read-only.json");
    fs::write(&read_only, "old").expect("the file can be written");
    set_mode(&read_only, 0o444);
    for (name, expected) in [
        (
            "/nonexistent/x",
            "cannot write /nonexistent/x: its folder does not exist\n  help: create",
        ),
        ("opta.yml/x", "cannot write opta.yml/x: a part of the path is not a folder\n  help: "),
        ("read-only.json", "cannot write read-only.json: permission denied\n  help: "),
        ("/dev/full", "cannot write /dev/full: no space is left\n  help: "),
    ] {
        let outcome = write_bundle(&folder, name);
        assert_eq!(outcome.code, 4, "{name}");
        assert!(outcome.err.contains(expected), "{name}: {}", outcome.err);
    }
    assert_eq!(fs::read_to_string(&read_only).expect("the file exists"), "old");

    let (file, other) = (path(&folder, "b.json"), path(&folder, "c.json"));
    fs::write(&file, "old").expect("the file can be written");
    fs::write(&other, "old").expect("the file can be written");
    fs::hard_link(&other, path(&folder, "d.json")).expect("a hard link can be created");
    let before = names(&folder.path().join("service"));
    for name in ["b.json", "c.json", "new.json"] {
        let limited = after(&folder, "trap '' XFSZ; ulimit -f 1", &["bundle", "-q", "-o", name]);
        let expected = format!("cannot write {name}: the file is too large\n  help: ");
        assert!(limited.err.contains(&expected), "{}", limited.err);
    }
    assert_eq!(fs::read_to_string(&file).expect("the file exists"), "old");
    assert_eq!(fs::read_to_string(&other).expect("the file exists"), "old");
    assert_eq!(names(&folder.path().join("service")), before, "a temporary file is left");
}

#[test]
fn file_in_a_closed_folder_is_written() {
    let folder = folder(SERVICE);
    let (closed, program) = (folder.path().join("service"), folder.path().join("optakit"));
    let file = closed.join("b.json");
    fs::write(&file, "old").expect("the file can be written");
    set_mode(folder.path(), 0o755);
    let mut command = Command::new(env!("CARGO_BIN_EXE_optakit"));
    if fs::metadata(&file).expect("the file exists").uid() == 0 {
        // Root may write everything, and another user may not run the program where it is.
        // A child process makes the copy. Otherwise children of other tests can inherit the open
        // file, and the program is busy.
        let copy = Command::new("cp").arg(env!("CARGO_BIN_EXE_optakit")).arg(&program).status();
        assert!(copy.expect("cp starts").success(), "the program can be copied");
        command = Command::new(&program);
        command.uid(NOBODY).gid(NOBODY);
        chown(&file, Some(NOBODY), Some(NOBODY)).expect("root may change the owner");
    }
    set_mode(&closed, 0o555);
    let run = command.args(["bundle", "-o", "b.json"]).current_dir(&closed).output();
    set_mode(&closed, 0o755);
    let output = run.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_ne!(fs::read_to_string(&file).expect("the file exists"), "old");
}

#[test]
fn results_that_cannot_be_printed_are_an_error() {
    let folder = folder(SERVICE);
    for arguments in [
        &["render", "--image-tag", "1"][..],
        &["validate", "--format", "json"],
        &["bundle", "-o", "-"],
        &["schema"],
        &["explain", "image"],
    ] {
        let outcome = after(&folder, "exec >/dev/full", arguments);
        assert_eq!(outcome.code, 4, "{arguments:?}");
        let expected = "cannot write to standard output: no storage space\n  help: ";
        assert!(outcome.err.contains(expected), "{arguments:?}: {}", outcome.err);
        let closed = after(&folder, "exec > >(true); wait $!", arguments);
        assert!(!closed.err.contains("cannot write"), "{arguments:?}: {}", closed.err);
    }
}

#[test]
fn a_broken_standard_error_does_not_end_a_run() {
    let folder = folder("name: shop\nmodules: 1\n");
    for shell in ["exec 2>/dev/full", "exec 2> >(true); wait $!", "exec 2>&-"] {
        assert_eq!(after(&folder, shell, &["validate"]).code, 1, "{shell}");
        assert_eq!(after(&folder, shell, &["apply", "missing"]).code, 4, "{shell}");
    }
}

#[test]
fn a_help_text_that_cannot_be_printed_is_an_error() {
    let folder = folder(SERVICE);
    for arguments in [&["--help"][..], &["--version"], &["apply", "--help"]] {
        assert_eq!(after(&folder, "exec >/dev/full", arguments).code, 4, "{arguments:?}");
        assert_eq!(after(&folder, "exec > >(true); wait $!", arguments).code, 0, "{arguments:?}");
    }
}

#[test]
fn links_are_not_followed_in_a_folder_whose_names_optakit_chooses() {
    let folder = folder(SERVICE);
    let victim = folder.path().join("victim");
    fs::write(&victim, "old").expect("the file can be written");
    symlink(&victim, path(&folder, "shop-staging.bundle.json")).expect("a link can be created");
    fs::create_dir(path(&folder, "out")).expect("the folder can be created");
    symlink(&victim, path(&folder, "out/shop-staging.bundle.json")).expect("a link");
    for arguments in [&["bundle"][..], &["bundle", "-o", "out"]] {
        let outcome = run(&folder, arguments);
        assert_eq!(outcome.code, 4, "{}", outcome.err);
        assert!(outcome.err.contains("it is a symbolic link\n  help: remove"), "{}", outcome.err);
    }
    let render = ["render", "--image-tag", "1", "--output-dir", "manifests"];
    assert_eq!(run(&folder, &render).code, 0);
    let name = fs::read_dir(path(&folder, "manifests")).expect("it can be listed").next();
    let file = name.expect("a file was written").expect("it can be read").path();
    fs::remove_file(&file).expect("it can be removed");
    symlink(&victim, &file).expect("a link can be created");
    assert_eq!(run(&folder, &render).code, 4);
    assert_eq!(fs::read_to_string(&victim).expect("the file exists"), "old");
}
