//! `optakit push` and `optakit deploy` with a real registry that accepts the tokens of ECR.

#[path = "../testbed/mod.rs"]
#[allow(dead_code, unused_imports, reason = "these tests use a part of the testbed")]
mod testbed;

mod ecr;
mod layout;
mod logins;
mod network;
mod proxy;
mod registry;
mod slow;
mod tools;

use std::io::Read;
use std::path::Path;
use std::sync::atomic::Ordering;

use layout::write_layout;
use registry::{INDEX, PASSWORD, blob, docker_config, manifest};
use serde_json::{Value, json};
use testbed::archive::{configuration, docker_archive, layer, sha256};
use testbed::{Run, Service, kubectl, optakit, record_fault, setting};

/// Pushes to a registry with the credentials of `docker login`.
fn push_to(folder: &Path, registry: &str, repository: &str) -> Run {
    let config = docker_config(folder, registry, PASSWORD);
    let to = format!("{registry}/{repository}");
    let mut command = optakit(folder);
    Run::of(command.env("DOCKER_CONFIG", config).args(["push", "app.tar", "--to", &to]))
}

#[test]
fn docker_archive_is_compressed_and_pushed_once() {
    let service = Service::new("pusher", "AUTO", "");
    let (first, second) = (vec![7; 200_000], layer(1, 5000));
    docker_archive(&service.folder().join("app.tar"), "1.4.2", &[&first, &second, &first]);
    let push =
        |options: &[&str]| service.run_alone(&[&["push", "app.tar"], options].concat()).succeeds();
    let pushed =
        push(&[]).reports("linux/amd64").reports("created      ECR repository opta-pusher-api");
    let repository = "opta-pusher-api";
    let found = manifest(repository, "1.4.2");
    assert_eq!(manifest(repository, pushed.output()), found);
    let config = found["config"]["digest"].as_str().expect("the manifest has a configuration");
    let expected = configuration("amd64", &[&first, &second, &first]);
    assert_eq!(blob(repository, config), expected);
    let layers = found["layers"].as_array().expect("a list");
    assert_eq!(layers.len(), 3);
    assert_eq!(layers[0], layers[2]);
    for (layer, content) in layers.iter().zip([&first, &second]) {
        assert_eq!(layer["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip");
        let compressed = blob(repository, layer["digest"].as_str().expect("a layer has a digest"));
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*compressed)
            .read_to_end(&mut plain)
            .expect("the layer is gzip");
        assert_eq!(&plain, content);
    }
    let again = push(&[]).omits("pushed       sha256");
    assert_eq!(again.output(), pushed.output());
    let quiet = push(&["--tag", "stable", "--quiet"]);
    assert_eq!(quiet.stderr, "");
    assert_eq!(manifest(repository, "stable"), found);
}

#[test]
fn layout_with_two_platforms_keeps_its_digest() {
    let service = Service::new("layouts", "AUTO", "");
    let digest = write_layout(&service.folder().join("layout"));
    let pushed = service
        .run_alone(&["push", "layout", "--bundle", &service.bundle()])
        .succeeds()
        .reports("linux/amd64, linux/arm64");
    assert_eq!(pushed.output(), digest);
    let index = manifest("opta-layouts-api", "2.0");
    let manifests = index["manifests"].as_array().expect("a list");
    assert_eq!(manifests.len(), 2);
    for inner in manifests {
        manifest("opta-layouts-api", inner["digest"].as_str().expect("a digest"));
    }
}

#[test]
fn push_to_another_registry_uses_the_credentials_of_docker_login() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(2, 100)]);
    let config = docker_config(folder.path(), &registry, "wrong-password");
    let to = format!("{registry}/team/app");
    let mut command = optakit(folder.path());
    command.env("DOCKER_CONFIG", config).args(["push", "app.tar", "--to", &to]);
    let rejected = Run::of(&mut command)
        .fails()
        .reports(&format!("{registry} rejects the push to `team/app`"))
        .reports(&format!("help: sign in with `docker login {registry}`"))
        .omits("compress")
        .omits("wrong-password");
    assert_eq!(rejected.stdout, "");
    push_to(folder.path(), &registry, "team/app").succeeds();
    manifest("team/app", "1");
}

#[test]
fn damaged_archive_creates_no_repository() {
    let service = Service::new("damaged", "AUTO", "");
    let archive = |name: &str| service.folder().join(name);
    docker_archive(&archive("whole.tar"), "1", &[&layer(3, 50_000)]);
    let mut changed = std::fs::read(archive("whole.tar")).expect("the archive exists");
    changed[20_000] ^= 1;
    std::fs::write(archive("changed.tar"), changed).expect("the file can be written");
    let push = |name: &str| service.run_alone(&["push", name, "--bundle", &service.bundle()]);
    push("changed.tar").fails().reports("does not match its digest").omits("created");
    push("whole.tar").succeeds().reports("created      ECR repository opta-damaged-api");
}

/// Writes broken archives. Returns each with a part of its error.
fn broken_archives(folder: &Path) -> Vec<(&'static str, &'static str)> {
    let path = |name: &str| folder.join(name);
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(path(name), bytes).expect("the file can be written");
    };
    docker_archive(&path("whole.tar"), "1", &[&layer(3, 50_000)]);
    let whole = std::fs::read(path("whole.tar")).expect("the archive exists");
    write("cut.tar", &whole[..30_000]);
    let mut changed = whole.clone();
    changed[20_000] ^= 1;
    write("changed.tar", &changed);
    write("app.tar.gz", &[0x1f, 0x8b, 8, 0, 0]);
    write("app.tar.bz2", b"BZh9");
    write("app.tar.xz", b"\xfd7zXZ\0\0\0");
    let mut zeros = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut zeros, &[0; 100_000]).expect("it is memory");
    write("zeros.tar.gz", &zeros.finish().expect("it is memory"));
    docker_archive(&path("bzip2-layer.tar"), "1", &[b"BZh91AY&SY a layer"]);
    docker_archive(&path("xz-layer.tar"), "1", &[b"\xfd7zXZ\0 a layer"]);
    write("text.tar", "not an archive\n".repeat(100).as_bytes());
    write("empty.tar", b"");
    write_layout(&path("gap"));
    let blobs = std::fs::read_dir(path("gap/blobs/sha256")).expect("the layout has blobs");
    let largest = blobs
        .map(|entry| entry.expect("the folder can be listed").path())
        .max_by_key(|path| std::fs::metadata(path).expect("the blob exists").len())
        .expect("there is a blob");
    std::fs::write(largest, "short").expect("the blob can be written");
    write_layout(&path("manifest"));
    let blobs = std::fs::read_dir(path("manifest/blobs/sha256")).expect("the layout has blobs");
    for blob in blobs.map(|entry| entry.expect("the folder can be listed").path()) {
        let bytes = std::fs::read(&blob).expect("the blob exists");
        if let Ok(text) = String::from_utf8(bytes)
            && text.contains(INDEX)
        {
            let other = text.replace("\"arm64\"", "\"arm46\"");
            std::fs::write(&blob, other).expect("the blob can be written");
        }
    }
    write_layout(&path("several"));
    let index = std::fs::read(path("several/index.json")).expect("the layout has an index");
    let mut index: Value = serde_json::from_slice(&index).expect("the index is JSON");
    let mut second = index["manifests"][0].clone();
    second["annotations"]["org.opencontainers.image.ref.name"] = json!("other");
    second["digest"] = json!(sha256(b"another image"));
    index["manifests"].as_array_mut().expect("a list").push(second);
    write("several/index.json", index.to_string().as_bytes());
    vec![
        ("missing.tar", "cannot read missing.tar"),
        ("cut.tar", "cut.tar is incomplete or damaged"),
        ("changed.tar", "does not match its digest"),
        ("app.tar.gz", "app.tar.gz is incomplete or damaged: it cannot be decompressed"),
        ("app.tar.bz2", "bunzip2 -k app.tar.bz2"),
        ("app.tar.xz", "app.tar.xz is compressed with xz, expected gzip, zstd"),
        ("zeros.tar.gz", "zeros.tar.gz is not an image archive"),
        ("bzip2-layer.tar", "has the layer 0/layer.tar, which is compressed with bzip2"),
        ("xz-layer.tar", "has the layer 0/layer.tar, which is compressed with xz"),
        ("text.tar", "text.tar is not an image archive"),
        ("empty.tar", "empty.tar is not an image archive"),
        ("gap", "has 5 of "),
        ("manifest", "does not match its content"),
        ("several", "several contains several images: 2.0, other"),
    ]
}

#[test]
fn broken_archives_are_rejected_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    // Nothing listens on this port, so a connection would fail with another message.
    let to = "127.0.0.1:1/never/made";
    for (name, expected) in broken_archives(folder.path()) {
        let mut command = optakit(folder.path());
        let code = if name == "missing.tar" { 4 } else { 1 };
        let run = Run::of(command.args(["push", name, "--to", to])).exits(code).reports(expected);
        assert_eq!(run.stdout, "", "{name}");
    }
    record_fault(
        "An image archive is incomplete, compressed, damaged or not an archive",
        "The push fails before it sends anything.",
    );
}

#[test]
fn broken_connections_are_retried() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let layers = [layer(4, 3_000_000), layer(5, 1000)];
    docker_archive(&folder.path().join("app.tar"), "1", &[&layers[0], &layers[1]]);
    let (port, broken) = proxy::breaking(2);
    let pushed = push_to(folder.path(), &format!("127.0.0.1:{port}"), "fragile/app").succeeds();
    assert_eq!(broken.load(Ordering::SeqCst), 2);
    manifest("fragile/app", pushed.output());
    record_fault(
        "The connection to the registry breaks twice during a push",
        "The push reconnects and succeeds.",
    );
}

/// Returns the actions for pushes that `optakit permissions` prints.
fn push_actions(service: &Service) -> Vec<String> {
    let printed = service.run_alone(&["permissions", &service.bundle(), "--aws"]).succeeds();
    let policy: Value = serde_json::from_str(&printed.stdout).expect("the policy is JSON");
    let statements = policy["Statement"].as_array().expect("a list");
    let push = statements.iter().find(|statement| statement["Sid"] == "Push");
    let actions = &push.expect("the policy allows pushes")["Action"];
    let actions = actions.as_array().expect("a list").iter();
    actions.map(|action| action.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn printed_push_actions_are_sufficient_and_missing_ones_are_named() {
    let service = Service::new("granted-push", "AUTO", "");
    let all = push_actions(&service);
    let push_with = |allowed: Vec<String>, seed: u8| {
        docker_archive(&service.folder().join("app.tar"), "1", &[&layer(seed, 9000)]);
        let registry = format!("127.0.0.1:{}", proxy::guarding(allowed));
        push_to(service.folder(), &registry, "guarded/app")
    };
    push_with(all.clone(), 40).succeeds();
    let mut needed = Vec::new();
    for (seed, action) in (41..).zip(&all) {
        let others = all.iter().filter(|other| *other != action).cloned().collect();
        let pushed = push_with(others, seed);
        if pushed.code != 0 {
            pushed.reports(action);
            needed.push(action.as_str());
        }
    }
    for action in [
        "ecr:BatchCheckLayerAvailability",
        "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart",
        "ecr:CompleteLayerUpload",
        "ecr:PutImage",
    ] {
        assert!(needed.contains(&action), "{action} is not needed: {needed:?}");
    }
    record_fault(
        "Each printed action for pushes is denied, one after the other",
        "The push either succeeds without the action or names it.",
    );
}

#[test]
fn deploy_runs_the_image_that_it_pushed() {
    let service = Service::new("deployer", "AUTO", "");
    docker_archive(&service.folder().join("app.tar"), "3.1", &[&layer(6, 2000)]);
    let deploy =
        |options: &[&str]| service.run("deploy", &[&["app.tar", "--yes"], options].concat());
    let deployed = deploy(&[]).succeeds();
    let image = service.image();
    let (address, digest) = image.split_once('@').expect("the image has a digest");
    assert_eq!(address, "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-deployer-api");
    manifest("opta-deployer-api", digest);
    deployed.reports(&format!("api runs opta-deployer-api@{digest}"));
    deploy(&[]).succeeds().reports("nothing to change");
    deploy(&["--skip-aws"]).exits(64).reports("optakit push --to");
    service.run_alone(&["bundle", "--quiet", "--image-tag", "9"]).succeeds();
    deploy(&[]).fails().reports("the bundle already has an image");
    kubectl(&["delete", "namespace", "deployer", "--wait=false"]);
}

#[test]
fn an_archive_is_read_from_a_pipe() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    docker_archive(&folder.path().join("app.tar"), "piped", &[&layer(71, 100_000)]);
    let config = docker_config(folder.path(), &registry, PASSWORD);
    for (name, script) in [
        ("stdin", "cat app.tar | \"$0\" push - --to \"$1\""),
        ("gzip", "gzip -c app.tar | \"$0\" push - --to \"$1\""),
        ("pipe", "\"$0\" push <(cat app.tar) --to \"$1\""),
    ] {
        let own = optakit(folder.path());
        let mut bash = std::process::Command::new("bash");
        let to = format!("{registry}/piped/{name}");
        bash.args(["-c", script]).arg(own.get_program()).arg(to).current_dir(folder.path());
        bash.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Run::of(bash.env("DOCKER_CONFIG", &config)).succeeds();
        manifest(&format!("piped/{name}"), "piped");
    }
}
