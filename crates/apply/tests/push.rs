//! `optakit push` and `optakit deploy` against a real registry that takes ECR's tokens.
#[allow(dead_code, reason = "these tests need a part of it")]
mod testbed;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use testbed::archive::{configuration, docker_archive, layer, sha256};
use testbed::{Service, get, held, kubectl, optakit, setting};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// An OCI layout in a folder, for two platforms. Returns the digest of its index.
fn layout(folder: &Path) -> String {
    std::fs::create_dir_all(folder.join("blobs/sha256")).expect("it can be made");
    let put = |bytes: &[u8]| {
        let digest = sha256(bytes);
        std::fs::write(folder.join("blobs/sha256").join(&digest[7..]), bytes)
            .expect("it can be written");
        (digest, bytes.len())
    };
    let descriptor = |media_type: &str, (digest, size): (String, usize)| json!({"mediaType": media_type, "digest": digest, "size": size});
    let manifests = ["amd64", "arm64"].map(|architecture| {
        let layer = layer(architecture.len() as u8 + architecture.as_bytes()[1], 3000);
        let config = descriptor(
            "application/vnd.oci.image.config.v1+json",
            put(&configuration(architecture, &[&layer])),
        );
        let layer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip", put(&layer));
        let manifest =
            json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]})
                .to_string();
        let mut descriptor = descriptor(MANIFEST, put(manifest.as_bytes()));
        descriptor["platform"] = json!({"os": "linux", "architecture": architecture});
        descriptor
    });
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).to_string();
    let root = put(index.as_bytes());
    let digest = root.0.clone();
    let mut root = descriptor(INDEX, root);
    root["annotations"] = json!({"org.opencontainers.image.ref.name": "2.0"});
    let index = json!({"schemaVersion": 2, "manifests": [root]});
    std::fs::write(folder.join("index.json"), index.to_string()).expect("it can be written");
    std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#)
        .expect("it can be written");
    digest
}

/// What the registry answers: the status and the body.
fn registry(path: &str) -> (u32, Vec<u8>) {
    let output = Command::new("curl")
        .args([
            "-sS",
            "-u",
            "AWS:123456789012-auth-token",
            "-H",
            &format!("Accept: {MANIFEST}, {INDEX}"),
            "-w",
            "\n%{http_code}",
        ])
        .arg(format!("http://{}/v2/{path}", setting("OPTAKIT_TEST_REGISTRY")))
        .output()
        .expect("curl starts");
    let mut body = output.stdout;
    let at = body.iter().rposition(|byte| *byte == b'\n').expect("there is a status");
    let status = String::from_utf8_lossy(&body[at + 1..]).parse().expect("a number");
    body.truncate(at);
    (status, body)
}

fn manifest(repository: &str, reference: &str) -> Value {
    let (status, body) = registry(&format!("{repository}/manifests/{reference}"));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("it is JSON")
}

struct Push {
    code: i32,
    digest: String,
    said: String,
}

fn push(folder: &Path, arguments: &[&str]) -> Push {
    run(optakit(folder).arg("push").args(arguments))
}

fn run(command: &mut Command) -> Push {
    let output = command.output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Push {
        code: output.status.code().expect("it exits"),
        digest: text(&output.stdout).trim_end().to_owned(),
        said: text(&output.stderr),
    }
}

#[test]
fn a_docker_archive_goes_to_ecr_compressed_and_only_once() {
    let service = Service::new("pusher", "AUTO", "");
    let folder = service.folder.path();
    let (first, second) = (vec![7; 200_000], layer(1, 5000));
    docker_archive(&folder.join("app.tar"), "1.4.2", &[&first, &second, &first]);
    let pushed = push(folder, &["app.tar"]);
    assert_eq!(pushed.code, 0, "{}", pushed.said);
    let found = manifest("opta-pusher-api", "1.4.2");
    assert_eq!(manifest("opta-pusher-api", &pushed.digest), found);
    let layers = found["layers"].as_array().expect("a list");
    assert_eq!(layers.len(), 3);
    assert_eq!(layers[0], layers[2]);
    let (_, config) = registry(&format!(
        "opta-pusher-api/blobs/{}",
        found["config"]["digest"].as_str().expect("text")
    ));
    assert_eq!(config, configuration("amd64", &[&first, &second, &first]));
    for (layer, content) in layers.iter().zip([&first, &second]) {
        assert_eq!(layer["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip");
        let (_, blob) =
            registry(&format!("opta-pusher-api/blobs/{}", layer["digest"].as_str().expect("text")));
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*blob).read_to_end(&mut plain).expect("it is gzip");
        assert_eq!(&plain, content);
    }
    assert!(
        pushed.said.contains("linux/amd64")
            && pushed.said.contains("created  ECR repository opta-pusher-api"),
        "{}",
        pushed.said
    );
    let again = push(folder, &["app.tar"]);
    assert_eq!((again.code, &again.digest), (0, &pushed.digest), "{}", again.said);
    assert!(!again.said.contains("pushed   sha256"), "nothing is sent again: {}", again.said);
    let other = push(folder, &["app.tar", "--tag", "stable", "--quiet"]);
    assert_eq!((other.code, other.said.as_str()), (0, ""));
    assert_eq!(manifest("opta-pusher-api", "stable"), found);
}

#[test]
fn a_layout_of_two_platforms_keeps_its_digest() {
    let service = Service::new("layouts", "AUTO", "");
    let digest = layout(&service.folder.path().join("layout"));
    let pushed = push(service.folder.path(), &["layout", "--bundle", &service.bundle()]);
    assert_eq!((pushed.code, &pushed.digest), (0, &digest), "{}", pushed.said);
    assert!(pushed.said.contains("linux/amd64, linux/arm64"), "{}", pushed.said);
    let index = manifest("opta-layouts-api", "2.0");
    assert_eq!(index["manifests"].as_array().expect("a list").len(), 2);
    for inner in index["manifests"].as_array().expect("a list") {
        manifest("opta-layouts-api", inner["digest"].as_str().expect("text"));
    }
}

/// A folder with Docker's configuration for the registry of the testbed.
fn docker_config(folder: &Path, registry: &str, password: &str) -> PathBuf {
    use base64::Engine;
    let auth = base64::engine::general_purpose::STANDARD.encode(format!("AWS:{password}"));
    let config = folder.join("docker");
    std::fs::create_dir_all(&config).expect("it can be made");
    std::fs::write(
        config.join("config.json"),
        json!({"auths": {registry: {"auth": auth}}}).to_string(),
    )
    .expect("it can be written");
    config
}

#[test]
fn another_registry_takes_the_credentials_of_docker_login() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(2, 100)]);
    let to = format!("{registry}/team/app");
    let with = |config: PathBuf| {
        run(optakit(folder.path())
            .env("DOCKER_CONFIG", config)
            .args(["push", "app.tar", "--to", &to]))
    };
    let refused = with(docker_config(folder.path(), &registry, "wrong-password"));
    assert_eq!((refused.code, refused.digest.as_str()), (1, ""));
    assert!(
        refused.said.contains(&format!("{registry} does not let us push to `team/app`")),
        "{}",
        refused.said
    );
    assert!(!refused.said.contains("wrong-password"), "{}", refused.said);
    let pushed = with(docker_config(folder.path(), &registry, "123456789012-auth-token"));
    assert_eq!(pushed.code, 0, "{}", pushed.said);
    manifest("team/app", "1");
}

#[test]
fn what_is_no_whole_image_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    docker_archive(&path("whole.tar"), "1", &[&layer(3, 50_000)]);
    let whole = std::fs::read(path("whole.tar")).expect("it is there");
    std::fs::write(path("cut.tar"), &whole[..30_000]).expect("it can be written");
    let mut changed = whole.clone();
    changed[20_000] ^= 1;
    std::fs::write(path("changed.tar"), changed).expect("it can be written");
    std::fs::write(path("app.tar.gz"), [0x1f, 0x8b, 8, 0, 0]).expect("it can be written");
    std::fs::write(path("text.tar"), "no archive at all\n".repeat(100)).expect("it can be written");
    std::fs::write(path("empty.tar"), "").expect("it can be written");
    layout(&path("gap"));
    let blob = std::fs::read_dir(path("gap/blobs/sha256"))
        .expect("it is there")
        .map(|entry| entry.expect("listed").path());
    let largest = blob
        .max_by_key(|path| std::fs::metadata(path).expect("there").len())
        .expect("there is one");
    std::fs::write(largest, "short").expect("it can be written");
    layout(&path("several"));
    let mut index: Value =
        serde_json::from_slice(&std::fs::read(path("several/index.json")).expect("there"))
            .expect("it is JSON");
    let mut second = index["manifests"][0].clone();
    second["annotations"]["org.opencontainers.image.ref.name"] = json!("other");
    index["manifests"].as_array_mut().expect("a list").push(second);
    std::fs::write(path("several/index.json"), index.to_string()).expect("it can be written");
    let to = format!("{}/never/made", setting("OPTAKIT_TEST_REGISTRY"));
    for (name, says) in [
        ("nothing.tar", "cannot read nothing.tar"),
        ("cut.tar", "cut.tar is broken off or damaged"),
        ("changed.tar", "is not what its configuration says"),
        ("app.tar.gz", "gunzip -k app.tar.gz"),
        ("text.tar", "text.tar is no image archive"),
        ("empty.tar", "empty.tar is no image archive"),
        ("gap", "has 5 of "),
        ("several", "several holds several images: 2.0, other; say which with `--image NAME`"),
    ] {
        let pushed = push(folder.path(), &[name, "--to", &to]);
        assert_eq!((pushed.code, pushed.digest.as_str()), (1, ""), "{name}: {}", pushed.said);
        assert!(pushed.said.contains(says), "{name}: {}", pushed.said);
    }
    assert_eq!(registry("never/made/manifests/1").0, 404);
    held(
        "an image file that is cut short, or whose digests are wrong",
        "refused before anything is sent",
    );
}

/// A way to the registry that breaks the first connections on which much is sent.
fn breaking_proxy(breaks: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has one").port();
    let broken = Arc::new(AtomicUsize::new(0));
    let count = broken.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server =
                TcpStream::connect(setting("OPTAKIT_TEST_REGISTRY")).expect("the registry listens");
            let count = count.clone();
            let (mut answers, mut back) =
                (server.try_clone().expect("it can be"), client.try_clone().expect("it can be"));
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut answers, &mut back);
            });
            std::thread::spawn(move || {
                let (mut client, mut server, mut sent) = (client, server, 0);
                let mut buffer = [0; 8192];
                while let Ok(read @ 1..) = client.read(&mut buffer) {
                    sent += read;
                    if sent > 100_000
                        && count
                            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| {
                                (n < breaks).then_some(n + 1)
                            })
                            .is_ok()
                    {
                        let _ = client.shutdown(std::net::Shutdown::Both);
                        let _ = server.shutdown(std::net::Shutdown::Both);
                        return;
                    }
                    if server.write_all(&buffer[..read]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, broken)
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    docker_archive(&folder.path().join("app.tar"), "1", &[&layer(4, 3_000_000), &layer(5, 1000)]);
    let (port, broken) = breaking_proxy(2);
    let registry = format!("127.0.0.1:{port}");
    let config = docker_config(folder.path(), &registry, "123456789012-auth-token");
    let to = format!("{registry}/fragile/app");
    let pushed = run(optakit(folder.path())
        .env("DOCKER_CONFIG", config)
        .args(["push", "app.tar", "--to", &to]));
    assert_eq!(pushed.code, 0, "{}", pushed.said);
    assert_eq!(broken.load(Ordering::SeqCst), 2);
    assert!(pushed.said.contains("again    sha256:"), "{}", pushed.said);
    manifest("fragile/app", &pushed.digest);
    held(
        "the connection to the registry breaks in the middle of a push",
        "made again; whole layers are not sent twice",
    );
}

/// The actions of ECR that a request to its registry needs
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html>).
fn actions(method: &str, path: &str) -> &'static [&'static str] {
    let is_manifest = path.contains("/manifests/");
    match method {
        "POST" => &["ecr:InitiateLayerUpload"],
        "PATCH" => &["ecr:UploadLayerPart"],
        "PUT" if is_manifest => &["ecr:PutImage"],
        // Here it carries the whole layer.
        "PUT" => &["ecr:UploadLayerPart", "ecr:CompleteLayerUpload"],
        "GET" | "HEAD" if is_manifest => &["ecr:BatchGetImage"],
        "HEAD" if path.contains("/blobs/sha256:") => &["ecr:BatchCheckLayerAvailability"],
        "GET" if path.contains("/blobs/sha256:") => &["ecr:GetDownloadUrlForLayer"],
        _ => &[],
    }
}

/// A way to the registry that refuses, as ECR does, what `allowed` does not name. One request a
/// connection.
fn guarding_proxy(allowed: Vec<String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has one").port();
    let guard = move |mut client: TcpStream| -> std::io::Result<()> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte)? == 1 {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if let Some(action) = actions(method, path)
            .iter()
            .find(|action| !allowed.iter().any(|known| known == *action))
        {
            let message = format!(
                "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: {action} on resource: opta"
            );
            let body = json!({"errors": [{"code": "DENIED", "message": message}]}).to_string();
            let body = if method == "HEAD" { String::new() } else { body };
            let answer = format!(
                "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            client.write_all(answer.as_bytes())?;
            // What is still on its way is taken, else the answer is lost with the connection.
            client.shutdown(std::net::Shutdown::Write)?;
            return std::io::copy(&mut client, &mut std::io::sink()).map(drop);
        }
        let mut server = TcpStream::connect(setting("OPTAKIT_TEST_REGISTRY"))?;
        server.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
        let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
        std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        std::io::copy(&mut server, &mut client)?;
        client.shutdown(std::net::Shutdown::Both)
    };
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let guard = guard.clone();
            std::thread::spawn(move || guard(client));
        }
    });
    port
}

#[test]
fn the_actions_to_push_are_enough_and_what_is_missing_is_named() {
    let service = Service::new("granted-push", "AUTO", "");
    let folder = service.folder.path();
    let output = optakit(folder)
        .args(["permissions", &service.bundle(), "--aws"])
        .output()
        .expect("it starts");
    let policy: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let push = policy["Statement"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|statement| statement["Sid"] == "Push");
    let actions = push.expect("there is one")["Action"].as_array().expect("a list").iter();
    let all: Vec<String> =
        actions.map(|action| action.as_str().expect("text").to_owned()).collect();
    let run_with = |allowed: Vec<String>, seed: u8| {
        docker_archive(&folder.join("app.tar"), "1", &[&layer(seed, 9000)]);
        let registry = format!("127.0.0.1:{}", guarding_proxy(allowed));
        let config = docker_config(folder, &registry, "123456789012-auth-token");
        let to = format!("{registry}/guarded/app");
        run(optakit(folder).env("DOCKER_CONFIG", config).args(["push", "app.tar", "--to", &to]))
    };
    let pushed = run_with(all.clone(), 40);
    assert_eq!(pushed.code, 0, "{}", pushed.said);
    let mut named = Vec::new();
    for (seed, action) in (41..).zip(&all) {
        let pushed = run_with(all.iter().filter(|other| *other != action).cloned().collect(), seed);
        if pushed.code != 0 {
            assert!(pushed.said.contains(action.as_str()), "without {action}: {}", pushed.said);
            named.push(action.as_str());
        }
    }
    for action in [
        "ecr:BatchCheckLayerAvailability",
        "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart",
        "ecr:CompleteLayerUpload",
        "ecr:PutImage",
    ] {
        assert!(named.contains(&action), "{action} is not missed: {named:?}");
    }
    held("each action to push is taken away", "the push works without it, or names it");
}

#[test]
fn deploy_pushes_and_runs_what_it_pushed() {
    let service = Service::new("deployer", "AUTO", "");
    docker_archive(&service.folder.path().join("app.tar"), "3.1", &[&layer(6, 2000)]);
    let deploy = |arguments: &[&str]| {
        let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
        let mut command = optakit(service.folder.path());
        run(command
            .args(["deploy", &service.bundle(), "app.tar", "--yes", "--kubeconfig", &kubeconfig])
            .args(arguments))
    };
    let deployed = deploy(&[]);
    assert_eq!(deployed.code, 0, "{}", deployed.said);
    let image =
        get(&["-n", "deployer", "deployment", "-l", "app.kubernetes.io/managed-by=optakit"]);
    let image = image["items"][0]["spec"]["template"]["spec"]["containers"][0]["image"]
        .as_str()
        .expect("text")
        .to_owned();
    let (address, digest) = image.split_once('@').expect("by digest");
    assert_eq!(address, "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-deployer-api");
    manifest("opta-deployer-api", digest);
    let again = deploy(&[]);
    assert_eq!(again.code, 0, "{}", again.said);
    assert!(again.said.contains("nothing to change"), "{}", again.said);
    let alone = deploy(&["--skip-aws"]);
    assert_eq!(alone.code, 1);
    assert!(alone.said.contains("optakit push --to"), "{}", alone.said);
    let bundled = optakit(service.folder.path())
        .args(["bundle", "--quiet", "--image-tag", "9"])
        .output()
        .expect("it starts");
    assert!(bundled.status.success());
    let fixed = deploy(&[]);
    assert!(
        fixed.code == 1 && fixed.said.contains("the bundle already says which image runs"),
        "{}",
        fixed.said
    );
    kubectl(&["delete", "namespace", "deployer", "--wait=false"]);
}
