//! Runs the program in a folder with a service file and environment files.

use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) const ENVIRONMENT: &str = "\
name: staging
org_name: acme
providers:
  aws:
    region: us-east-1
    account_id: 123456789012
modules:
  - {type: dns, domain: staging.acme.io}
";

pub(crate) const SERVICE: &str = "\
name: shop
environments:
  - {name: staging, path: ../env/staging.yml}
modules:
  - type: k8s-service
    name: api
    image: AUTO
    port: {http: 8000}
";

/// Creates a repository with `service/opta.yml` and two environment files in `env/`.
pub(crate) fn folder(service: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join(".git")).expect("the folder can be created");
    for (path, text) in [
        ("service/opta.yml", service),
        ("env/staging.yml", ENVIRONMENT),
        ("env/production.yml", &ENVIRONMENT.replace("name: staging", "name: production")),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is in a folder"))
            .expect("the folder can be created");
        std::fs::write(path, text).expect("the file can be written");
    }
    folder
}

/// The outcome of a run.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Returns the program, to be run in `service/`.
pub(crate) fn program(folder: &TempDir) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_optakit"));
    program.current_dir(folder.path().join("service"));
    // The tests do not depend on the defaults of the user.
    program.env("OPTAKIT_CONFIG", "");
    program.env("XDG_CACHE_HOME", folder.path().join("cache"));
    program
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Outcome {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    Outcome {
        code: output.status.code().expect("the program exits"),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the output is UTF-8"),
    }
}

/// Runs the program in `service/`.
pub(crate) fn run(folder: &TempDir, arguments: &[&str]) -> Outcome {
    run_with_input(folder, arguments, "")
}

/// Runs the program in `service/` with a text on standard input.
pub(crate) fn run_with_input(folder: &TempDir, arguments: &[&str], input: &str) -> Outcome {
    let mut child = program(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    // A command that does not read standard input may have ended already.
    drop(stdin.write_all(input.as_bytes()));
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    Outcome {
        code: output.status.code().expect("the program exits"),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the output is UTF-8"),
    }
}
