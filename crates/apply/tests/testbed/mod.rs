//! A Kubernetes control plane, an AWS stand-in and a registry, and a service for each test.
//! `make test` starts them and sets the variables that name them.

pub(crate) mod archive;
mod background;
pub(crate) mod certificate;
mod faults_table;
pub(crate) mod faulty;
pub(crate) mod forward_proxy;
pub(crate) mod helm;
pub(crate) mod ingress_webhook;
mod kubernetes;
mod run;
mod service;
mod terminal;
mod volumes;
mod watch;

use std::path::Path;
use std::process::Command;

pub(crate) use background::BackgroundRun;
pub(crate) use faults_table::{record_fault, skip_test};
pub(crate) use kubernetes::{
    apply_objects, create_namespace, exists, get, kubeconfig_of, kubectl, kubectl_ok, ready_pods,
    until,
};
pub(crate) use run::Run;
pub(crate) use service::{Service, environment};
pub(crate) use terminal::Terminal;
pub(crate) use volumes::create_volumes;
pub(crate) use watch::{PodCount, PodWatch};

/// The digest of an image that no registry has.
pub(crate) const DIGEST: &str =
    "sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f";

/// Returns a variable that the testbed sets.
pub(crate) fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `make test`, which starts the testbed"))
}

/// Returns a command of Optakit that uses the AWS stand-in.
pub(crate) fn optakit(folder: &Path) -> Command {
    optakit_on(Command::new(env!("CARGO_BIN_EXE_optakit")), folder)
}

/// Returns a command that runs Optakit in a folder, with the AWS stand-in.
fn optakit_on(mut command: Command, folder: &Path) -> Command {
    command
        .current_dir(folder)
        .env("AWS_ENDPOINT_URL", setting("OPTAKIT_TEST_AWS"))
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("NO_COLOR", "1")
        // With `CI`, an apply waits ten minutes for a lock.
        .env_remove("CI");
    command
}
