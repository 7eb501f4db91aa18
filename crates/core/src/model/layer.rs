//! The fields of a service file.

use std::collections::BTreeMap;

use super::cloud::Cloud;
use super::field::{FieldShape, FieldType, ValueList};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::input_variable::InputVariables;
use super::modules::Modules;
use super::providers::CloudAccount;
use super::rules::{MISSING_FIELD, UNKNOWN_FIELD};
use super::synonym::{ENVIRONMENT_ENTRY_WORDS, LAYER_WORDS};
use super::variables::{Variable, Variables};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::order;
use crate::rule::rule;
use crate::span::Spanned;
use crate::syntax::{Mapping, Node, NodeKind};
use crate::text::Text;

rule! {
    /// `variables` and `vars` set the same variable to different values.
    ///
    /// `vars` is the short form of `variables`. If an environment has both, Optakit merges them.
    pub static CONFLICTING_VARIABLE: Error {
        fix: "Remove one of the two values.",
        bad: File(
            "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n    \
             variables: {size: 1}\n    vars: {size: 2}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n    \
             variables: {size: 2}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

fields! {
    /// A service file, `opta.yml`. Opta calls it a layer.
    pub struct Layer ("a service file", synonyms: LAYER_WORDS) {
        /// Name of the service file. It is also the Kubernetes namespace.
        /// The name contains only lowercase letters, digits and dashes.
        name: Text, { example: "shop", required: true };
        /// Environments that the services run in. Each has an environment file.
        environments: Environments, { example: "[{name: staging, path: env.yml}]" };
        /// Variables whose values come from the values file or `--var`. Use them as `{vars.x}`.
        input_variables: InputVariables, { example: "[{name: color, default: blue}]" };
        /// Name of the organization. Set it only if the file has no `environments`.
        org_name: Text, { example: "acme" };
        /// Cloud account. Set it only if the file has no `environments`.
        /// A file with `org_name` and without `providers` is for an existing cluster.
        providers: CloudAccount, {
            example: "{aws: {region: us-east-1, account_id: 123456789012}}",
        };
        /// Services, and the databases, buckets and queues that they use.
        modules: Modules, {
            example: "[{type: k8s-service, image: AUTO, port: {http: 8080}}]", required: true,
        };
    }
}

fields! {
    /// An environment in a service file.
    pub struct EnvironmentEntry ("an environment", synonyms: ENVIRONMENT_ENTRY_WORDS) {
        /// Name of the environment. Select it with `--env`.
        name: Text, { example: "staging", required: true };
        /// Path of the environment file, relative to the service file.
        path: Text, {
            example: "env.yml", required: true, values: Some(ValueList::EnvironmentFiles),
        };
        /// Values of the references `{variables.x}` and `{vars.x}`.
        variables: Variables, { example: "{size: 2}" };
        /// Short form of `variables`.
        vars: Variables, { example: "{size: 2}", short_form_of: Some("variables") };
    }
}

impl Layer {
    /// Returns the cloud of the environment that this file describes itself.
    ///
    /// As in Opta, a file with `org_name` and no `providers` is for an existing cluster.
    #[must_use]
    pub fn own_cloud(&self) -> Option<Cloud> {
        match (&self.environments, &self.providers, &self.org_name) {
            (_, Some(account), _) => Some(account.value.cloud),
            (None, None, Some(_)) => Some(Cloud::Existing),
            (Some(_), None, _) | (None, None, None) => None,
        }
    }

    /// Returns the variables of an environment of this file. They override input variables.
    #[must_use]
    pub fn variables<'a>(
        &'a self,
        entry: Option<&'a EnvironmentEntry>,
    ) -> BTreeMap<&'a str, &'a Variable> {
        let inputs = self.input_variables.iter().flat_map(|inputs| inputs.value.iter());
        let mut variables: BTreeMap<&str, &Variable> = order::map(inputs);
        variables.extend(entry.map(EnvironmentEntry::all_variables).unwrap_or_default());
        variables
    }
}

impl EnvironmentEntry {
    /// Returns `variables` merged with `vars`.
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

/// The environments of a service file.
#[derive(Clone, Debug, Default)]
pub struct Environments(pub Vec<Spanned<EnvironmentEntry>>);

impl FieldValue for Environments {
    const KIND: FieldType = FieldType::MapList(EnvironmentEntry::FIELDS);

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(items) = node.as_sequence() else {
            reader.push(reader.wrong_type(node, "a list like `- {name: staging, path: env.yml}`"));
            return None;
        };
        let read = |(index, item)| reader.in_item(index, |reader| environment(item, reader));
        Some(Self(items.iter().enumerate().filter_map(read).collect()))
    }
}

fn environment(item: &Node, reader: &mut FieldReader<'_>) -> Option<Spanned<EnvironmentEntry>> {
    let NodeKind::Mapping(mapping) = &item.kind else {
        if !item.is_broken() {
            reader.push(reader.wrong_type(item, "a map with `name` and `path`"));
        }
        return None;
    };
    let owner = mapping.entries.first().map_or(item.span, |first| first.key.span);
    if let Some(diagnostic) = parent_for_path(mapping, reader) {
        reader.push(diagnostic);
        return None;
    }
    let mut entry = EnvironmentEntry::read(mapping, owner, reader);
    if entry
        .path
        .as_ref()
        .is_some_and(|path| path.value.is_known() && path.value.as_str().trim().is_empty())
    {
        let path = entry.path.take().map_or(owner, |path| path.span);
        let fault =
            Diagnostic::new(&MISSING_FIELD, path, reader.path_of("path"), "`path` is empty");
        reader.push(fault.help("write the path of the environment file, such as `env.yml`"));
    }
    report_conflicts(&entry, reader);
    Some(Spanned::new(entry, item.span))
}

/// Reports an entry with `parent` and without a name, which is the form of early 2021. The fix
/// guesses the name from the path.
fn parent_for_path(mapping: &Mapping, reader: &FieldReader<'_>) -> Option<Diagnostic> {
    let parent = mapping.get("parent")?;
    if ["name", "path"].iter().any(|key| mapping.get(key).is_some()) {
        return None;
    }
    let message = "unknown key `parent` in an environment";
    let path = reader.path_of("parent");
    let diagnostic = Diagnostic::new(&UNKNOWN_FIELD, parent.key.span, path, message)
        .help("rename it to `path`, and add the `name` of the environment");
    let (key, source) = (parent.key.span, reader.source);
    let before = source.text.get(..key.start as usize)?;
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let is_block = line.chars().all(|c| c == ' ' || c == '-');
    let separator =
        if is_block { format!("\n{}", " ".repeat(line.len())) } else { ", ".to_owned() };
    let scalar = parent.value.as_scalar().filter(|scalar| !scalar.text.is_interpolated());
    let name = scalar.and_then(|scalar| environment_name_of(scalar.text.as_str()));
    let Some(name) = name else { return Some(diagnostic) };
    let title = format!("change to `name: {name}` and `path`");
    let text = format!("name: {name}{separator}path");
    Some(diagnostic.fix(Applicability::Unsafe, title, key, text))
}

/// Returns the probable name of the environment of a file: its folder, or the name of the file.
#[must_use]
pub fn environment_name_of(path: &str) -> Option<&str> {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().filter(|stem| !stem.is_empty())?;
    let folder = folders.rsplit('/').next().unwrap_or_default();
    let name = if stem == "opta" && !matches!(folder, "" | "." | "..") { folder } else { stem };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_plain);
    is_name.then_some(name)
}

fn report_conflicts(entry: &EnvironmentEntry, reader: &mut FieldReader<'_>) {
    let (Some(variables), Some(vars)) = (&entry.variables, &entry.vars) else { return };
    for (name, second) in &vars.value.0 {
        let Some(first) = variables.value.0.get(name) else { continue };
        if first.text != second.text {
            let path = reader.path_of(&format!("vars.{name}"));
            let message = format!("`variables` and `vars` set `{name}` to different values");
            let diagnostic = Diagnostic::new(&CONFLICTING_VARIABLE, second.span, path, message)
                .help("remove one of the two values")
                .label(first.span, "the other value");
            reader.push(diagnostic);
        }
    }
}
