//! Sets how the release binary is linked, and adds the editor page of `optakit edit` to the
//! binary.

use std::io::Write;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    link();
    embed_page();
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Links the release binary for Linux to a fixed address. Relocating 28,000 addresses at each
/// start would take as long as rendering. See ARCHITECTURE.md.
fn link() {
    if variable("PROFILE") == "release"
        && variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_ENV") == "gnu"
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

/// Compresses the built page (`make page`) and adds it to the binary. Without a built page the
/// binary has none, and `optakit edit` reports that.
fn embed_page() {
    let dist = Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../dist");
    // Cargo would always rebuild if the watched folder did not exist.
    let watched = if dist.is_dir() { dist.clone() } else { dist.join("..").join("index.html") };
    println!("cargo::rerun-if-changed={}", watched.display());
    let out = variable("OUT_DIR");
    let mut list = String::from("&[\n");
    for path in page_files(&dist) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let packed = format!("{out}/{name}.gz");
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let written = writer.write_all(&std::fs::read(&path).expect("the page can be read"));
        written.expect("writing to memory does not fail");
        let bytes = writer.finish().expect("writing to memory does not fail");
        std::fs::write(&packed, bytes).expect("the output folder can be written");
        list.push_str(&format!("    ({name:?}, include_bytes!({packed:?})),\n"));
    }
    list.push(']');
    std::fs::write(format!("{out}/page.rs"), list).expect("the output folder can be written");
}

/// Returns the files of the page. The service worker is left out: a local page does not need to
/// work offline.
fn page_files(dist: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dist).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && !path.ends_with("offline.js"))
        .collect();
    files.sort();
    files
}
