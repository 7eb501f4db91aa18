//! Registries of ECR, and registries without TLS.

use std::path::Path;
use std::process::Command;

use crate::registry::{PASSWORD, blob, docker_config, manifest, new_repository};
use crate::testbed::archive::{docker_archive, layer, sha256};
use crate::testbed::certificate::untrusted_tls;
use crate::testbed::forward_proxy::{Behavior, ForwardProxy};
use crate::testbed::{Run, optakit, setting};

const HOST: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/// Creates a repository in which no tag can be moved.
fn create_immutable(name: &str) {
    let created = Command::new(setting("OPTAKIT_TEST_AWS_CLI"))
        .args(["--endpoint-url", &setting("OPTAKIT_TEST_AWS"), "--region", "eu-west-1"])
        .args(["ecr", "create-repository", "--image-tag-mutability", "IMMUTABLE"])
        .args(["--repository-name", name])
        .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
        .output()
        .expect("the AWS CLI starts");
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
}

/// A proxy that leads to the registry of the testbed under the host of ECR.
struct Ecr {
    proxy: ForwardProxy,
    ca: String,
}

impl Ecr {
    fn start(folder: &Path) -> Self {
        let ca = folder.join("network.pem");
        let proxy = ForwardProxy::http(Behavior {
            routes: vec![(
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com:443",
                setting("OPTAKIT_TEST_REGISTRY"),
            )],
            tls: Some(untrusted_tls(&[HOST], &ca)),
            ..Behavior::default()
        });
        Self { proxy, ca: ca.display().to_string() }
    }

    fn push(&self, folder: &Path, to: &str) -> Run {
        let config = folder.join("docker");
        let mut command = optakit(folder);
        command
            .env("https_proxy", format!("http://{}", self.proxy.address()))
            .env("SSL_CERT_FILE", &self.ca)
            .env("DOCKER_CONFIG", config)
            .env_remove("AWS_CA_BUNDLE");
        Run::of(command.args(["push", "app.tar", "--to", &format!("{HOST}/{to}")]))
    }
}

#[test]
fn ecr_is_used_with_the_credentials_of_aws() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(90, 2_000_000)]);
    let pushed = Ecr::start(folder.path()).push(folder.path(), "own/login").succeeds();
    manifest("own/login", pushed.output());
}

#[test]
fn expired_docker_login_is_replaced_by_the_credentials_of_aws() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let ecr = Ecr::start(folder.path());
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(97, 3000)]);
    docker_config(folder.path(), HOST, "expired");
    let note = "rejects the Docker credentials";
    let pushed = ecr.push(folder.path(), "own/expired").succeeds().reports(note).omits("expired\n");
    manifest("own/expired", pushed.output());
    docker_config(folder.path(), HOST, PASSWORD);
    ecr.push(folder.path(), "own/valid").succeeds().omits(note);
}

#[test]
fn immutable_tag_is_checked_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let archive = folder.path().join("app.tar");
    let repository = new_repository("own/fixed");
    create_immutable(&repository);
    docker_archive(&archive, "1", &[&layer(91, 3000)]);
    let ecr = Ecr::start(folder.path());
    let first = ecr.push(folder.path(), &repository).succeeds();
    let again = ecr.push(folder.path(), &repository).succeeds();
    assert_eq!(first.output(), again.output());
    let other = layer(92, 3000);
    docker_archive(&archive, "1", &[&other]);
    let refused = ecr
        .push(folder.path(), &repository)
        .fails()
        .reports("the tag `1` exists")
        .reports(first.output())
        .reports("`--tag NAME`")
        .omits("pushed ");
    assert_eq!(refused.stdout, "");
    let config = crate::testbed::archive::configuration("amd64", &[&other]);
    let missing = blob(&repository, &sha256(&config));
    assert!(String::from_utf8_lossy(&missing).contains("BLOB_UNKNOWN"));
    assert_eq!(manifest(&repository, "1"), manifest(&repository, first.output()));
}

#[test]
fn plain_http_is_used_only_for_named_registries() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(93, 3000)]);
    let proxy = ForwardProxy::socks(Behavior {
        routes: vec![("registry.acme.test:5000", setting("OPTAKIT_TEST_REGISTRY"))],
        ..Behavior::default()
    });
    let push = |options: &[&str]| {
        let config = docker_config(folder.path(), "registry.acme.test:5000", PASSWORD);
        let mut command = optakit(folder.path());
        command.env("ALL_PROXY", format!("socks5://{}", proxy.address()));
        command.env("DOCKER_CONFIG", config);
        command.args(["push", "app.tar", "--to", "registry.acme.test:5000/plain/http"]);
        Run::of(command.args(options))
    };
    let help = "help: push with `--insecure-registry registry.acme.test:5000`";
    push(&[]).fails().reports("registry.acme.test:5000 does not use TLS").reports(help);
    push(&["--insecure-registry", "other.acme.test"]).fails();
    let pushed = push(&["--insecure-registry", "registry.acme.test"]).succeeds();
    manifest("plain/http", pushed.output());
}
