//! Which environment a run means, and what its file says.

use crate::diagnostic::{Diagnostic, Example, Rule, Severity};
use crate::model::environment::{Environment, EnvironmentFile};
use crate::model::field::list;
use crate::model::field_reader::FieldReader;
use crate::model::layer::{EnvironmentEntry, Layer};
use crate::model::module::{Header, K8S_SERVICE, headers};
use crate::model::rules::WRONG_TYPE;
use crate::source::Source;
use crate::span::{FileId, Span, Spanned};
use crate::syntax::{self, Document};

/// Neither environments nor an account.
pub static NO_ENVIRONMENT: Rule = Rule {
    id: "no-environment",
    severity: Severity::Error,
    doc: "A service file names the environments it runs in, or describes its only one itself with `org_name` and \
          `providers`. With neither nobody knows the account and the region.",
    bad: Example::File("name: shop\nmodules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n"),
    good: Example::File(
        "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
}
.published();

/// Two environments of one name.
pub static AMBIGUOUS_ENVIRONMENT: Rule = Rule {
    id: "duplicate-environment-name",
    severity: Severity::Error,
    doc: "Two environments have the same name, so that `--env` cannot tell them apart.",
    bad: Example::File(
        "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\n  - {name: staging, path: env2.yml}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
    good: Example::File(
        "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\n  - {name: production, path: env2.yml}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
}
.published();

/// An environment file that cannot be read.
pub static ENVIRONMENT_FILE: Rule = Rule {
    id: "environment-file-unreadable",
    severity: Severity::Error,
    doc: "The environment file that `path` names cannot be read. The path is relative to the service file.",
    bad: Example::File(
        "name: shop\nenvironments:\n  - {name: staging, path: missing.yml}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
    good: Example::File(
        "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
}
.published();

/// A service file, read as far as its modules' types do not matter.
#[derive(Clone, Debug)]
pub struct LayerFile {
    /// Its own fields; none when the file is no map.
    pub layer: Option<Layer>,
    /// Its modules' headers.
    pub modules: Vec<Header>,
    /// The environments it names.
    pub environments: Vec<Spanned<EnvironmentEntry>>,
}

impl LayerFile {
    /// The headers of the modules that are services, in file order.
    pub fn services(&self) -> impl Iterator<Item = &Header> {
        self.modules.iter().filter(|module| module.short_type() == K8S_SERVICE)
    }
}

/// Reads the fields of a service file and the headers of its modules.
#[must_use]
pub fn layer_file(document: &Document, source: &Source) -> (LayerFile, Vec<Diagnostic>) {
    let mut reader = FieldReader::new(source);
    let mut file = LayerFile { layer: None, modules: Vec::new(), environments: Vec::new() };
    let top = Span::new(FileId::Service, 0, first_line_end(&source.text));
    let Some(root) = &document.root else {
        reader.push(reader.fault(
            &WRONG_TYPE,
            top,
            "the file is empty, expected a map with `name`, `environments` and `modules`",
        ));
        return (file, reader.diagnostics);
    };
    let Some(mapping) = root.as_mapping() else {
        if !root.is_broken() {
            let found = if root.is_null() { "empty".to_owned() } else { root.describe() };
            reader.push(reader.fault(
                &WRONG_TYPE,
                top,
                format!(
                    "the file is {found}, expected a map with `name`, `environments` and `modules`"
                ),
            ));
        }
        return (file, reader.diagnostics);
    };
    let owner = mapping.entries.first().map_or(top, |first| first.key.span);
    let layer = Layer::read(mapping, owner, &mut reader);
    if let Some(environments) = &layer.environments {
        file.environments = environments.value.0.clone();
        duplicates(&file.environments, &mut reader);
    }
    // A key that is there but unreadable has its own diagnostic.
    let given = |key| mapping.get(key).is_some();
    let empty =
        layer.environments.as_ref().is_some_and(|environments| environments.value.0.is_empty())
            && mapping
                .value("environments")
                .and_then(|node| node.as_sequence())
                .is_some_and(<[_]>::is_empty);
    let described = given("environments") || (given("org_name") && given("providers"));
    if !(described || mapping.broken) || (empty && !given("providers")) {
        let at = mapping.get("environments").map_or(owner, |entry| entry.key.span);
        let diagnostic = Diagnostic::new(&NO_ENVIRONMENT, at, "environments", "no environment is given")
            .help("add `environments: [{name: staging, path: env.yml}]`, or `org_name` and `providers` for a single one");
        reader.diagnostics.push(diagnostic);
    }
    if let Some(modules) = &layer.modules {
        file.modules = headers(&modules.value, &mut reader);
    }
    file.layer = Some(layer);
    (file, reader.diagnostics)
}

fn first_line_end(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn duplicates(environments: &[Spanned<EnvironmentEntry>], reader: &mut FieldReader<'_>) {
    let name = |entry: &EnvironmentEntry| {
        entry.name.as_ref().map(|name| (name.value.as_str().to_owned(), name.span))
    };
    for (index, entry) in environments.iter().enumerate() {
        let Some((this, span)) = name(&entry.value) else { continue };
        let earlier = environments[..index]
            .iter()
            .filter_map(|other| name(&other.value))
            .find(|(other, _)| *other == this);
        if let Some((_, first)) = earlier {
            let message = format!("environment `{this}` is named twice");
            let path = format!("environments[{index}].name");
            reader.diagnostics.push(
                Diagnostic::new(&AMBIGUOUS_ENVIRONMENT, span, path, message)
                    .label(first, "first named here"),
            );
        }
    }
}

/// The environment that a run means: the one asked for by name, or the only one.
///
/// # Errors
///
/// What to tell the person who asked, when it cannot be decided.
pub fn choose<'a>(
    file: &'a LayerFile,
    asked: Option<&str>,
) -> Result<Option<&'a EnvironmentEntry>, String> {
    let names: Vec<&str> = file
        .environments
        .iter()
        .filter_map(|entry| entry.value.name.as_ref())
        .map(|name| name.value.as_str())
        .collect();
    match (asked, file.environments.as_slice()) {
        (Some(asked), []) if file.layer.is_some() => Err(format!(
            "there is no environment `{asked}`: the file describes its only environment itself"
        )),
        (Some(asked), entries) => {
            let found = entries.iter().find(|entry| {
                entry.value.name.as_ref().is_some_and(|name| name.value.as_str() == asked)
            });
            match found {
                Some(entry) => Ok(Some(&entry.value)),
                None if names.is_empty() => Ok(None),
                None => {
                    Err(format!("there is no environment `{asked}`; the file has {}", list(&names)))
                }
            }
        }
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(&only.value)),
        (None, _) => {
            Err(format!("the file has several environments, choose one of {}", list(&names)))
        }
    }
}

/// Reads an environment file.
#[must_use]
pub fn environment_file(source: &Source) -> (Environment, Vec<Diagnostic>) {
    let (document, mut diagnostics) = syntax::parse(source);
    let mut reader = FieldReader::new(source);
    let top = Span::new(source.file, 0, first_line_end(&source.text));
    let mut environment = Environment::default();
    match document.root.as_ref().map(|root| (root, root.as_mapping())) {
        Some((_, Some(mapping))) => {
            let owner = mapping.entries.first().map_or(top, |first| first.key.span);
            let file = read_environment(mapping, owner, &mut reader);
            let modules = match &file.modules {
                Some(modules) => headers(&modules.value, &mut reader),
                None => Vec::new(),
            };
            environment = Environment::from_file(&file, &modules);
        }
        Some((root, None)) if root.is_broken() => {}
        _ => {
            reader.push(reader.fault(
                &WRONG_TYPE,
                top,
                "the environment file is no map, expected `name`, `org_name` and `providers`",
            ));
        }
    }
    diagnostics.append(&mut reader.diagnostics);
    (environment, diagnostics)
}

/// Reads what Optakit needs of an environment file; other keys belong to Opta's other parts.
fn read_environment(
    mapping: &syntax::Mapping,
    owner: Span,
    reader: &mut FieldReader<'_>,
) -> EnvironmentFile {
    EnvironmentFile {
        name: reader.required(mapping, EnvironmentFile::field("name"), owner),
        org_name: reader.required(mapping, EnvironmentFile::field("org_name"), owner),
        providers: reader.required(mapping, EnvironmentFile::field("providers"), owner),
        modules: reader.optional(mapping, EnvironmentFile::field("modules")),
    }
}
