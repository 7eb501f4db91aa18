//! The service file's own fields: the layer, its environments, its modules.

use std::collections::BTreeMap;

use super::field::{Field, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::modules::Modules;
use super::providers::Providers;
use crate::diagnostic::{Diagnostic, Example, Rule, Severity};
use crate::order;
use crate::span::{Span, Spanned};
use crate::syntax::{Node, NodeKind, ScalarValue};
use crate::text::Text;

/// `variables` and `vars` disagree.
pub static CONFLICTING_VARIABLE: Rule = Rule {
    id: "conflicting-variable",
    severity: Severity::Error,
    doc: "`vars` is the short name of `variables`; when both are given they are read together, and one variable \
          cannot have two values.",
    bad: Example::File(
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n    variables: {size: 1}\n    vars: {size: 2}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
    good: Example::File(
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n    variables: {size: 2}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
}
.published();

fields! {
    /// A service file. Opta calls it a layer; its name is the Kubernetes namespace.
    pub struct Layer ("a service file") {
        /// The layer's name: small letters, digits and dashes. It is the Kubernetes namespace.
        name: Text, { example: "shop", required: true };
        /// The environments the service runs in, each with its environment file.
        environments: Environments, { example: "[{name: staging, path: env.yml}]" };
        /// The organisation, when the file describes its only environment itself.
        org_name: Text, { example: "acme" };
        /// The cloud account, when the file describes its only environment itself.
        providers: Providers, { example: "{aws: {region: us-east-1, account_id: 123456789012}}" };
        /// What the layer is made of.
        modules: Modules, { example: "[{type: k8s-service, image: AUTO, port: {http: 8080}}]", required: true };
    }
}

fields! {
    /// An environment as the service file names it.
    pub struct EnvironmentEntry ("an environment") {
        /// Its name, by which `--env` chooses it.
        name: Text, { example: "staging", required: true };
        /// The path of its environment file, relative to the service file.
        path: Text, { example: "env.yml", required: true };
        /// Values for `{variables.x}`.
        variables: Variables, { example: "{size: 2}" };
        /// The short name of `variables`.
        vars: Variables, { example: "{size: 2}" };
    }
}

/// The environments of a service file.
#[derive(Clone, Debug, Default)]
pub struct Environments(pub Vec<Spanned<EnvironmentEntry>>);

impl FieldValue for Environments {
    const KIND: FieldType = FieldType::MapList(EnvironmentEntry::FIELDS);

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(items) = node.as_sequence() else {
            reader.push(reader.wrong_type(node, "a list like `- {name: staging, path: env.yml}`"));
            return None;
        };
        let mut entries = Vec::new();
        for (index, item) in items.iter().enumerate() {
            reader.in_item(index, |reader| match &item.kind {
                NodeKind::Mapping(mapping) => {
                    let owner = mapping.entries.first().map_or(item.span, |first| first.key.span);
                    let entry = EnvironmentEntry::read(mapping, owner, reader);
                    conflicts(&entry, reader);
                    entries.push(Spanned::new(entry, item.span));
                }
                NodeKind::Broken => {}
                _ => {
                    reader.push(reader.wrong_type(item, "a map with `name` and `path`"));
                }
            });
        }
        Some(Self(entries))
    }
}

fn conflicts(entry: &EnvironmentEntry, reader: &mut FieldReader<'_>) {
    let (Some(variables), Some(vars)) = (&entry.variables, &entry.vars) else { return };
    for (name, second) in &vars.value.0 {
        let Some(first) = variables.value.0.get(name) else { continue };
        if first.text != second.text {
            let path = reader.path_of(&format!("vars.{name}"));
            let message = format!("`variables` and `vars` give `{name}` different values");
            let diagnostic = Diagnostic::new(&CONFLICTING_VARIABLE, second.span, path, message)
                .help("keep one of the two")
                .label(first.span, "the other value");
            reader.diagnostics.push(diagnostic);
        }
    }
}

impl EnvironmentEntry {
    /// `variables` and `vars` together.
    #[must_use]
    pub fn all_variables(&self) -> BTreeMap<&str, &Variable> {
        let maps = [&self.vars, &self.variables];
        order::map(
            maps.into_iter()
                .flatten()
                .flat_map(|map| map.value.0.iter().map(|(name, value)| (name.as_str(), value))),
        )
    }
}

/// Values for `{vars.x}`.
#[derive(Clone, Debug, Default)]
pub struct Variables(pub BTreeMap<String, Variable>);

/// One variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its value as text, or what it is instead.
    pub text: Result<String, String>,
    /// Where it is written.
    pub span: Span,
}

impl FieldValue for Variables {
    const KIND: FieldType = FieldType::Variables;

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.push(reader.wrong_type(node, "a map from name to value"));
            return None;
        };
        let variable = |value: &Node| Variable {
            text: scalar_text(value).ok_or_else(|| value.describe()),
            span: value.span,
        };
        Some(Self(order::map(
            mapping
                .entries
                .iter()
                .map(|entry| (entry.key.value.to_string(), variable(&entry.value))),
        )))
    }
}

/// A scalar as Opta put it into a text: null is nothing, booleans as Python writes them.
fn scalar_text(node: &Node) -> Option<String> {
    let scalar = node.as_scalar()?;
    Some(match scalar.value {
        ScalarValue::Null => String::new(),
        ScalarValue::Bool(true) => "True".to_owned(),
        ScalarValue::Bool(false) => "False".to_owned(),
        ScalarValue::Int(value) => value.to_string(),
        ScalarValue::Float(_) => python_float(scalar.text.as_str()),
        ScalarValue::Str => scalar.text.as_str().to_owned(),
    })
}

/// A plain decimal without needless zeros behind the point, as Python prints it: `1.50` is `1.5`,
/// `2.0` stays.
fn python_float(text: &str) -> String {
    let plain = text
        .split_once('.')
        .filter(|(_, fraction)| fraction.bytes().all(|byte| byte.is_ascii_digit()));
    let Some((whole, fraction)) = plain else { return text.to_owned() };
    let fraction = fraction.trim_end_matches('0');
    format!("{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
}
