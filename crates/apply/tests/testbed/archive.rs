//! Image archives in the format of `docker save`.

use std::fs::File;
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

/// Returns the digest of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Returns the bytes of a layer. They cannot be compressed.
pub(crate) fn layer(seed: u8, size: usize) -> Vec<u8> {
    // A linear congruential generator.
    let mut state = u32::from(seed) + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..size).map(|_| next()).collect()
}

/// Returns the configuration of an image.
pub(crate) fn configuration(architecture: &str, layers: &[&[u8]]) -> Vec<u8> {
    let digests: Vec<String> = layers.iter().map(|layer| sha256(layer)).collect();
    json!({
        "architecture": architecture,
        "os": "linux",
        "config": { "Cmd": ["/app"] },
        "rootfs": { "type": "layers", "diff_ids": digests },
    })
    .to_string()
    .into_bytes()
}

fn append(tar: &mut tar::Builder<File>, name: &str, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes).expect("the entry can be written");
}

fn append_link(tar: &mut tar::Builder<File>, name: &str, target: &str) {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, name, target).expect("the link can be written");
}

/// Writes an archive as `docker save` did before version 25: a repeated layer is a link.
pub(crate) fn docker_archive_for(path: &Path, architecture: &str, tag: &str, layers: &[&[u8]]) {
    let mut tar = tar::Builder::new(File::create(path).expect("the archive can be created"));
    append(&mut tar, "config.json", &configuration(architecture, layers));
    let mut names: Vec<String> = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let name = format!("{index}/layer.tar");
        match layers[..index].iter().position(|other| other == layer) {
            Some(first) => append_link(&mut tar, &name, &format!("../{first}/layer.tar")),
            None => append(&mut tar, &name, layer),
        }
        names.push(name);
    }
    let image = json!({
        "Config": "config.json",
        "RepoTags": [format!("shop/api:{tag}")],
        "Layers": names,
    });
    append(&mut tar, "manifest.json", json!([image]).to_string().as_bytes());
    tar.into_inner().expect("the archive can be finished");
}

/// Writes an archive for the architecture of the testbed's node.
pub(crate) fn docker_archive(path: &Path, tag: &str, layers: &[&[u8]]) {
    docker_archive_for(path, "amd64", tag, layers);
}
