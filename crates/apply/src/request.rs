//! Builds the request for core: the service file, its environment files and the values file.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use optakit_core::api::{Diagnostic, Request, ServiceFile, SourceText, is_git_address};

use crate::environment_file::{EnvironmentFiles, Reading};
use crate::file::{self, FileError, STDIN};
use crate::hint;
use crate::url_password;

/// The names of the service file in a folder. Opta looked for both, in this order.
const NAMES: [&str; 2] = ["opta.yml", "opta.yaml"];

/// Returns the service file of a folder, if it has one.
pub(crate) fn service_file_in(folder: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// Returns the path of a service file: the given file, the service file of the given folder, or the
/// one in the working directory.
///
/// # Errors
///
/// Fails if there is no service file in the folder, or if the file does not exist and the folder
/// has another one.
pub(crate) fn find(given: Option<&Path>) -> Result<PathBuf, FileError> {
    let (folder, name) = match given {
        None => (Path::new(""), "this folder".to_owned()),
        Some(folder) if folder.is_dir() => (folder, folder.display().to_string()),
        Some(file) if file::is_stdin(file) || file.exists() => return Ok(file.to_owned()),
        Some(file) => {
            let other = service_file_in(file.parent().unwrap_or(Path::new("")));
            let Some(other) = other.filter(|other| is_other_ending(file, other)) else {
                return Ok(file.to_owned());
            };
            let [name, other] = [file, &other].map(|path| path.display().to_string());
            return Err(FileError::OtherEnding { name, other });
        }
    };
    service_file_in(folder).ok_or(FileError::NoServiceFile { folder: name, or: "" })
}

/// Returns the warning for a folder with `opta.yml` and `opta.yaml`; none for a file that the user
/// names.
pub(crate) fn ignored_file(given: Option<&Path>, found: &Path) -> Option<String> {
    if given.is_some_and(|given| !given.is_dir()) {
        return None;
    }
    let other = NAMES.iter().map(|name| found.with_file_name(name)).find(|other| other != found)?;
    other.is_file().then(|| {
        let (read, ignored) = (found.display(), other.display());
        format!("{read} is read, and {ignored} is ignored\n  help: delete one of them")
    })
}

/// Whether a file has the name of a service file.
pub(crate) fn is_service_file_name(name: &OsStr) -> bool {
    NAMES.iter().any(|known| name == *known)
}

/// Returns the path of a service file, which may not exist yet.
pub(crate) fn find_or_new(given: Option<&Path>) -> PathBuf {
    let default = || service_file_in(Path::new("")).unwrap_or_else(|| PathBuf::from(NAMES[0]));
    given.map_or_else(default, Path::to_owned)
}

/// Whether two paths differ only in the ending `.yml` or `.yaml`.
fn is_other_ending(file: &Path, other: &Path) -> bool {
    file.file_stem() == other.file_stem()
        && file.extension().is_some_and(|ending| ending == "yml" || ending == "yaml")
}

/// Returns the request of a service file with this text. Reads its environment files.
///
/// An environment file that cannot be read is part of the request. It becomes a diagnostic about
/// `path` in the service file.
pub(crate) fn of_text(service: &SourceText, file: &Path, reading: &Reading) -> Request {
    let files = EnvironmentFiles::of(file);
    let service = ServiceFile::parse(&service.name, &service.text);
    let mut request = Request { service, ..Request::default() };
    for environment in request.service.environments() {
        let mut replaced = reading.replaced.iter();
        let file = replaced.find(|(name, _)| *name == environment.name);
        if request.environment_files.contains_key(&environment.path) && file.is_none() {
            continue;
        }
        let text = match file {
            Some((_, file)) => read_replaced(file),
            None => files.read_or_fetch(&environment.path, reading),
        };
        request.environment_files.insert(environment.path, text);
    }
    request
}

/// Reads a file that the user named for an environment.
fn read_replaced(file: &Path) -> Result<String, String> {
    let text = file::read_text(file).map(|source| source.text);
    text.map_err(|error| format!("{}: {}", file.display(), reason(error)))
}

/// Returns the reason of an error without the name of the file.
fn reason(error: FileError) -> String {
    anyhow::Error::new(error).root_cause().to_string()
}

/// Returns the path of an environment file relative to the working directory. In the service file
/// it is relative to the service file. `--env-file` names another file.
pub(crate) fn path_from_here(request: &Request, path: &str) -> String {
    let environments = request.service.environments();
    let mut names = environments.iter().filter(|found| found.path == path);
    if let Some(file) = names.find_map(|found| hint::environment_file(&found.name)) {
        return file.display().to_string();
    }
    if is_git_address(path) {
        return path.to_owned();
    }
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

/// Whether fixes may change a file of the request: the service file, or an environment file in the
/// repository. `name` is the path in the service file.
pub(crate) fn is_fixable(request: &Request, name: &str) -> bool {
    let is_environment = request.environment_files.contains_key(name);
    name == request.service.name() || is_environment && !environment_files(request).is_outside(name)
}

/// Prepares diagnostics for people: changes their file names to paths relative to the working
/// directory, and hides passwords in URLs and the content of environment files outside the
/// repository.
pub(crate) fn for_people(request: &Request, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_environment = |file: &String| request.environment_files.contains_key(file);
    let files = environment_files(request);
    for diagnostic in &mut diagnostics {
        let quotes = |file: &String| is_environment(file) && files.is_outside(file);
        let label = diagnostic.label.as_ref();
        if quotes(&diagnostic.file) || label.is_some_and(|label| quotes(&label.file)) {
            hide_content(diagnostic);
        }
        hide_passwords(diagnostic);
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

/// Hides passwords in URLs, which a message may quote. Fixes are written to the file, so they stay.
fn hide_passwords(diagnostic: &mut Diagnostic) {
    let hide = |text: &mut String| *text = url_password::hide(text).into_owned();
    hide(&mut diagnostic.message);
    diagnostic.help.as_mut().map(hide);
    if let Some(label) = &mut diagnostic.label {
        hide(&mut label.message);
    }
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
