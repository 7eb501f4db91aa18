//! Values of arguments that the completion of a shell suggests.

use std::path::{Path, PathBuf};

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};
use clap_complete::engine::{PathCompleter, ValueCompleter};
use optakit_core::api::ServiceFile;

use crate::{auth, file, hint, request};

/// The endings of service files and bundles.
const ENDINGS: [&str; 3] = ["yml", "yaml", "json"];

/// Suggests service files and bundles, and the folders that may contain them.
pub(super) fn inputs() -> ArgValueCompleter {
    let files = PathCompleter::any().filter(|path| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        path.is_dir() || ending.is_some_and(|ending| ENDINGS.contains(&ending))
    });
    ArgValueCompleter::new(move |current: &std::ffi::OsStr| {
        let found = files.complete(current).into_iter();
        found.filter(|file| is_plain(&file.get_value().to_string_lossy())).collect()
    })
}

/// Suggests the environments of the service file: the one in the command line, or the one in the
/// working directory.
pub(super) fn environments() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let given = std::env::args_os().map(PathBuf::from).find(|word| is_service_file(word));
        let Some(path) = given.or_else(|| request::find(None).ok()) else { return Vec::new() };
        let Ok(text) = file::read_text(&path) else { return Vec::new() };
        let environments = ServiceFile::parse(&text.name, &text.text).environments();
        let names = environments.into_iter().map(|found| found.name).filter(|name| is_plain(name));
        names.map(CompletionCandidate::new).collect()
    })
}

fn is_service_file(word: &Path) -> bool {
    let ending = word.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("yml" | "yaml")) && word.is_file()
}

/// Suggests the contexts of the default kubeconfig.
pub(super) fn contexts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let contexts = auth::contexts().into_iter().filter(|context| is_plain(context));
        contexts.map(CompletionCandidate::new).collect()
    })
}

/// Whether a shell reads a text as one word without quotes. Shells insert candidates as they are,
/// so that a name from a file could run a command.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && hint::quoted(text) == text
}
