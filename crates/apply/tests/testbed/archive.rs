//! Image archives, made as Docker makes them.

use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

pub(crate) fn layer(seed: u8, size: usize) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..size).map(|_| next()).collect()
}

pub(crate) fn configuration(architecture: &str, layers: &[&[u8]]) -> Vec<u8> {
    let diffs: Vec<String> = layers.iter().map(|layer| sha256(layer)).collect();
    json!({
        "architecture": architecture, "os": "linux", "config": { "Cmd": ["/app"] },
        "rootfs": { "type": "layers", "diff_ids": diffs },
    })
    .to_string()
    .into_bytes()
}

fn put(tar: &mut tar::Builder<std::fs::File>, name: &str, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes).expect("it can be written");
}

/// An archive as `docker save` wrote it before version 25, in which a layer that comes again is a
/// link.
pub(crate) fn docker_archive_for(path: &Path, architecture: &str, tag: &str, layers: &[&[u8]]) {
    let mut tar = tar::Builder::new(std::fs::File::create(path).expect("it can be made"));
    let config = configuration(architecture, layers);
    put(&mut tar, "config.json", &config);
    let mut names: Vec<String> = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let name = format!("{index}/layer.tar");
        match layers.iter().position(|other| other == layer).filter(|first| *first < index) {
            Some(first) => {
                let mut header = tar::Header::new_gnu();
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                tar.append_link(&mut header, &name, format!("../{first}/layer.tar"))
                    .expect("it can be written");
            }
            None => put(&mut tar, &name, layer),
        }
        names.push(name);
    }
    let manifest = json!([{ "Config": "config.json", "RepoTags": [format!("shop/api:{tag}")], "Layers": names }]);
    put(&mut tar, "manifest.json", manifest.to_string().as_bytes());
    tar.into_inner().expect("it can be finished");
}

/// The same for the architecture of the testbed's node.
pub(crate) fn docker_archive(path: &Path, tag: &str, layers: &[&[u8]]) {
    docker_archive_for(path, "amd64", tag, layers);
}
