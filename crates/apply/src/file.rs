//! Reads text files.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use optakit_core::api::SourceText;

/// The size of the largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The name of standard input in messages.
pub(crate) const STDIN: &str = "<stdin>";

/// Whether a path means standard input: `-`.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a text file, or standard input for `-`.
///
/// # Errors
///
/// Fails if the file cannot be read, is too large, or is not UTF-8. The message names the file.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<SourceText> {
    let name = if is_stdin(path) { STDIN.to_owned() } else { path.display().to_string() };
    let bytes = read_bytes(path).with_context(|| format!("cannot read {name}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("{name} is not UTF-8: line {line} contains the byte 0x{:02x}", bytes[at])
    })?;
    Ok(SourceText { name, text })
}

fn read_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if is_stdin(path) {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            bail!("it is a folder");
        }
        bytes.reserve(usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or_default() + 1);
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        bail!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024);
    }
    Ok(bytes)
}

/// Returns the names of the files of a folder, sorted.
///
/// # Errors
///
/// Fails if the folder cannot be listed. The message names the folder.
pub(crate) fn names_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let list = || -> std::io::Result<Vec<String>> {
        let entries = std::fs::read_dir(folder)?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<std::io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names)
    };
    list().with_context(|| format!("cannot list {}", folder.display()))
}
