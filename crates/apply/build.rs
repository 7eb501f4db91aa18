//! Two things of the binary that are made when it is built: how it is linked, and the page that
//! `optakit edit` serves.

use std::io::Write;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    link();
    embed_page();
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The release binary of Linux is linked to a fixed address, as those of Go are: moving 28,000
/// addresses at each start costs as long as rendering does. See ARCHITECTURE.md, "Start of the
/// process".
fn link() {
    if variable("PROFILE") == "release"
        && variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_ENV") == "gnu"
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

/// Packs the built page (`make page`) into the binary; a binary that is built without it says so
/// when it is asked for it.
fn embed_page() {
    let dist = Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../dist");
    // Of a folder that is not there Cargo would build again each time.
    let watched = if dist.is_dir() { dist.clone() } else { dist.join("..").join("index.html") };
    println!("cargo::rerun-if-changed={}", watched.display());
    let out = variable("OUT_DIR");
    let mut list = String::from("&[\n");
    let mut names: Vec<_> = std::fs::read_dir(&dist)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    names.sort();
    // Served from the machine itself, the page needs no worker to go on without a network.
    for path in names.iter().filter(|path| path.is_file() && !path.ends_with("offline.js")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let packed = format!("{out}/{name}.gz");
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer
            .write_all(&std::fs::read(path).expect("the page can be read"))
            .expect("it is packed in memory");
        std::fs::write(&packed, writer.finish().expect("it is packed in memory"))
            .expect("the output folder can be written");
        list.push_str(&format!("    ({name:?}, include_bytes!({packed:?})),\n"));
    }
    list.push(']');
    std::fs::write(format!("{out}/page.rs"), list).expect("the output folder can be written");
}
