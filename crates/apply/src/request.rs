//! Builds the request for core: the service file, its environment files and the values file.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use optakit_core::api::{Choices, Diagnostic, Request, ServiceFile};

use crate::file::{is_stdin, read_text};

/// Reads a service file, its environment files and the values file.
///
/// An environment file that cannot be read is part of the request. It becomes a diagnostic about
/// `path` in the service file.
///
/// # Errors
///
/// Fails if the service file or the values file cannot be read.
pub(crate) fn read(
    file: &Path,
    values: Option<&PathBuf>,
    choices: Choices,
) -> anyhow::Result<Request> {
    let service = read_text(file)?;
    let folder =
        if is_stdin(file) { Path::new("") } else { file.parent().unwrap_or(Path::new("")) };
    let read = |path: String| {
        let text = read_text(&folder.join(&path)).map(|source| source.text);
        // The diagnostic already names the file.
        let text = text.map_err(|error| error.root_cause().to_string());
        (path, text)
    };
    let service = ServiceFile::parse(&service.name, &service.text);
    let mut request = Request { service, choices, ..Request::default() };
    let paths: BTreeSet<String> =
        request.service.environments().into_iter().map(|environment| environment.path).collect();
    request.environment_files = paths.into_iter().map(read).collect();
    request.values = values.map(|values| read_text(values)).transpose()?;
    Ok(request)
}

/// Returns the path of an environment file relative to the working directory. In the service file
/// it is relative to the service file.
fn path_from_here(request: &Request, path: &str) -> String {
    let folder = Path::new(request.service.name()).parent().unwrap_or(Path::new(""));
    let mut name = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(name.components().next_back(), Some(Component::Normal(_))) =>
            {
                name.pop();
            }
            other => name.push(other),
        }
    }
    name.display().to_string()
}

/// Changes the file names of diagnostics to paths relative to the working directory.
pub(crate) fn with_paths_from_here(
    request: &Request,
    mut diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let rename = |file: &mut String| {
        if request.environment_files.contains_key(&*file) {
            *file = path_from_here(request, file);
        }
    };
    for diagnostic in &mut diagnostics {
        rename(&mut diagnostic.file);
        if let Some(label) = &mut diagnostic.label {
            rename(&mut label.file);
        }
    }
    diagnostics
}

/// Returns the text of a file of the request by its path relative to the working directory.
pub(crate) fn text_of<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    if name == request.service.name() {
        return Some(request.service.text());
    }
    let environment =
        request.environment_files.iter().find(|(path, _)| path_from_here(request, path) == name);
    environment.and_then(|(_, text)| text.as_deref().ok())
}
