//! The values file: outputs of the environment and of modules, which only Terraform knows.

use std::collections::{BTreeMap, BTreeSet};

use super::value_arns::check_arns;
use crate::diagnostic::Diagnostic;
use crate::model::field::Keys;
use crate::model::field_reader::FieldReader;
use crate::model::link_kind::is_secret_output;
use crate::model::rules::WRONG_TYPE;
use crate::order;
use crate::source::Source;
use crate::syntax::{self, Entry, Mapping, Node, ScalarValue};

/// The content of a values file.
#[derive(Clone, Default)]
pub struct Values {
    /// The outputs of the environment, for `{parent.x}`.
    pub parent: BTreeMap<String, String>,
    /// The outputs of modules, for `${{module.name.output}}` and links.
    pub modules: BTreeMap<String, BTreeMap<String, String>>,
    /// The random ends of the names of ECR repositories that Opta created in 2022, by module.
    pub random: BTreeMap<String, String>,
    /// The values of input variables, for `{vars.x}`.
    pub vars: BTreeMap<String, String>,
    /// The default of `--env`.
    pub env: Option<String>,
    /// The default of `--image-tag`.
    pub image_tag: Option<String>,
    /// The default of `--image-digest`.
    pub image_digest: Option<String>,
    /// Values that the environment file does not contain: `account_id`, `region` and `org_name`.
    pub environment: BTreeMap<String, String>,
    /// The outputs of the environment that Terraform marks as sensitive.
    sensitive: BTreeSet<String>,
}

impl std::fmt::Debug for Values {
    /// Formats the names only, because values can be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Values")
            .field("parent", &self.parent.keys())
            .field("modules", &self.modules.keys())
            .field("random", &self.random)
            .field("vars", &self.vars.keys())
            .field("env", &self.env)
            .field("image_tag", &self.image_tag)
            .field("image_digest", &self.image_digest)
            .field("environment", &self.environment)
            .finish()
    }
}

/// The keys of facts about the environment.
const ENVIRONMENT_FACTS: [&str; 3] = ["account_id", "region", "org_name"];

const KEYS: Keys = Keys {
    map: "a values file",
    names: &[
        "parent",
        "modules",
        "env",
        "image_tag",
        "image_digest",
        "random",
        "vars",
        "account_id",
        "region",
        "org_name",
    ],
    synonyms: &[],
    shapes: &[],
};

/// Reads a values file: YAML or JSON with `parent` and `modules`, or the output of
/// `terraform output -json`.
///
/// Returns the values without errors, and the diagnostics.
#[must_use]
pub fn read_values(source: &Source) -> (Values, Vec<Diagnostic>) {
    let (document, mut diagnostics) = syntax::parse(source);
    let mut values = Values::default();
    let Some(root) = document.root.as_ref().filter(|root| !root.is_null()) else {
        return (values, diagnostics);
    };
    let mut reader = FieldReader::new(source);
    match root.as_mapping() {
        Some(mapping) if is_terraform_output(mapping) => read_terraform(mapping, &mut values),
        Some(mapping) => read_plain(mapping, &mut values, &mut reader),
        None if root.is_broken() => {}
        None => {
            let message =
                "the values file is not a map, expected a map with `parent` and `modules`";
            reader.push(reader.fault(&WRONG_TYPE, root.span, message));
        }
    }
    diagnostics.iter_mut().for_each(remove_content);
    diagnostics.append(&mut reader.diagnostics);
    (values, diagnostics)
}

/// Removes the text of the file from a syntax error, because it can be a secret.
fn remove_content(diagnostic: &mut Diagnostic) {
    "the values file has a syntax error here".clone_into(&mut diagnostic.message);
    diagnostic.help = Some("check quotes, brackets and indentation".to_owned());
    diagnostic.label = None;
    diagnostic.fixes.clear();
}

/// Returns the diagnostic for a value that is not a map. It does not contain the value.
fn not_a_map(entry: &Entry, expected: &str, reader: &FieldReader<'_>) -> Diagnostic {
    let message = format!("`{}` is not a map, expected {expected}", entry.key.value);
    reader.fault(&WRONG_TYPE, entry.key.span, message)
}

pub(super) fn is_terraform_output(mapping: &Mapping) -> bool {
    let is_output = |entry: &Entry| {
        entry
            .value
            .as_mapping()
            .is_some_and(|output| output.get("value").is_some() && output.get("type").is_some())
    };
    !mapping.entries.is_empty() && mapping.entries.iter().all(is_output)
}

fn read_terraform(mapping: &Mapping, values: &mut Values) {
    for entry in mapping.entries.iter() {
        let Some(output) = entry.value.as_mapping() else { continue };
        let name = entry.key.value.to_string();
        let sensitive =
            output.value("sensitive").and_then(Node::as_scalar).map(|scalar| scalar.value);
        if sensitive == Some(ScalarValue::Bool(true)) {
            values.sensitive.insert(name.clone());
        }
        if let Some(text) = output.value("value").and_then(scalar_text) {
            values.parent.insert(name, text);
        }
    }
}

fn read_plain(mapping: &Mapping, values: &mut Values, reader: &mut FieldReader<'_>) {
    reader.unknown_keys(mapping, &KEYS);
    let text = |key| mapping.value(key).and_then(scalar_text);
    values.env = text("env");
    values.image_tag = text("image_tag");
    values.image_digest = text("image_digest");
    read_environment(mapping, values, reader);
    let not_null = |key| mapping.get(key).filter(|entry| !entry.value.is_null());
    if let Some(entry) = not_null("parent") {
        values.parent = reader.in_entry(entry, |reader| read_outputs(entry, reader));
    }
    if let Some(entry) = not_null("vars") {
        values.vars = reader.in_entry(entry, |reader| read_outputs(entry, reader));
    }
    if let Some(entry) = not_null("random") {
        values.random = reader.in_entry(entry, |reader| read_outputs(entry, reader));
    }
    let Some(entry) = not_null("modules") else { return };
    reader.in_entry(entry, |reader| match entry.value.as_mapping() {
        Some(modules) => {
            for entry in modules.entries.iter().filter(|entry| !entry.value.is_null()) {
                let outputs = reader.in_entry(entry, |reader| {
                    check_arns(entry, reader);
                    read_outputs(entry, reader)
                });
                values.modules.insert(entry.key.value.to_string(), outputs);
            }
        }
        None => reader.push(not_a_map(entry, "a map from module name to outputs", reader)),
    });
}

/// Reads the facts that the environment file does not contain.
fn read_environment(mapping: &Mapping, values: &mut Values, reader: &mut FieldReader<'_>) {
    let is_account =
        |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    for entry in mapping.entries.iter() {
        let key = &*entry.key.value;
        let Some(text) = scalar_text(&entry.value).filter(|_| ENVIRONMENT_FACTS.contains(&key))
        else {
            continue;
        };
        if key == "account_id" && !is_account(&text) {
            let message = "`account_id` is not an AWS account ID, expected 12 digits";
            let diagnostic = reader
                .in_entry(entry, |reader| reader.fault(&WRONG_TYPE, entry.value.span, message));
            reader.push(diagnostic);
        } else {
            values.environment.insert(key.to_owned(), text);
        }
    }
}

fn read_outputs(entry: &Entry, reader: &mut FieldReader<'_>) -> BTreeMap<String, String> {
    let Some(mapping) = entry.value.as_mapping() else {
        if !entry.value.is_broken() {
            reader.push(not_a_map(entry, "a map from output to value", reader));
        }
        return BTreeMap::new();
    };
    order::map(
        mapping
            .entries
            .iter()
            .filter_map(|entry| Some((entry.key.value.to_string(), scalar_text(&entry.value)?))),
    )
}

fn scalar_text(node: &Node) -> Option<String> {
    node.as_scalar().filter(|_| !node.is_null()).map(|scalar| scalar.text.as_str().to_owned())
}

impl Values {
    /// Returns the value of an input, such as `parent.domain` or `module.db.db_host`.
    #[must_use]
    pub fn of_input(&self, input: &str) -> Option<&str> {
        let Some((owner, rest)) = input.split_once('.') else {
            return self.environment.get(input).map(String::as_str);
        };
        let value = match owner {
            "parent" => self.parent.get(rest),
            "random" => self.random.get(rest),
            "vars" => self.vars.get(rest),
            "module" => {
                let (module, output) = rest.split_once('.')?;
                self.modules.get(module)?.get(output)
            }
            _ => None,
        };
        value.map(String::as_str)
    }

    /// Whether an output of the environment is a secret: by its name, or because Terraform marks
    /// it as sensitive.
    #[must_use]
    pub fn is_secret_parent(&self, output: &str) -> bool {
        is_secret_output(output) || self.sensitive.contains(output)
    }

    /// Returns the values that are not secret.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let sensitive = &self.sensitive;
        self.parent.retain(|output, _| !is_secret_output(output) && !sensitive.contains(output));
        for outputs in self.modules.values_mut() {
            outputs.retain(|output, _| !is_secret_output(output));
        }
        self
    }

    /// Returns the secret values, which messages must not contain.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let of_parent = self.parent.iter().filter(|(output, _)| self.is_secret_parent(output));
        let of_modules =
            self.modules.values().flatten().filter(|(output, _)| is_secret_output(output));
        of_parent
            .chain(of_modules)
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
            .collect()
    }
}
