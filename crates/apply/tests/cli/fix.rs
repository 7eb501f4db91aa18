//! Tests of `optakit validate --fix`.

use std::path::Path;

use crate::program::{ENVIRONMENT, SERVICE, folder, run};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file can be read")
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the file can be written");
}

const BROKEN: &str = "    env: # shown\n      A: 1\n      B: true\n    replicas: 2\n";
const FIXED: &str = "    env_vars: # shown\n      A: \"1\"\n      B: \"true\"\n    min_containers: 2\n    \
                     max_containers: 2\n";

#[test]
fn safe_fixes_are_shown_and_repeated_until_none_is_left() {
    let folder = folder(&format!("{SERVICE}{BROKEN}"));
    let path = folder.path().join("service/opta.yml");
    let outcome = run(&folder, &["validate", "--fix", "--dry-run"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.starts_with("--- a/opta.yml\n+++ b/opta.yml\n@@ "), "{}", outcome.out);
    assert!(outcome.out.contains("-    env: # shown\n"), "{}", outcome.out);
    assert!(outcome.out.contains("+    env_vars: # shown\n"), "{}", outcome.out);
    assert_eq!(outcome.err, "4 problems can be fixed\n1 file checked: 2 errors\n");
    assert_eq!(read(&path), format!("{SERVICE}{BROKEN}"), "a dry run writes nothing");
    let outcome = run(&folder, &["validate", "--fix"]);
    assert_eq!((outcome.code, read(&path)), (0, format!("{SERVICE}{FIXED}")));
    assert_eq!(outcome.err, "4 problems fixed\n1 file checked: no problems\n");
    let outcome = run(&folder, &["validate", "--fix"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""));
}

#[test]
fn two_fixes_that_break_the_file_together_are_not_both_applied() {
    let folder = folder(&format!("{SERVICE}    env: {{A: a}}\n    environment: {{B: b}}\n"));
    let outcome = run(&folder, &["validate", "--fix"]);
    let text = read(&folder.path().join("service/opta.yml"));
    assert_eq!(text, format!("{SERVICE}    env_vars: {{A: a}}\n    environment: {{B: b}}\n"));
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("merge it with `env_vars`, which is already set"));
}

#[test]
fn fixes_of_environment_files_are_written_too() {
    let folder = folder(SERVICE);
    let path = folder.path().join("env/staging.yml");
    write(&path, &ENVIRONMENT.replace("org_name", "organization"));
    let outcome = run(&folder, &["validate", "--fix"]);
    assert_eq!((outcome.code, read(&path).as_str()), (0, ENVIRONMENT));
    assert!(outcome.out.contains("--- a/../env/staging.yml\n"), "{}", outcome.out);
}

#[test]
fn line_breaks_stay() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    let folder = folder(&windows(&format!("{SERVICE}{BROKEN}")));
    let path = folder.path().join("service/opta.yml");
    assert_eq!(run(&folder, &["validate", "--fix"]).code, 0);
    assert_eq!(read(&path), windows(&format!("{SERVICE}{FIXED}")));
}

#[cfg(unix)]
#[test]
fn mode_and_links_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&format!("{SERVICE}{BROKEN}"));
    let path = folder.path().join("service/opta.yml");
    let target = folder.path().join("real.yml");
    std::fs::rename(&path, &target).expect("the file is moved");
    std::os::unix::fs::symlink("../real.yml", &path).expect("the link is created");
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).expect("it is set");
    assert_eq!(run(&folder, &["validate", "--fix"]).code, 0);
    assert!(path.is_symlink());
    assert_eq!(read(&target), format!("{SERVICE}{FIXED}"));
    let mode = std::fs::metadata(&target).expect("it exists").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn unsafe_fixes_and_standard_input_are_not_changed() {
    let text = format!("{SERVICE}    secrets:\n      - TOKEN: hunter2\n");
    let folder = folder(&text);
    let outcome = run(&folder, &["validate", "--fix"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(read(&folder.path().join("service/opta.yml")), text);
    assert!(outcome.err.starts_with("no problem can be fixed automatically\n"), "{}", outcome.err);
    assert_eq!(run(&folder, &["validate", "-", "--fix"]).code, 64);
    assert_eq!(run(&folder, &["validate", "--dry-run"]).code, 64);
}
