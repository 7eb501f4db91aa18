//! Reads an environment file.

use super::old_form;
use super::placeholder::remove_placeholders;
use super::service_file::LayerFile;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::environment::{Environment, EnvironmentFile, check_name};
use crate::model::field_reader::FieldReader;
use crate::model::layer::EnvironmentEntry;
use crate::model::module::{check_for_cloud, headers};
use crate::model::rules::WRONG_TYPE;
use crate::quote::quoted;
use crate::rule::rule;
use crate::source::Source;
use crate::span::{Span, Spanned};
use crate::syntax::{self, Mapping};
use crate::text::Text;

rule! {
    /// The environment file in `path` cannot be read.
    pub static ENVIRONMENT_FILE_UNREADABLE: Error {
        fix: "Check that the file exists and that `path` is relative to the service file.",
        bad: File(
            "name: shop\nenvironments:\n  - {name: staging, path: missing.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

rule! {
    /// The name of an environment in the service file differs from the name in its environment
    /// file.
    ///
    /// The name in the environment file decides which cluster and which IAM roles are used. If an
    /// environment file was copied, `--env staging` could mean the cluster of production.
    pub static DIFFERENT_ENVIRONMENT_NAME: Warning {
        fix: "Write the same name in both files.",
        bad: File(
            "name: shop\nenvironments:\n  - {name: production, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

/// Returns the diagnostic for an environment whose file has another name than `written`.
pub(crate) fn differing_name(
    written: &Spanned<Text>,
    name: &str,
    layer: &LayerFile,
    entry: &EnvironmentEntry,
) -> Diagnostic {
    let message = format!(
        "the environment {} has the name {} in its environment file, which decides the cluster",
        quoted(written.value.as_str()),
        quoted(name)
    );
    let path = format!("{}.name", layer.path_of(entry));
    Diagnostic::new(&DIFFERENT_ENVIRONMENT_NAME, written.span, path, message)
        .help(format!(
            "check `name: {name}` in the environment file, or rename the environment here"
        ))
        .fix(Applicability::Unsafe, format!("rename to `{name}`"), written.span, name)
}

/// Whether the path of an environment file is the address of a Git repository: a URL,
/// `user@host:path`, or the short form of Terraform, `github.com/owner/name//folder`.
#[must_use]
pub fn is_git_address(path: &str) -> bool {
    let (start, rest) = path.split_once(['/', ':']).unwrap_or((path, ""));
    let has_user = start.contains('@') && path[start.len()..].starts_with(':');
    let has_host = start.contains('.') && !start.starts_with('.') && rest.contains("//");
    path.contains("://") || has_user || has_host || path.contains(".git//")
}

/// Reads an environment file.
#[must_use]
pub fn environment_file(source: &Source) -> (Environment, Vec<Diagnostic>) {
    let (document, mut diagnostics) = syntax::parse(source);
    let mut reader = FieldReader::new(source);
    let first_line = source.first_line();
    let root = remove_placeholders(&document, source, &mut reader.diagnostics);
    let root = root.as_ref().as_ref();
    let mut environment = Environment::default();
    if let Some(mapping) = root.and_then(|root| root.as_mapping()) {
        if let Some(diagnostic) = old_form::check_environment(mapping, source) {
            diagnostics.append(&mut reader.diagnostics);
            diagnostics.push(diagnostic);
            return (environment, diagnostics);
        }
        let owner = mapping.entries.first().map_or(first_line, |first| first.key.span);
        let file = read_fields(mapping, owner, &mut reader);
        if let Some(diagnostic) = file.name.as_ref().and_then(check_name) {
            reader.push(diagnostic);
        }
        let modules = match &file.modules {
            Some(modules) => headers(&modules.value, &mut reader),
            None => Vec::new(),
        };
        environment = Environment::from_file(&file, &modules);
        if let Some(cloud) = environment.cloud {
            let found = modules.iter().flat_map(|module| check_for_cloud(module, cloud));
            reader.diagnostics.extend(found);
        }
    } else if root.is_none_or(|root| !root.is_broken()) {
        let expected = "a map with `name`, `org_name` and `providers`";
        let message = format!("the environment file is not a map, expected {expected}");
        reader.push(reader.fault(&WRONG_TYPE, first_line, message));
    }
    diagnostics.append(&mut reader.diagnostics);
    (environment, diagnostics)
}

/// Reads the fields that Optakit uses. Other keys are for other parts of Opta.
fn read_fields(mapping: &Mapping, owner: Span, reader: &mut FieldReader<'_>) -> EnvironmentFile {
    reader.misnamed_keys(mapping, &EnvironmentFile::KEYS);
    EnvironmentFile {
        name: reader.required(mapping, EnvironmentFile::shape("name"), owner),
        org_name: reader.required(mapping, EnvironmentFile::shape("org_name"), owner),
        providers: reader.required(mapping, EnvironmentFile::shape("providers"), owner),
        modules: reader.optional(mapping, EnvironmentFile::shape("modules")),
    }
}
