//! Finds the environment of a request.

use super::places::Places;
use super::request::Request;
use crate::diagnostic::Diagnostic;
use crate::model::environment::{Environment, EnvironmentFile};
use crate::model::layer::{EnvironmentEntry, Layer};
use crate::model::module::Header;
use crate::quote::quoted;
use crate::resolve::{self, LayerFile};
use crate::source::{Source, SourceText};
use crate::span::FileId;

/// Reads the environment of an entry from its file, and returns it with that file.
///
/// If the file is missing, only the name of the environment is known. If the service file has no
/// environments, it may describe one itself.
pub(super) fn read_environment(
    request: &Request,
    layer: &LayerFile,
    entry: Option<&EnvironmentEntry>,
    diagnostics: &mut Vec<Diagnostic>,
    places: &mut Places,
) -> (Environment, Option<SourceText>) {
    let Some(entry) = entry else {
        let layer_with_environment = layer.layer.as_ref().filter(|_| layer.environments.is_empty());
        let environment =
            layer_with_environment.map(|found| own_environment(found, &layer.modules));
        return (environment.unwrap_or_default(), None);
    };
    let name = entry.name.as_ref().map(|name| name.value.as_str().to_owned()).unwrap_or_default();
    let only_name = Environment { name: name.clone(), ..Environment::default() };
    let Some(path) = &entry.path else { return (only_name, None) };
    match request.environment_files.get(path.value.as_str()) {
        None => (only_name, None),
        Some(Err(reason)) => {
            diagnostics.push(unreadable(layer, entry, reason));
            (only_name, None)
        }
        Some(Ok(text)) => {
            let source = Source::new(FileId::Environment, path.value.as_str(), &**text);
            let (mut environment, mut found) = resolve::environment_file(&source);
            diagnostics.append(&mut found);
            places.push(source);
            if environment.name.is_empty() {
                environment.name = name;
            } else if let Some(written) = entry.name.as_ref().filter(|_| environment.name != name) {
                diagnostics.push(resolve::differing_name(written, &environment.name, layer, entry));
            }
            let file = SourceText { name: path.value.as_str().to_owned(), text: text.clone() };
            (environment, Some(file))
        }
    }
}

/// Reports an environment file that cannot be read.
fn unreadable(layer: &LayerFile, entry: &EnvironmentEntry, reason: &str) -> Diagnostic {
    let path = entry.path.as_ref().expect("only an entry with a path has a file");
    let message = format!("cannot read environment file {}: {reason}", quoted(path.value.as_str()));
    let document_path = format!("{}.path", layer.path_of(entry));
    Diagnostic::new(&resolve::ENVIRONMENT_FILE_UNREADABLE, path.span, document_path, message).help(
        if resolve::is_git_address(path.value.as_str()) {
            "clone the repository, and name its file with `--env-file` or a relative path"
        } else {
            "use a path relative to the service file"
        },
    )
}

/// Returns the environment that a service file describes itself.
pub(super) fn own_environment(layer: &Layer, modules: &[Header]) -> Environment {
    let file = EnvironmentFile {
        name: layer.name.clone(),
        org_name: layer.org_name.clone(),
        providers: layer.providers.clone(),
        modules: None,
    };
    let cloud = layer.own_cloud();
    Environment { own: true, cloud, ..Environment::from_file(&file, modules) }
}
