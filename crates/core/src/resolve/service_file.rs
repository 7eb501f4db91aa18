//! Reads a service file, except for the fields of its modules.

use super::old_form;
use super::placeholder::remove_placeholders;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::model::field_reader::FieldReader;
use crate::model::layer::{EnvironmentEntry, Layer};
use crate::model::module::{Header, headers};
use crate::model::module_list::ModuleList;
use crate::model::module_types::K8S_SERVICE;
use crate::model::rules::WRONG_TYPE;
use crate::quote::{one_of, quoted};
use crate::rule::rule;
use crate::source::Source;
use crate::span::{Span, Spanned};
use crate::syntax::{Document, Insertion, Mapping, Node, insert_entry};

rule! {
    /// The file has no environment, so the AWS account and the region are unknown.
    ///
    /// A service file lists its environments in `environments`. A file with a single environment
    /// can set `org_name` and `providers` instead. With `org_name` alone, it is for an existing
    /// cluster, and Optakit manages nothing in AWS.
    pub static NO_ENVIRONMENT: Error {
        fix: "Add `environments`, or `org_name` and `providers`.",
        bad: File(
            "name: shop\nmodules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

rule! {
    /// Two environments have the same name, so `--env` cannot select one of them.
    pub static DUPLICATE_ENVIRONMENT_NAME: Error {
        fix: "Rename one of the environments.",
        bad: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\n  \
             - {name: staging, path: env2.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\n  \
             - {name: production, path: env2.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

/// The text that the fix of an empty file inserts.
const TEMPLATE: &str = "\
name: my-service
environments:
  - name: staging
    path: env.yml
modules:
  - type: k8s-service
    name: api
    image: AUTO
    port:
      http: 8000
";

/// A service file without the fields of its modules.
#[derive(Clone, Debug)]
pub struct LayerFile {
    /// The fields of the file, or `None` if the file is not a map.
    pub layer: Option<Layer>,
    /// The headers of the modules.
    pub modules: ModuleList,
    /// The environments.
    pub environments: Vec<Spanned<EnvironmentEntry>>,
}

impl LayerFile {
    /// Returns the headers of the services, in file order.
    pub fn services(&self) -> impl Iterator<Item = &Header> {
        self.modules.iter().filter(|module| module.short_type() == K8S_SERVICE)
    }

    /// Returns the path of an environment of this file, such as `environments[0]`.
    pub(crate) fn path_of(&self, entry: &EnvironmentEntry) -> String {
        let is_entry =
            |other: &Spanned<EnvironmentEntry>| std::ptr::eq(&raw const other.value, entry);
        let index = self.environments.iter().position(is_entry).unwrap_or_default();
        format!("environments[{index}]")
    }
}

/// Reads the fields of a service file and the headers of its modules.
#[must_use]
pub fn layer_file(document: &Document, source: &Source) -> (LayerFile, Vec<Diagnostic>) {
    let mut reader = FieldReader::new(source);
    let mut file =
        LayerFile { layer: None, modules: ModuleList::default(), environments: Vec::new() };
    let first_line = source.first_line();
    let root = remove_placeholders(document, source, &mut reader.diagnostics);
    let root = root.as_ref().as_ref();
    let Some(mapping) = root.and_then(|root| root.as_mapping()) else {
        if root.is_none_or(|root| !root.is_broken()) {
            let found = match root {
                Some(root) if !root.is_null() => root.describe(),
                _ => "empty".to_owned(),
            };
            let expected = "a map with `name`, `environments` and `modules`";
            let message = format!("the file is {found}, expected {expected}");
            let mut diagnostic = reader.fault(&WRONG_TYPE, first_line, message);
            if root.is_none_or(Node::is_null) {
                let edits = vec![add_template(source)];
                let title = "insert a template";
                diagnostic = diagnostic.fix_edits(Applicability::Unsafe, title, edits);
            }
            reader.push(diagnostic);
        }
        return (file, reader.diagnostics);
    };
    let owner = mapping.entries.first().map_or(first_line, |first| first.key.span);
    if let Some(diagnostic) = old_form::check(mapping, source) {
        reader.push(diagnostic);
        return (file, reader.diagnostics);
    }
    let layer = Layer::read(mapping, owner, &mut reader);
    if let Some(environments) = &layer.environments {
        file.environments.clone_from(&environments.value.0);
        report_duplicates(&file.environments, &mut reader);
    }
    // A key that is another name of `environments` is already reported.
    if !has_environment(mapping) && !reader.is_renamed("environments") {
        let span = mapping.get("environments").map_or(owner, |entry| entry.key.span);
        let message = "the file has no environment";
        let diagnostic = Diagnostic::new(&NO_ENVIRONMENT, span, "environments", message).help(
            "add `environments: [{name: staging, path: env.yml}]`, or `org_name` and `providers`",
        );
        reader.push(match add_environment(mapping, owner, source) {
            Some(edit) => {
                let title = "add environment `staging`";
                diagnostic.fix_edits(Applicability::Unsafe, title, vec![edit])
            }
            None => diagnostic,
        });
    }
    if let Some(modules) = &layer.modules {
        file.modules = headers(&modules.value, &mut reader).into();
    }
    file.layer = Some(layer);
    (file, reader.diagnostics)
}

/// Returns the edit that adds an environment.
fn add_environment(mapping: &Mapping, owner: Span, source: &Source) -> Option<TextEdit> {
    if let Some(list) = mapping.value("environments") {
        let text = "[{name: staging, path: env.yml}]".to_owned();
        return Some(TextEdit { span: list.span, text });
    }
    let insertion = Insertion {
        block: "environments:\n  - name: staging\n    path: env.yml",
        flow: "environments: [{name: staging, path: env.yml}]",
    };
    insert_entry(source, mapping, owner, insertion)
}

/// Returns the edit that adds a template to a file without content.
fn add_template(source: &Source) -> TextEdit {
    let text = &*source.text;
    let is_line_open = !text.is_empty() && !text.ends_with('\n');
    let template = if is_line_open { format!("\n{TEMPLATE}") } else { TEMPLATE.to_owned() };
    TextEdit { span: Span::new(source.file, text.len(), text.len()), text: template }
}

/// Returns whether a file names or describes an environment. A key whose value has an error counts,
/// because the error is already reported.
fn has_environment(mapping: &Mapping) -> bool {
    let has = |key| mapping.get(key).is_some();
    let items = mapping.value("environments").and_then(|node| node.as_sequence());
    if items.is_some_and(<[_]>::is_empty) {
        return has("providers");
    }
    mapping.broken || has("environments") || has("org_name")
}

fn report_duplicates(environments: &[Spanned<EnvironmentEntry>], reader: &mut FieldReader<'_>) {
    for (index, entry) in environments.iter().enumerate() {
        let Some(name) = &entry.value.name else { continue };
        let earlier = environments[..index]
            .iter()
            .filter_map(|other| other.value.name.as_ref())
            .find(|other| other.value.as_str() == name.value.as_str());
        if let Some(first) = earlier {
            let message = format!("two environments have the name {}", quoted(name.value.as_str()));
            let path = format!("environments[{index}].name");
            reader.push(
                Diagnostic::new(&DUPLICATE_ENVIRONMENT_NAME, name.span, path, message)
                    .help("rename one of them")
                    .label(first.span, "first environment with this name"),
            );
        }
    }
}

/// Returns the environment with the name `requested`, or the only environment.
///
/// # Errors
///
/// Fails if there is no such environment, or if there are several and none is requested.
pub fn choose<'a>(
    file: &'a LayerFile,
    requested: Option<&str>,
) -> Result<Option<&'a EnvironmentEntry>, String> {
    let entries = || file.environments.iter().map(|entry| &entry.value);
    let name = |entry: &'a EnvironmentEntry| entry.name.as_ref().map(|name| name.value.as_str());
    let names = || entries().filter_map(name).collect::<Vec<&str>>();
    match (requested, file.environments.as_slice()) {
        (Some(requested), []) if file.layer.is_some() => Err(format!(
            "there is no environment {}: the file has no list of `environments`",
            quoted(requested)
        )),
        (Some(requested), _) => match entries().find(|entry| name(entry) == Some(requested)) {
            Some(entry) => Ok(Some(entry)),
            None if names().is_empty() => Ok(None),
            None => Err(format!(
                "there is no environment {}, choose {} with `--env`",
                quoted(requested),
                one_of(&names())
            )),
        },
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(&only.value)),
        (None, _) => Err(format!(
            "the file has several environments, choose {} with `--env`",
            one_of(&names())
        )),
    }
}
