//! Uploads over a slow line.

use std::sync::atomic::Ordering;

use crate::proxy::slow;
use crate::registry::{PASSWORD, blob, docker_config, manifest};
use crate::testbed::archive::{docker_archive, layer};
use crate::testbed::{Service, Terminal, record_fault};

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
    let to = format!("{registry}/slow/app");
    let push = ["push", "app.tar", "--to", &to];
    let screen = Terminal::start(&service, &["env", &config], &push).exits(0);
    assert!(screen.contains("retrying"), "{screen}");
    assert!(screen.contains("KiB/s, ") && screen.contains(" left"), "{screen}");
    let layers = manifest("slow/app", "1")["layers"].clone();
    let layer = &layers[0];
    let digest = layer["digest"].as_str().expect("a layer has a digest");
    assert_eq!(blob("slow/app", digest).len() as u64, layer["size"]);
    let received = proxy.received.load(Ordering::SeqCst);
    assert!(received < SIZE + BREAK / 2, "{received} bytes were sent for {SIZE} bytes");
    record_fault(
        "The line to the registry passes 100 KB per second, and breaks in the middle of a layer",
        "The push continues where the connection broke.",
    );
}
