//! The values file: outputs of the environment and of the file's modules, which only a run of
//! Terraform knows.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::model::field_reader::FieldReader;
use crate::model::link::is_secret_output;
use crate::model::rules::WRONG_TYPE;
use crate::order;
use crate::source::Source;
use crate::syntax::{self, Entry, Mapping, Node, ScalarValue};

/// What a values file says.
#[derive(Clone, Default)]
pub struct Values {
    /// Outputs of the environment, for `{parent.x}`.
    pub parent: BTreeMap<String, String>,
    /// Outputs of the file's modules, for `${{module.name.output}}` and links.
    pub modules: BTreeMap<String, BTreeMap<String, String>>,
    /// The default of `--env`.
    pub env: Option<String>,
    /// The default of `--image-tag`.
    pub image_tag: Option<String>,
    /// The default of `--image-digest`.
    pub image_digest: Option<String>,
    /// The outputs of the environment that Terraform itself calls sensitive.
    sensitive: BTreeSet<String>,
}

impl std::fmt::Debug for Values {
    /// Names only: link values are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Values")
            .field("parent", &self.parent.keys())
            .field("modules", &self.modules.keys())
            .field("env", &self.env)
            .field("image_tag", &self.image_tag)
            .field("image_digest", &self.image_digest)
            .finish()
    }
}

/// Reads a values file: YAML or JSON with `parent` and `modules`, or the output of `terraform
/// output -json`.
///
/// Returns the values that could be read, and what could not.
#[must_use]
pub fn read_values(source: &Source) -> (Values, Vec<Diagnostic>) {
    let (document, mut diagnostics) = syntax::parse(source);
    let mut values = Values::default();
    let Some(root) = document.root.as_ref().filter(|root| !root.is_null()) else {
        return (values, diagnostics);
    };
    let mut reader = FieldReader::new(source);
    if let Some(mapping) = root.as_mapping() {
        if is_terraform_output(mapping) {
            for entry in mapping.entries.iter() {
                let Some(output) = entry.value.as_mapping() else { continue };
                let name = entry.key.value.to_string();
                let flag =
                    output.value("sensitive").and_then(Node::as_scalar).map(|flag| flag.value);
                if flag == Some(ScalarValue::Bool(true)) {
                    values.sensitive.insert(name.clone());
                }
                if let Some(text) = output.value("value").and_then(text) {
                    values.parent.insert(name, text);
                }
            }
        } else {
            read_plain(mapping, &mut values, &mut reader);
        }
    } else if !root.is_broken() {
        reader.push(reader.fault(
            &WRONG_TYPE,
            root.span,
            "the values file is no map, expected one with `parent` and `modules`",
        ));
    }
    diagnostics.iter_mut().for_each(without_content);
    diagnostics.append(&mut reader.diagnostics);
    (values, diagnostics)
}

/// Takes out of a syntax fault what it says of the text, which may be a secret.
fn without_content(fault: &mut Diagnostic) {
    "the values file cannot be read here".clone_into(&mut fault.message);
    fault.help = Some(
        "look for a quote or a bracket that is not closed, and for wrong indentation".to_owned(),
    );
    fault.label = None;
    fault.fixes.clear();
}

/// The fault of a value that is no map, without the value.
fn no_map(entry: &Entry, expected: &str, reader: &FieldReader<'_>) -> Diagnostic {
    reader.fault(
        &WRONG_TYPE,
        entry.key.span,
        format!("`{}` is no map, expected {expected}", entry.key.value),
    )
}

fn is_terraform_output(mapping: &Mapping) -> bool {
    !mapping.entries.is_empty()
        && mapping.entries.iter().all(|entry| {
            entry
                .value
                .as_mapping()
                .is_some_and(|output| output.get("value").is_some() && output.get("type").is_some())
        })
}

fn read_plain(mapping: &Mapping, values: &mut Values, reader: &mut FieldReader<'_>) {
    let known = ["parent", "modules", "env", "image_tag", "image_digest", "random"];
    reader.unknown_keys(mapping, &known, "a values file");
    let scalar = |key| mapping.value(key).filter(|node| !node.is_null()).and_then(text);
    values.env = scalar("env");
    values.image_tag = scalar("image_tag");
    values.image_digest = scalar("image_digest");
    let given = |key| mapping.get(key).filter(|entry| !entry.value.is_null());
    if let Some(entry) = given("parent") {
        values.parent = reader.in_entry(entry, |reader| texts(entry, reader));
    }
    let Some(entry) = given("modules") else { return };
    reader.in_entry(entry, |reader| match entry.value.as_mapping() {
        Some(modules) => {
            for entry in modules.entries.iter().filter(|entry| !entry.value.is_null()) {
                let outputs = reader.in_entry(entry, |reader| texts(entry, reader));
                values.modules.insert(entry.key.value.to_string(), outputs);
            }
        }
        None => reader.push(no_map(entry, "one from module name to outputs", reader)),
    });
}

fn texts(entry: &Entry, reader: &mut FieldReader<'_>) -> BTreeMap<String, String> {
    let Some(mapping) = entry.value.as_mapping() else {
        if !entry.value.is_broken() {
            reader.push(no_map(entry, "one from output to value", reader));
        }
        return BTreeMap::new();
    };
    order::map(
        mapping
            .entries
            .iter()
            .filter_map(|entry| Some((entry.key.value.to_string(), text(&entry.value)?))),
    )
}

fn text(node: &Node) -> Option<String> {
    node.as_scalar().filter(|_| !node.is_null()).map(|scalar| scalar.text.as_str().to_owned())
}

impl Values {
    /// The same without what is secret.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let sensitive = &self.sensitive;
        self.parent.retain(|output, _| !is_secret_output(output) && !sensitive.contains(output));
        for outputs in self.modules.values_mut() {
            outputs.retain(|output, _| !is_secret_output(output));
        }
        self
    }

    /// The secret values, to keep them out of messages.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let of_parent = self
            .parent
            .iter()
            .filter(|(output, _)| is_secret_output(output) || self.sensitive.contains(*output));
        let of_modules =
            self.modules.values().flatten().filter(|(output, _)| is_secret_output(output));
        of_parent
            .chain(of_modules)
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
            .collect()
    }
}
