//! Uploads over a slow line.

use std::sync::atomic::Ordering;

use crate::proxy::{answering_chunks, breaking_without_chunks, slow};
use crate::registry::{PASSWORD, blob, docker_config, manifest, new_repository};
use crate::testbed::archive::{docker_archive, layer};
use crate::testbed::{Run, Service, Terminal, optakit, record_fault};

/// The size of the layer. It takes 16 seconds.
const SIZE: usize = 1_600_000;
/// How many bytes arrive before the connection breaks.
const BREAK: usize = 900_000;

#[test]
fn slow_upload_continues_where_the_connection_broke() {
    let service = Service::new("slow", "AUTO", "");
    let proxy = slow(BREAK);
    let registry = format!("127.0.0.1:{}", proxy.port);
    docker_archive(&service.folder().join("app.tar"), "1", &[&layer(80, SIZE)]);
    let config = docker_config(service.folder(), &registry, PASSWORD);
    let config = format!("DOCKER_CONFIG={}", config.display());
    let repository = new_repository("slow/app");
    let to = format!("{registry}/{repository}");
    let push = ["push", "app.tar", "--to", &to];
    let screen = Terminal::start(&service, &["env", &config], &push).exits(0);
    assert!(screen.contains("retrying"), "{screen}");
    assert!(screen.contains("KiB/s, ") && screen.contains(" left"), "{screen}");
    let layers = manifest(&repository, "1")["layers"].clone();
    let layer = &layers[0];
    let digest = layer["digest"].as_str().expect("a layer has a digest");
    assert_eq!(blob(&repository, digest).len() as u64, layer["size"]);
    let received = proxy.received.load(Ordering::SeqCst);
    assert!(received < SIZE + BREAK / 2, "{received} bytes were sent for {SIZE} bytes");
    record_fault(
        "The line to the registry passes 100 KB per second, and breaks in the middle of a layer",
        "The push continues where the connection broke.",
    );
}

/// Pushes a layer of several chunks through a proxy. Each test has its own layer.
fn push_chunks(port: u16, seed: u8) {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let registry = format!("127.0.0.1:{port}");
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(seed, 5_000_000)]);
    let config = docker_config(folder.path(), &registry, PASSWORD);
    let repository = new_repository("slow/chunks");
    let to = format!("{registry}/{repository}");
    let mut command = optakit(folder.path());
    command.env("DOCKER_CONFIG", config).args(["push", "app.tar", "--to", &to]);
    let pushed = Run::of(&mut command).succeeds().omits("retrying");
    let layers = manifest(&repository, pushed.output())["layers"].clone();
    let digest = layers[0]["digest"].as_str().expect("a layer has a digest");
    assert_eq!(blob(&repository, digest).len() as u64, layers[0]["size"]);
}

#[test]
fn registry_that_loses_chunks_gets_the_layer_in_one_request() {
    // ECR accepts the second chunk, but does not store it.
    let port = answering_chunks(|number, _| {
        (number > 0).then_some(("201 Created", "Range: 0-1048575\r\n"))
    });
    push_chunks(port, 94);
}

#[test]
fn registry_without_chunks_gets_the_layer_in_one_request() {
    push_chunks(answering_chunks(|_, _| Some(("405 Method Not Allowed", ""))), 95);
}

#[test]
fn layer_that_starts_again_is_reported() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let registry = format!("127.0.0.1:{}", breaking_without_chunks());
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(98, 5_000_000)]);
    let config = docker_config(folder.path(), &registry, PASSWORD);
    let to = format!("{registry}/{}", new_repository("slow/whole"));
    let mut command = optakit(folder.path());
    command.env("DOCKER_CONFIG", config).args(["push", "app.tar", "--to", &to]);
    Run::of(&mut command)
        .succeeds()
        .reports("from the beginning, because the registry keeps no incomplete layers");
    record_fault(
        "The connection breaks in the middle of a layer, and the registry accepts no chunks, like ECR",
        "The push says that the layer is sent from the beginning, and succeeds.",
    );
}

#[test]
fn registry_with_a_limit_gets_smaller_chunks() {
    let port =
        answering_chunks(|_, size| (size > 1_100_000).then_some(("413 Content Too Large", "")));
    push_chunks(port, 96);
}
