//! Environment files in Git repositories, files that replace them, and input variables.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{ENVIRONMENT, Outcome, SERVICE, finish, folder, program, run};

const ADDRESS: &str = "git@example.com:acme/infra.git//staging/opta.yml?ref=main";

/// A service file that names an environment file in a Git repository, and that repository. A script
/// replaces ssh, and runs git in the folder of the repositories.
struct Remote {
    folder: TempDir,
    repositories: TempDir,
}

impl Remote {
    fn new(address: &str) -> Self {
        let service = SERVICE.replace("../env/staging.yml", &format!("\"{address}\""));
        let folder = folder(&service);
        let repositories = tempfile::tempdir().expect("a folder");
        let remote = Self { folder, repositories };
        let script = remote.path("ssh");
        let text = "#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit 1\necho run >> calls\n\
                    for command; do :; done\neval \"$command\"\n";
        std::fs::write(&script, text).expect("the script is written");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&script, executable).expect("the script is executable");
        let repository = remote.path("acme/infra.git");
        std::fs::create_dir_all(&repository).expect("the folder is created");
        git(&repository, &["init", "--quiet", "--initial-branch=main"]);
        remote.commit("staging/opta.yml", ENVIRONMENT);
        remote
    }

    fn path(&self, path: &str) -> PathBuf {
        self.repositories.path().join(path)
    }

    fn commit(&self, path: &str, text: &str) {
        let repository = self.path("acme/infra.git");
        let file = repository.join(path);
        std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder");
        std::fs::write(file, text).expect("the file is written");
        git(&repository, &["add", "."]);
        git(&repository, &["commit", "--quiet", "--message", "change"]);
    }

    /// The number of connections so far.
    fn calls(&self) -> usize {
        let calls = std::fs::read_to_string(self.path("calls")).unwrap_or_default();
        calls.lines().count()
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let mut program = program(&self.folder);
        program
            .env("GIT_SSH_COMMAND", self.path("ssh"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("GIT_DIR", "/nowhere");
        finish(program.args(arguments))
    }
}

fn git(repository: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
    let status = git.current_dir(repository).status().expect("git is installed");
    assert!(status.success(), "git {arguments:?}");
}

#[test]
fn an_environment_file_is_fetched_with_git() {
    let remote = Remote::new(ADDRESS);
    let outcome = remote.run(&["validate"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert_eq!(remote.calls(), 1);
    let outcome = remote.run(&["render", "--image-tag", "1"]);
    assert!(outcome.out.contains("123456789012.dkr.ecr.us-east-1"), "{}", outcome.err);
    let outcome = remote.run(&["bundle"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
}

#[test]
fn a_copy_is_used_offline() {
    let remote = Remote::new(ADDRESS);
    let outcome = remote.run(&["validate", "--offline"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("run the command once without `--offline`"), "{}", outcome.out);
    assert_eq!(remote.run(&["validate"]).code, 0);
    remote.commit("staging/opta.yml", &ENVIRONMENT.replace("us-east-1", "eu-west-1"));
    let calls = remote.calls();
    let render = ["render", "--image-tag", "1", "--offline"];
    assert!(remote.run(&render).out.contains("us-east-1"), "the copy is not new");
    assert_eq!(remote.calls(), calls, "git does not connect");
    assert!(remote.run(&render[..3]).out.contains("eu-west-1"), "the file is fetched again");
}

#[test]
fn the_content_of_a_fetched_file_is_not_shown() {
    let remote = Remote::new(ADDRESS);
    remote.commit("staging/opta.yml", "name: staging\npassword-7f3a: [\n");
    let outcome = remote.run(&["validate"]);
    assert_eq!(outcome.code, 1);
    assert!(!outcome.out.contains("password-7f3a"), "{}", outcome.out);
    let before = std::fs::read(remote.folder.path().join("service/opta.yml")).expect("a file");
    assert_eq!(remote.run(&["validate", "--fix"]).code, 1);
    let after = std::fs::read(remote.folder.path().join("service/opta.yml")).expect("a file");
    assert_eq!(before, after);
}

#[test]
fn reasons_are_reported_at_the_path() {
    let check = |address: &str, reason: &str| {
        let outcome = Remote::new(address).run(&["validate"]);
        assert_eq!(outcome.code, 1, "{address}");
        assert!(outcome.out.contains(reason), "`{reason}` is missing in {}", outcome.out);
    };
    check("git@example.com:acme/infra.git//production.yml", "no file `production.yml` at `HEAD`");
    check("git@example.com:acme/infra.git//a.yml?ref=none", "git cannot fetch the repository");
    check("git@example.com:acme/other.git//a.yml", "git cannot fetch the repository");
    check("file:///etc//passwd", "must start with `https://`");
    check("git@-oProxyCommand=id:a.git//b.yml", "no valid host");
    check("git@example.com:acme/infra.git//../a.yml", "not a valid path inside the repository");
}

#[test]
fn a_file_replaces_that_of_an_environment() {
    let remote = Remote::new("git@example.com:acme/other.git//staging.yml");
    let file = "staging=../env/staging.yml";
    for command in ["validate", "render"] {
        let outcome = remote.run(&[command, "--env-file", file]);
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    }
    assert_eq!(remote.calls(), 0, "git does not connect");
    let broken = remote.path("broken.yml");
    std::fs::write(&broken, ENVIRONMENT.replace("org_name:", "org:")).expect("it is written");
    let file = format!("staging={}", broken.display());
    let outcome = remote.run(&["validate", "--fix", "--env-file", &file]);
    assert!(outcome.out.contains("+org_name: acme"), "{}{}", outcome.out, outcome.err);
    let fixed = std::fs::read_to_string(&broken).expect("it is written");
    assert_eq!(fixed, ENVIRONMENT);
    let outcome = remote.run(&["validate", "--env-file", "stagin=../env/staging.yml"]);
    assert_eq!(outcome.code, 64);
    assert!(outcome.err.contains("help: did you mean `staging`?"), "{}", outcome.err);
    let outcome = remote.run(&["validate", "--env-file", "staging=missing.yml"]);
    assert!(outcome.out.contains("missing.yml: No such file"), "{}", outcome.out);
}

#[test]
fn variables_of_options_override_the_values_file() {
    let service = SERVICE.replace("AUTO", "nginx:1.29");
    let service = service.replace("modules:\n", "input_variables: [{name: color}]\nmodules:\n")
        + "    env_vars: {COLOR: \"{vars.color}\"}\n";
    let folder = folder(&service);
    std::fs::write(folder.path().join("values.yml"), "vars: {color: red}\n").expect("written");
    let values = ["render", "--values", "../values.yml"];
    assert!(run(&folder, &values).out.contains("value: red"));
    let outcome = run(&folder, &[&values[..], &["--var", "color=blue=x"]].concat());
    assert!(outcome.out.contains("value: blue=x"), "{}{}", outcome.out, outcome.err);
    assert_eq!(run(&folder, &["validate", "--var", "color=blue"]).code, 0);
    let outcome = run(&folder, &["render", "--var", "colour=blue"]);
    assert_eq!(outcome.code, 64);
    assert!(outcome.err.contains("help: did you mean `color`?"), "{}", outcome.err);
    assert_eq!(run(&folder, &["render", "--var", "color"]).code, 64);
    assert_eq!(run(&folder, &["bundle", "--var", "color=green"]).code, 0);
    let bundle = std::fs::read_to_string(folder.path().join("service/shop-staging.bundle.json"));
    assert!(bundle.expect("it is written").contains("\"vars.color\": \"green\""));
    assert_eq!(run(&folder, &["bundle", "verify", "shop-staging.bundle.json"]).code, 0);
}

#[test]
fn a_password_in_an_address_is_not_printed() {
    let address = "https://ann:hunter2@git.invalid/acme/infra.git//staging.yml";
    let remote = Remote::new(address);
    for format in ["text", "json", "sarif", "github"] {
        let outcome = remote.run(&["validate", "--offline", "--output", format]);
        assert_eq!(outcome.code, 1, "{}", outcome.out);
        let printed = format!("{}{}", outcome.out, outcome.err);
        assert!(printed.contains("https://ann:*******@git.invalid/"), "{format}: {printed}");
        assert!(!printed.contains("hunter2"), "{format}: {printed}");
    }
}
