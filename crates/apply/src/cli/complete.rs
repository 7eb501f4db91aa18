//! Values of arguments that the completion of a shell suggests.

use std::path::{Path, PathBuf};

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};
use clap_complete::engine::{PathCompleter, ValueCompleter};
use optakit_core::api::ServiceFile;

use crate::{auth, file, request};

/// The endings of service files and bundles.
const ENDINGS: [&str; 3] = ["yml", "yaml", "json"];

/// Suggests service files and bundles, and the folders that may contain them.
pub(super) fn inputs() -> ArgValueCompleter {
    let files = PathCompleter::any().filter(|path| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        path.is_dir() || ending.is_some_and(|ending| ENDINGS.contains(&ending))
    });
    ArgValueCompleter::new(move |current: &std::ffi::OsStr| files.complete(current))
}

/// Suggests the environments of the service file: the one in the command line, or the one in the
/// working directory.
pub(super) fn environments() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let given = std::env::args_os().map(PathBuf::from).find(|word| is_service_file(word));
        let Some(path) = given.or_else(|| request::find(None).ok()) else { return Vec::new() };
        let Ok(text) = file::read_text(&path) else { return Vec::new() };
        let environments = ServiceFile::parse(&text.name, &text.text).environments();
        environments.into_iter().map(|found| CompletionCandidate::new(found.name)).collect()
    })
}

fn is_service_file(word: &Path) -> bool {
    let ending = word.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("yml" | "yaml")) && word.is_file()
}

/// Suggests the contexts of the default kubeconfig.
pub(super) fn contexts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| auth::contexts().into_iter().map(CompletionCandidate::new).collect())
}
