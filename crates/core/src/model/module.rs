//! The header of a module: its name and type.

use std::collections::BTreeMap;

use super::cloud::Cloud;
use super::field_reader::FieldReader;
use super::k8s_service::K8sService;
use super::module_types::{ModuleType, RequiredField, module_type_names, short_type, split_type};
use super::modules::Modules;
use super::named_by_key::NamedByKey;
use super::rules::WRONG_TYPE;
use crate::diagnostic::Diagnostic;
use crate::quote::{one_of, quoted};
use crate::rule::rule;
use crate::span::{Span, Spanned};
use crate::suggest::Suggestion;
use crate::syntax::{Entry, Mapping, Node, NodeKind, ScalarValue};
use crate::text::Text;

rule! {
    /// Opta has no module type with this name.
    ///
    /// Optakit renders modules of the type `k8s-service` and ignores the other types of Opta. A
    /// misspelled type would be ignored too, so it is an error.
    pub static UNKNOWN_MODULE_TYPE: Error {
        fix: "Rename the type to the suggested one, or remove the module.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-servce, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

rule! {
    /// Two modules of the file have the same name.
    ///
    /// The name identifies a module in links and references, and it is part of the names of its
    /// objects.
    pub static DUPLICATE_MODULE_NAME: Error {
        fix: "Rename one of the modules.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, name: api, image: AUTO, port: {http: 80}}\n  \
             - {type: k8s-service, name: api, image: AUTO, port: {http: 81}}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, name: api, image: AUTO, port: {http: 80}}\n  \
             - {type: k8s-service, name: web, image: AUTO, port: {http: 81}}\n"
        ),
    }
}

rule! {
    /// Opta's modules of this type have no field with this name.
    ///
    /// Optakit does not create the module, so the field has no effect here. Opta would have
    /// rejected it.
    pub static UNKNOWN_MODULE_FIELD: Warning {
        fix: "Rename the key to the suggested field, or remove it.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: postgres, name: db, instance_clas: db.t3.medium}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: postgres, name: db, instance_class: db.t3.medium}\n"
        ),
    }
}

rule! {
    /// The type of the module belongs to another cloud than the environment.
    ///
    /// Opta had module types for AWS, Google Cloud, Azure and local clusters. Types without a
    /// prefix, such as `postgres`, mean the type of the environment's cloud.
    pub static MODULE_OF_ANOTHER_CLOUD: Error {
        fix: "Remove the module, or choose another environment.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: gcp-postgres, name: db}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: postgres, name: db}\n"
        ),
    }
}

/// The parts of a module that every type has.
#[derive(Clone, Debug)]
pub struct Header {
    /// The name, from the file or derived from the type.
    pub name: Spanned<String>,
    /// Whether the file sets the name.
    pub named: bool,
    /// The type, as written.
    pub kind: Spanned<String>,
    /// The path in the file, such as `modules[0]`.
    pub path: String,
    /// All fields of the module.
    pub mapping: Mapping,
    /// The position of the module.
    pub span: Span,
}

impl Header {
    /// Returns the type without the prefix of its cloud.
    #[must_use]
    pub fn short_type(&self) -> &str {
        short_type(&self.kind.value)
    }

    /// Returns the module type in an environment of a cloud; none if the cloud does not have it.
    #[must_use]
    pub fn module_type(&self, cloud: Cloud) -> Option<&'static ModuleType> {
        let prefix = split_type(&self.kind.value).0;
        let is_other = prefix.is_some_and(|other| !other.shares_types_with(cloud));
        ModuleType::of(&self.kind.value, cloud).filter(|_| !is_other)
    }
}

/// Reads the headers of the modules. Modules that are not a map or have no type are left out.
pub fn headers(modules: &Modules, reader: &mut FieldReader<'_>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    reader.under("modules", |reader| {
        for (index, node) in modules.0.iter().enumerate() {
            let header = reader.in_item(index, |reader| header(node, reader));
            headers.extend(header);
        }
    });
    report_duplicates(&headers, reader);
    headers
}

fn report_duplicates(headers: &[Header], reader: &mut FieldReader<'_>) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for module in headers {
        let Spanned { value: name, span } = &module.name;
        let Some(first) = seen.get(name.as_str()) else {
            seen.insert(name, *span);
            continue;
        };
        let message = format!("two modules have the name {}", quoted(name));
        let path = format!("{}.name", module.path);
        let diagnostic = Diagnostic::new(&DUPLICATE_MODULE_NAME, *span, path, message)
            .help("give each module a different name")
            .label(*first, "first module with this name");
        reader.push(diagnostic);
    }
}

fn header(node: &Node, reader: &mut FieldReader<'_>) -> Option<Header> {
    let NodeKind::Mapping(mapping) = &node.kind else {
        if !node.is_broken() {
            reader.push(reader.wrong_type(node, "a map with a `type`"));
        }
        return None;
    };
    if let Some(named) = NamedByKey::find(mapping) {
        let diagnostic = named.diagnostic(reader);
        reader.push(diagnostic);
        let node = Node { span: node.span, kind: NodeKind::Mapping(named.as_fields()) };
        return header(&node, reader);
    }
    if let Some(diagnostic) = several(mapping, reader) {
        reader.push(diagnostic);
        return None;
    }
    let owner = mapping.entries.first().map_or(node.span, |first| first.key.span);
    let kind: Spanned<Text> = reader.required(mapping, K8sService::shape("type"), owner)?;
    let kind = Spanned::new(kind.value.as_str().to_owned(), kind.span);
    if !ModuleType::exists(&kind.value) {
        reader.push(unknown_type(&kind, reader.path_of("type")));
    }
    for field in ModuleType::of(&kind.value, Cloud::Aws).map_or(&[][..], |kind| kind.required) {
        required_text(mapping, field, owner, reader);
    }
    let name: Option<Spanned<Text>> = reader.optional(mapping, K8sService::shape("name"));
    let named = name.is_some();
    // The default name is the same as in Opta.
    let name = name.map_or_else(
        || Spanned::new(kind.value.replace('-', ""), owner),
        |name| Spanned::new(name.value.as_str().to_owned(), name.span),
    );
    let (path, mapping) = (reader.path().to_owned(), mapping.clone());
    Some(Header { name, named, kind, path, mapping, span: node.span })
}

/// Reports an item of the list that contains several modules by name.
fn several(mapping: &Mapping, reader: &FieldReader<'_>) -> Option<Diagnostic> {
    let is_module =
        |entry: &Entry| entry.value.as_mapping().is_some_and(|fields| fields.get("type").is_some());
    let [_, second, ..] = &*mapping.entries else { return None };
    if !mapping.entries.iter().all(is_module) {
        return None;
    }
    let count = mapping.entries.len();
    let message = format!("an item of `modules` contains {count} modules, expected one");
    let diagnostic = reader.fault(&WRONG_TYPE, second.key.span, message);
    Some(diagnostic.help("start each module with `- name:`"))
}

/// Checks a module for the cloud of its environment: its type and the names of its fields.
#[must_use]
pub fn check_for_cloud(module: &Header, cloud: Cloud) -> Vec<Diagnostic> {
    let kind = &module.kind.value;
    match module.module_type(cloud) {
        Some(module_type) => unknown_fields(module, module_type),
        // A type that no cloud has was reported with the header.
        None if ModuleType::exists(kind) => vec![other_cloud(module, cloud)],
        None => Vec::new(),
    }
}

fn other_cloud(module: &Header, cloud: Cloud) -> Diagnostic {
    let kind = &module.kind;
    let clouds = Cloud::ALL.into_iter().filter(|other| module.module_type(*other).is_some());
    let other = match split_type(&kind.value).0 {
        Some(prefix) => Some(prefix),
        None => clouds.into_iter().next(),
    };
    let message = format!(
        "{} is a module type for {}, but the environment is on {}",
        quoted(&kind.value),
        other.unwrap_or_default().name(),
        cloud.name()
    );
    let path = format!("{}.type", module.path);
    Diagnostic::new(&MODULE_OF_ANOTHER_CLOUD, kind.span, path, message)
        .help("remove the module, or choose another environment with `--env`")
}

/// Returns a diagnostic for each key that a module of another type than `k8s-service` does not
/// have.
fn unknown_fields(module: &Header, module_type: &'static ModuleType) -> Vec<Diagnostic> {
    let known = module_type.fields;
    let is_unknown =
        |key: &str| !known.is_empty() && !matches!(key, "name" | "type") && !known.contains(key);
    let unknown = module.mapping.entries.iter().filter(|entry| is_unknown(&entry.key.value));
    let report = |entry: &Entry| {
        let key = &*entry.key.value;
        let kind = module_type.name;
        let message = format!("a module of the type `{kind}` has no field {}", quoted(key));
        let path = format!("{}.{key}", module.path);
        let diagnostic = Diagnostic::new(&UNKNOWN_MODULE_FIELD, entry.key.span, path, message);
        let other_help = || format!("use {}", one_of(&known.iter().collect::<Vec<_>>()));
        Suggestion::new(key, known.iter(), other_help).rename(diagnostic)
    };
    unknown.map(report).collect()
}

fn unknown_type(kind: &Spanned<String>, path: String) -> Diagnostic {
    let message = format!("unknown module type {}", quoted(kind.value.as_str()));
    let diagnostic = Diagnostic::new(&UNKNOWN_MODULE_TYPE, kind.span, path, message);
    // The name before March 2021.
    if kind.value == "aws-rds" {
        return Suggestion::of("postgres").change(diagnostic);
    }
    let prefix = split_type(&kind.value).0;
    let known = module_type_names()
        .filter(|name| prefix.is_none_or(|cloud| ModuleType::of(name, cloud).is_some()));
    let other_help =
        || "use `k8s-service` for a service, or another module type of Opta".to_owned();
    Suggestion::new(short_type(&kind.value), known, other_help).change(diagnostic)
}

/// Reports a required field that is missing, empty, or not a scalar.
fn required_text(
    mapping: &Mapping,
    field: &RequiredField,
    owner: Span,
    reader: &mut FieldReader<'_>,
) {
    let Some(entry) = mapping.get(field.name) else {
        reader.missing(mapping, field.name, field.example, owner);
        return;
    };
    let value = &entry.value;
    let has_text = value.as_scalar().is_some_and(|scalar| {
        scalar.value != ScalarValue::Null && !scalar.text.as_str().is_empty()
    });
    if !has_text && !value.is_broken() {
        let diagnostic = reader.in_entry(entry, |reader| {
            reader.wrong_type(value, &format!("text like `{}`", field.example))
        });
        reader.push(diagnostic);
    }
}
