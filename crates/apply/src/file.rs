//! Reads text files.

use std::io::{Error, ErrorKind, Read};
use std::path::Path;

use optakit_core::api::SourceText;

/// The size of the largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The name of standard input in messages.
pub(crate) const STDIN: &str = "<stdin>";

/// The reason why a file or a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("cannot read {name}")]
    Read {
        name: String,
        #[source]
        error: Error,
    },
    #[error("cannot list {name}")]
    List {
        name: String,
        #[source]
        error: Error,
    },
    #[error("{name} does not exist\n  help: did you mean {other}?")]
    OtherEnding { name: String, other: String },
    #[error("there is no opta.yml or opta.yaml in {folder}\n  help: name a service file{or}")]
    NoServiceFile { folder: String, or: &'static str },
    #[error("{name} is UTF-16, expected UTF-8\n  help: save it as UTF-8 in your editor")]
    Utf16 { name: String },
    #[error("{name} is not UTF-8: line {line} contains the byte 0x{byte:02x}")]
    NotUtf8 { name: String, line: usize, byte: u8 },
}

/// Whether a path means standard input: `-`.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file, or standard input for `-`. Returns its name in messages and its content.
///
/// # Errors
///
/// Fails if the file cannot be read, or is too large. The message names the file.
pub(crate) fn read(path: &Path) -> Result<(String, Vec<u8>), FileError> {
    let name = if is_stdin(path) { STDIN.to_owned() } else { path.display().to_string() };
    match read_bytes(path) {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(FileError::Read { name, error }),
    }
}

/// Reads a text file, or standard input for `-`.
///
/// # Errors
///
/// Fails if the file cannot be read, is too large, or is not UTF-8. The message names the file.
pub(crate) fn read_text(path: &Path) -> Result<SourceText, FileError> {
    let (name, bytes) = read(path)?;
    if let Some(text) = from_utf16(&bytes) {
        return Ok(SourceText { name, text });
    }
    let text = utf8(&name, bytes)?;
    Ok(SourceText { name, text })
}

/// Decodes the bytes of a file.
///
/// # Errors
///
/// Fails if the bytes are not UTF-8. The message names the file.
pub(crate) fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, FileError> {
    if from_utf16(&bytes).is_some() {
        return Err(FileError::Utf16 { name: name.to_owned() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        FileError::NotUtf8 { name: name.to_owned(), line, byte: bytes[at] }
    })
}

/// Decodes UTF-16 with a byte order mark, as Windows PowerShell writes it.
fn from_utf16(bytes: &[u8]) -> Option<String> {
    let (decode, bytes): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xff, 0xfe, rest @ ..] => (u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => (u16::from_be_bytes, rest),
        _ => return None,
    };
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| decode(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| odd.is_empty())
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    if is_stdin(path) {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
        }
        bytes.reserve(usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or_default() + 1);
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        let problem = format!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024);
        return Err(Error::new(ErrorKind::FileTooLarge, problem));
    }
    Ok(bytes)
}

/// Returns the names of the files of a folder, sorted.
///
/// # Errors
///
/// Fails if the folder cannot be listed. The message names the folder.
pub(crate) fn names_in(folder: &Path) -> Result<Vec<String>, FileError> {
    let list = || -> Result<Vec<String>, Error> {
        let entries = std::fs::read_dir(folder)?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<Result<Vec<String>, Error>>()?;
        names.sort();
        Ok(names)
    };
    list().map_err(|error| FileError::List { name: folder.display().to_string(), error })
}
