//! Environment files that a service file names are read only in its repository.

use std::os::unix::fs::symlink;
use std::process::Command;

use tempfile::TempDir;

use crate::program::{ENVIRONMENT, Outcome, SERVICE, folder, run};

const SECRET: &str = "root-password-7f3a";

/// Creates a repository whose service file names an environment file.
fn naming(path: &str) -> TempDir {
    folder(&SERVICE.replace("../env/staging.yml", path))
}

/// Validates the service file in every format. Each run must end, and print no secret.
#[track_caller]
fn validate(folder: &TempDir, arguments: &[&str]) -> Outcome {
    for format in ["json", "sarif", "github"] {
        let outcome = run(folder, &[&["validate", "--format", format], arguments].concat());
        assert!(!outcome.out.contains(SECRET) && !outcome.err.contains(SECRET), "{}", outcome.out);
    }
    let outcome = run(folder, &[&["validate"], arguments].concat());
    assert!(!outcome.out.contains(SECRET) && !outcome.err.contains(SECRET), "{}", outcome.out);
    outcome
}

#[track_caller]
fn assert_rejected(folder: &TempDir, arguments: &[&str], reason: &str) {
    let outcome = validate(folder, arguments);
    assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.err);
    assert!(outcome.out.contains(reason), "`{reason}` is missing in {}", outcome.out);
}

#[test]
fn a_file_outside_the_repository_is_not_read() {
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("secret.yml");
    std::fs::write(&file, format!("{SECRET}: [\n")).expect("the file can be written");
    let path = file.to_str().expect("the path is UTF-8");
    let folder = naming(path);
    assert_rejected(&folder, &[], "pass `--allow-outside` to read it");
    for command in ["render", "bundle"] {
        let outcome = run(&folder, &[command]);
        assert_eq!(outcome.code, 1, "{}", outcome.err);
        assert!(outcome.err.contains("--allow-outside"), "{}", outcome.err);
        assert!(!outcome.err.contains(SECRET), "{}", outcome.err);
    }
    // With the option it is read, but its lines are not printed.
    assert_rejected(&folder, &["--allow-outside"], "its content is not shown");
    std::fs::write(&file, ENVIRONMENT).expect("the file can be written");
    assert_eq!(validate(&folder, &["--allow-outside"]).code, 0);
}

#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("secret.yml");
    std::fs::write(&file, SECRET).expect("the file can be written");
    let folder = naming("env.yml");
    symlink(&file, folder.path().join("service/env.yml")).expect("the link can be created");
    assert_rejected(&folder, &[], "it is outside");
    let folder = naming("env/staging.yml");
    symlink(outside.path(), folder.path().join("service/env")).expect("the link can be created");
    std::fs::write(outside.path().join("staging.yml"), SECRET).expect("the file can be written");
    assert_rejected(&folder, &[], "it is outside");
}

#[test]
fn a_link_inside_the_repository_is_followed() {
    let folder = naming("link.yml");
    symlink("../env/staging.yml", folder.path().join("service/link.yml"))
        .expect("the link can be created");
    assert_eq!(validate(&folder, &[]).code, 0);
}

#[test]
fn without_a_repository_only_the_folder_is_read() {
    let folder = folder(SERVICE);
    std::fs::remove_dir(folder.path().join(".git")).expect("the folder can be removed");
    assert_rejected(&folder, &[], "it is outside");
    assert_eq!(validate(&folder, &["--allow-outside"]).code, 0);
}

#[test]
fn only_regular_files_are_read() {
    for (path, reason) in [
        ("/dev/tty", "it is a file of the operating system"),
        ("/dev/zero", "it is a file of the operating system"),
        ("/proc/self/environ", "it is a file of the operating system"),
        ("..", "it is a folder"),
    ] {
        for arguments in [&[] as &[&str], &["--allow-outside"]] {
            assert_rejected(&naming(path), arguments, reason);
        }
    }
    let folder = naming("pipe");
    let pipe = folder.path().join("service/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    assert_rejected(&folder, &[], "it is not a regular file");
    let folder = naming("large.yml");
    let large = std::fs::File::create(folder.path().join("service/large.yml")).expect("a file");
    large.set_len(1 << 30).expect("the file can grow");
    assert_rejected(&folder, &[], "it is larger than 1 MiB");
}

#[test]
fn an_address_of_a_git_repository_is_explained() {
    for path in [
        "git@github.com:acme/infra.git//staging/opta.yml?ref=main",
        "https://github.com/acme/infra.git//staging/opta.yml",
    ] {
        assert_rejected(
            &naming(path),
            &["--offline"],
            "this machine has no copy of the Git \
                                                        repository",
        );
    }
}

#[test]
fn pipes_that_the_user_names_are_read() {
    let folder = folder(SERVICE);
    let program = env!("CARGO_BIN_EXE_optakit");
    let script = format!(
        "cd {0}/service && {program} validate <(cat opta.yml) && {program} validate - < opta.yml \
         && {program} render --values <(echo 'parent: {{}}') | grep -q Namespace",
        folder.path().display()
    );
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_diagnostic_names_the_file_of_env_file() {
    let folder = folder(SERVICE);
    std::fs::write(folder.path().join("other.yml"), "- a\n").expect("the file can be written");
    for command in ["validate", "render"] {
        let outcome = run(&folder, &[command, "--env-file", "staging=../other.yml"]);
        let output = outcome.out + &outcome.err;
        assert!(output.contains(" --> ../other.yml:1:1"), "{command}: {output}");
        assert!(!output.contains("env/staging.yml"), "{command}: {output}");
    }
}
