//! Builds the request for core: the service file, its environment files and the values file.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use optakit_core::api::{Choices, Diagnostic, Request, ServiceFile};

use crate::environment_file::{EnvironmentFiles, Outside};
use crate::file::{STDIN, read_text};

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
    outside: Outside,
) -> anyhow::Result<Request> {
    let service = read_text(file)?;
    let files = EnvironmentFiles::of(file);
    let service = ServiceFile::parse(&service.name, &service.text);
    let mut request = Request { service, choices, ..Request::default() };
    let paths: BTreeSet<String> =
        request.service.environments().into_iter().map(|environment| environment.path).collect();
    let read = |path: String| {
        let text = files.read(&path, outside);
        (path, text)
    };
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

/// Prepares diagnostics for people: changes their file names to paths relative to the working
/// directory, and hides the content of environment files outside the repository.
pub(crate) fn for_people(request: &Request, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_environment = |file: &String| request.environment_files.contains_key(file);
    let files = environment_files(request);
    for diagnostic in &mut diagnostics {
        let quotes = |file: &String| is_environment(file) && files.is_outside(file);
        let label = diagnostic.label.as_ref();
        if quotes(&diagnostic.file) || label.is_some_and(|label| quotes(&label.file)) {
            hide_content(diagnostic);
        }
        let rename = |file: &mut String| {
            if is_environment(file) {
                *file = path_from_here(request, file);
            }
        };
        rename(&mut diagnostic.file);
        if let Some(label) = &mut diagnostic.label {
            rename(&mut label.file);
        }
    }
    diagnostics
}

/// Removes everything from a diagnostic that may quote its file.
fn hide_content(diagnostic: &mut Diagnostic) {
    diagnostic.confidential = true;
    diagnostic.message =
        "the environment file has an error; its content is not shown, because it is outside the \
         repository"
            .to_owned();
    diagnostic.help = None;
    diagnostic.label = None;
    diagnostic.fixes.clear();
}

fn environment_files(request: &Request) -> EnvironmentFiles {
    let name = request.service.name();
    EnvironmentFiles::of(Path::new(if name == STDIN { "-" } else { name }))
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
