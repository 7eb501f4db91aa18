//! Archives that the libraries of other tools write.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::registry::{PASSWORD, status};
use crate::registry::{blob, docker_config, manifest};
use crate::testbed::archive::sha256;
use crate::testbed::{Run, optakit, setting};

/// Writes the archives into a folder.
fn write_archives(folder: &Path) {
    let output = Command::new(setting("OPTAKIT_TEST_ARCHIVES")).arg(folder).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).current_dir(folder).args(arguments).status();
        assert!(status.expect("the program starts").success(), "{program}");
    };
    run("tar", &["-cf", "packed.tar", "crane-layout"]);
    run("tar", &["-C", "skopeo-dir", "-cf", "skopeo-dir.tar", "."]);
    // `docker save app | gzip > app.tar.gz`
    run("gzip", &["--keep", "crane.tar", "podman.tar", "podman-oci.tar"]);
}

/// Returns the repository of a test. The registry fails if two tests push to one repository.
fn repository(folder: &Path) -> String {
    let name = folder.file_name().expect("the folder has a name").to_string_lossy();
    format!("tools/{}", name.trim_start_matches('.').to_lowercase())
}

fn push(folder: &Path, archive: &str) -> Run {
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    let config = docker_config(folder, &registry, PASSWORD);
    let to = format!("{registry}/{}", repository(folder));
    let mut command = optakit(folder);
    Run::of(command.env("DOCKER_CONFIG", config).args(["push", archive, "--to", &to]))
}

/// Asserts that the registry has a manifest with everything it refers to. Returns its platforms.
fn assert_complete(folder: &Path, digest: &str) -> Vec<String> {
    let found = manifest(&repository(folder), digest);
    if let Some(inner) = found["manifests"].as_array() {
        let digests = inner.iter().filter_map(|inner| inner["digest"].as_str());
        return digests.flat_map(|digest| assert_complete(folder, digest)).collect();
    }
    let layers = found["layers"].as_array().expect("a manifest has layers");
    for part in layers.iter().chain([&found["config"]]) {
        let digest = part["digest"].as_str().expect("a part has a digest");
        assert_eq!(sha256(&blob(&repository(folder), digest)), digest);
    }
    let config = found["config"]["digest"].as_str().expect("a manifest has a configuration");
    let config: Value = serde_json::from_slice(&blob(&repository(folder), config))
        .expect("a configuration is JSON");
    vec![config["architecture"].as_str().unwrap_or_default().to_owned()]
}

/// Returns the digest of the only image in the list of a layout.
fn only_digest(folder: &Path, layout: &str) -> String {
    let index = std::fs::read(folder.join(layout).join("index.json")).expect("the list exists");
    let index: Value = serde_json::from_slice(&index).expect("the list is JSON");
    index["manifests"][0]["digest"].as_str().expect("an entry has a digest").to_owned()
}

#[test]
fn archives_of_every_tool_are_pushed_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let folder = folder.path();
    write_archives(folder);
    let both = ["amd64", "arm64", "unknown", "unknown"].as_slice();
    for (archive, platforms) in [
        ("crane.tar", ["amd64"].as_slice()),
        ("ko.tar", &["amd64"]),
        ("crane-layout", &["amd64"]),
        ("packed.tar", &["amd64"]),
        ("ko-layout", both),
        ("list-layout", both),
        ("podman.tar", &["amd64"]),
        ("podman-oci.tar", &["amd64"]),
        ("skopeo-zstd", &["amd64"]),
        ("skopeo-zstd-chunked", &["amd64"]),
        ("skopeo-dir", &["amd64"]),
        ("skopeo-dir.tar", &["amd64"]),
        ("skopeo-dir-all", both),
        ("crane.tar.gz", &["amd64"]),
        ("podman.tar.gz", &["amd64"]),
        ("podman-oci.tar.gz", &["amd64"]),
    ] {
        let pushed = push(folder, archive).succeeds().omits("left out");
        assert_eq!(assert_complete(folder, pushed.output()), platforms, "{archive}");
    }
    for layout in ["crane-layout", "ko-layout", "skopeo-zstd", "skopeo-zstd-chunked"] {
        let pushed = push(folder, layout).succeeds();
        assert_eq!(pushed.output(), only_digest(folder, layout), "{layout} keeps its digest");
    }
    for directory in ["skopeo-dir", "skopeo-dir-all"] {
        let manifest = std::fs::read(folder.join(directory).join("manifest.json"));
        let digest = sha256(&manifest.expect("the manifest exists"));
        let pushed = push(folder, directory).succeeds();
        assert_eq!(pushed.output(), digest, "{directory} keeps its digest");
    }
}

#[test]
fn compressed_archive_that_is_cut_is_damaged() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    write_archives(folder.path());
    let bytes = std::fs::read(folder.path().join("podman.tar.gz")).expect("the archive exists");
    std::fs::write(folder.path().join("cut.tar.gz"), &bytes[..bytes.len() / 2])
        .expect("the archive can be written");
    push(folder.path(), "cut.tar.gz")
        .fails()
        .reports("cut.tar.gz is incomplete or damaged: it cannot be decompressed");
}

#[test]
fn platforms_that_are_not_in_the_archive_are_left_out_and_named() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let folder = folder.path();
    write_archives(folder);
    for archive in ["docker-containerd.tar", "nerdctl.tar"] {
        let pushed = push(folder, archive)
            .succeeds()
            .reports("not in the pushed image: linux/arm64: ")
            .reports("(linux/amd64)");
        assert_eq!(assert_complete(folder, pushed.output()), ["amd64"], "{archive}");
    }
    let manifest = only_digest(folder, "crane-layout");
    let manifest =
        folder.join("list-layout/blobs/sha256").join(manifest.trim_start_matches("sha256:"));
    let text = std::fs::read(&manifest).expect("the manifest exists");
    let config: Value = serde_json::from_slice(&text).expect("a manifest is JSON");
    let config = config["config"]["digest"].as_str().expect("a manifest has a configuration");
    let config = config.trim_start_matches("sha256:");
    std::fs::remove_file(folder.join("list-layout/blobs/sha256").join(config))
        .expect("the configuration exists");
    let pushed =
        push(folder, "list-layout").succeeds().reports("not in the pushed image: linux/amd64");
    assert_eq!(assert_complete(folder, pushed.output()), ["arm64", "unknown"]);
    std::fs::remove_file(folder.join("crane-layout/blobs/sha256").join(config))
        .expect("the configuration exists");
    push(folder, "crane-layout").fails().reports("is missing");
}

#[test]
fn what_is_not_an_image_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    write_archives(folder.path());
    for (archive, expected) in [
        ("helm-chart", "contains a Helm chart"),
        ("sbom", "contains an SBOM"),
        ("foreign-layer", "the foreign layer sha256:"),
    ] {
        push(folder.path(), archive).fails().reports(expected).omits("damaged");
    }
}

#[test]
fn layers_of_a_layout_are_hashed_before_they_are_sent() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    write_archives(folder.path());
    let found = only_digest(folder.path(), "skopeo-zstd");
    let blobs = folder.path().join("skopeo-zstd/blobs/sha256");
    let text = std::fs::read(blobs.join(found.trim_start_matches("sha256:")));
    let found: Value = serde_json::from_slice(&text.expect("it exists")).expect("it is JSON");
    let layer = found["layers"][0]["digest"].as_str().expect("a layer has a digest");
    let file = blobs.join(layer.trim_start_matches("sha256:"));
    let mut bytes = std::fs::read(&file).expect("the layer exists");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).expect("the layer can be changed");
    let registry = setting("OPTAKIT_TEST_REGISTRY");
    let config = docker_config(folder.path(), &registry, PASSWORD);
    let to = format!("{registry}/tools/changed");
    let mut command = optakit(folder.path());
    Run::of(command.env("DOCKER_CONFIG", config).args(["push", "skopeo-zstd", "--to", &to]))
        .fails()
        .reports("does not match its digest");
    assert_eq!(status("tools/changed/manifests/1"), 404);
}
