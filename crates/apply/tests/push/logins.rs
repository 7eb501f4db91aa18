//! The credentials of `docker login`, and where they are sent.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

use crate::proxy::{redirecting, with_tokens};
use crate::registry::{PASSWORD, docker_config, manifest, new_repository};
use crate::testbed::archive::{docker_archive, layer};
use crate::testbed::{Run, optakit, record_fault, setting};

/// A folder with an archive, a Docker configuration and credential helpers.
struct Login {
    folder: tempfile::TempDir,
}

impl Login {
    fn new(seed: u8) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        docker_archive(&folder.path().join("app.tar"), "1", &[&layer(seed, 3000)]);
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the configuration of Docker.
    fn config(&self, text: &str) -> &Self {
        let folder = self.path().join("docker");
        std::fs::create_dir_all(&folder).expect("the folder can be created");
        std::fs::write(folder.join("config.json"), text).expect("the file can be written");
        self
    }

    /// Writes a credential helper.
    fn helper(&self, name: &str, script: &str) -> &Self {
        let file = self.path().join(format!("docker-credential-{name}"));
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("the file can be written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))
            .expect("the mode can be set");
        self
    }

    fn push(&self, to: &str) -> Run {
        let mut command = optakit(self.path());
        let path = std::env::var("PATH").expect("there is a path");
        command.env("PATH", format!("{}:{path}", self.path().display()));
        command.env("DOCKER_CONFIG", self.path().join("docker"));
        Run::of(command.args(["push", "app.tar", "--to", to]))
    }
}

#[test]
fn credentials_of_helpers_are_used() {
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    let to = format!("{registry}/logins/helper");
    let login = Login::new(81);
    let answer = json!({"ServerURL": registry, "Username": "AWS", "Secret": PASSWORD});
    login.helper("own", &format!("read key; test \"$key\" = {registry} && echo '{answer}'"));
    login.config(&json!({"credHelpers": {registry: "own"}, "credsStore": "absent"}).to_string());
    login.push(&to).succeeds();
    login.config(r#"{"credsStore": "own"}"#).push(&to).succeeds();
}

#[test]
fn helper_without_an_entry_leaves_the_file() {
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    let to = format!("{registry}/logins/empty");
    let login = Login::new(82);
    login.helper("empty", "echo 'credentials not found in native keychain'; exit 1");
    login.config(r#"{"credsStore": "empty"}"#).push(&to).fails().reports("rejects the push");
    docker_config(login.path(), &registry, PASSWORD);
    let file = login.path().join("docker/config.json");
    let text = std::fs::read_to_string(&file).expect("the file exists");
    login.config(&text.replacen('{', r#"{"credsStore": "empty", "#, 1)).push(&to).succeeds();
}

#[test]
fn output_of_a_failed_helper_is_not_shown() {
    let to = format!("{}/logins/failed", setting("OPTAKIT_TEST_REGISTRY"));
    let login = Login::new(83);
    login.helper("loud", "echo '{\"Secret\":\"s3cret\"}'; echo s3cret >&2; exit 1");
    login
        .config(r#"{"credsStore": "loud"}"#)
        .push(&to)
        .fails()
        .reports("the credential helper `docker-credential-loud` failed")
        .omits("s3cret");
    login.helper("loud", "echo 's3cret'");
    login.push(&to).fails().reports("printed no valid credentials").omits("s3cret");
    login
        .config(r#"{"credsStore": "absent"}"#)
        .push(&to)
        .fails()
        .reports("`docker-credential-absent` is not installed");
    record_fault(
        "A credential helper of Docker fails, or is not installed",
        "The push names the helper, and does not show its output.",
    );
}

#[test]
fn broken_configuration_is_reported_without_its_text() {
    let to = format!("{}/logins/broken", setting("OPTAKIT_TEST_REGISTRY"));
    let login = Login::new(84);
    for text in [r#"{"auths": {"s3cret""#, r#"{"auths": "s3cret"}"#, r#"["s3cret"]"#] {
        login
            .config(text)
            .push(&to)
            .fails()
            .reports("docker/config.json is ignored: it is not a valid configuration (line 1")
            .omits("s3cret");
    }
    login.config("").push(&to).fails().omits("config.json");
}

#[test]
fn variable_with_credentials_comes_before_the_file() {
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    let to = format!("{registry}/logins/variable");
    let login = Login::new(87);
    docker_config(login.path(), &registry, "wrong");
    let push = |variable: &str| {
        let mut command = optakit(login.path());
        command.env("DOCKER_CONFIG", login.path().join("docker"));
        command.env("DOCKER_AUTH_CONFIG", variable);
        Run::of(command.args(["push", "app.tar", "--to", &to]))
    };
    let entry = json!({"username": "AWS", "password": PASSWORD});
    push(&json!({"auths": {registry.clone(): entry}}).to_string()).succeeds();
    push(r#"{"auths": {"other.example.com": {"auth": "dTpw"}}}"#).fails();
    push(r#"{"auths": "s3cret""#)
        .fails()
        .reports("the variable DOCKER_AUTH_CONFIG is ignored: it is not a valid configuration")
        .omits("s3cret");
}

#[test]
fn identity_token_is_exchanged_for_access() {
    let registry = format!("127.0.0.1:{}", with_tokens());
    let to = format!("{registry}/logins/token");
    let login = Login::new(85);
    let config = |token: &str| {
        let entry = json!({"auth": "MDAwOg==", "identitytoken": token});
        json!({"auths": {registry.clone(): entry}}).to_string()
    };
    let pushed = login.config(&config("refresh")).push(&to).succeeds();
    manifest("logins/token", pushed.output());
    login.config(&config("expired")).push(&to).fails().reports("unknown token").omits("expired");
    let answer = json!({"ServerURL": registry, "Username": "<token>", "Secret": "refresh"});
    login.helper("own", &format!("echo '{answer}'"));
    login.config(r#"{"credsStore": "own"}"#).push(&to).succeeds();
}

#[test]
fn redirects_do_not_carry_credentials_to_another_host() {
    let (port, seen) = redirecting();
    let registry = format!("127.0.0.1:{port}");
    let login = Login::new(86);
    docker_config(login.path(), &registry, PASSWORD);
    let repository = new_repository("logins/redirected");
    let pushed = login.push(&format!("{registry}/{repository}")).succeeds();
    manifest(&repository, pushed.output());
    let seen = seen.lock().expect("no thread panicked");
    assert!(seen.iter().any(|head| head.starts_with("POST ")), "{seen:?}");
    assert!(seen.iter().any(|head| head.starts_with("PUT ")), "{seen:?}");
    for head in seen.iter() {
        assert!(!head.to_lowercase().contains("authorization"), "{head}");
    }
}
