//! Misspelled names in a values file.

use std::collections::BTreeSet;

use super::service_file::LayerFile;
use super::values::is_terraform_output;
use crate::diagnostic::Diagnostic;
use crate::model::cloud::Cloud;
use crate::model::environment::outputs_of_types;
use crate::model::module::Header;
use crate::model::module_list::ModuleList;
use crate::model::module_types::ModuleType;
use crate::model::rules::UNKNOWN_FIELD;
use crate::quote::{one_of, quoted};
use crate::rule::rule;
use crate::source::Source;
use crate::suggest::Suggestion;
use crate::syntax::{self, Entry, Mapping};

rule! {
    /// The values file has a variable that is not an input variable of the service file, or a
    /// random end for a module that does not exist. The value has no effect.
    ///
    /// Only `input_variables` take values from the values file. The variables of an environment
    /// have their values in the service file.
    pub static UNUSED_VALUE: Warning {
        fix: "Rename the key to the suggested name, or remove it.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\n\
             input_variables: [{name: color}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}} # vars: {colour: red}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\n\
             input_variables: [{name: color}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}} # vars: {color: red}\n"
        ),
    }
}

/// Returns a diagnostic for each module and output that the service file does not have, and for
/// each variable that it does not take.
///
/// The output of `terraform output -json` has outputs of the whole state, so none of them is
/// reported. An output is always accepted if the service file refers to it.
#[must_use]
pub fn unknown_names(
    values: &Source,
    service: &Source,
    layer: &LayerFile,
    cloud: Cloud,
) -> Vec<Diagnostic> {
    let (document, _) = syntax::parse(values);
    let root = document.root.as_ref().and_then(|root| root.as_mapping());
    let Some(root) = root.filter(|root| !is_terraform_output(root)) else { return Vec::new() };
    let modules = &layer.modules;
    let mut names = NameChecker { diagnostics: Vec::new(), service, modules, cloud };
    let maps = |key| {
        let entry: Option<&Entry> = root.get(key);
        entry.and_then(|entry| Some((entry, entry.value.as_mapping()?)))
    };
    if let Some((parent, outputs)) = maps("parent") {
        names.check_parent(parent, outputs);
    }
    if let Some((entry, found)) = maps("modules") {
        names.check_modules(entry, found);
    }
    if let Some((entry, found)) = maps("vars") {
        let inputs = layer.layer.iter().filter_map(|file| file.input_variables.as_ref());
        let known: Vec<&str> =
            inputs.flat_map(|inputs| inputs.value.iter()).map(|it| it.0).collect();
        names.check_used(entry, found, ("input variable", &known));
    }
    if let Some((entry, found)) = maps("random") {
        let known: Vec<&str> = modules.iter().map(|module| module.name.value.as_str()).collect();
        names.check_used(entry, found, ("module", &known));
    }
    names.diagnostics
}

struct NameChecker<'a> {
    diagnostics: Vec<Diagnostic>,
    service: &'a Source,
    modules: &'a ModuleList,
    cloud: Cloud,
}

impl NameChecker<'_> {
    /// An environment can have other outputs, so only names that look misspelled are reported.
    fn check_parent(&mut self, parent: &Entry, outputs: &Mapping) {
        let cloud = self.cloud;
        let known = || outputs_of_types(cloud).flat_map(|(_, outputs)| outputs.iter());
        for entry in outputs.entries.iter() {
            let name = &*entry.key.value;
            if known().any(|known| known == name) || self.refers_to("parent", name) {
                continue;
            }
            let suggestion = Suggestion::new(name, known(), String::new);
            if suggestion.name.is_some() {
                let message = format!("unknown output {} of the environment", quoted(name));
                self.report(&[parent], entry, message, suggestion);
            }
        }
    }

    /// Reports the keys that are not among the known names of a kind.
    fn check_used(&mut self, parent: &Entry, found: &Mapping, (kind, known): (&str, &[&str])) {
        let known_names: BTreeSet<&str> = known.iter().copied().collect();
        for entry in found.entries.iter() {
            let name = &*entry.key.value;
            if known_names.contains(name) {
                continue;
            }
            let message = format!("{} has no effect: there is no such {kind}", quoted(name));
            let path = format!("{}.{name}", parent.key.value);
            let diagnostic = Diagnostic::new(&UNUSED_VALUE, entry.key.span, path, message);
            let other_help = || "remove it".to_owned();
            let suggestion = Suggestion::new(name, known.iter().copied(), other_help);
            self.diagnostics.push(suggestion.rename(diagnostic));
        }
    }

    fn check_modules(&mut self, parent: &Entry, found: &Mapping) {
        let known: Vec<&str> =
            self.modules.iter().map(|module| module.name.value.as_str()).collect();
        for entry in found.entries.iter() {
            let name = &*entry.key.value;
            let module = self.modules.named(name);
            match (module, entry.value.as_mapping()) {
                (Some(module), Some(outputs)) => {
                    self.check_outputs(&[parent, entry], module, outputs);
                }
                (Some(_), None) => {}
                (None, _) => {
                    let message =
                        format!("there is no module {} in the service file", quoted(name));
                    let other_help = || format!("use {}", one_of(&known));
                    let suggestion = Suggestion::new(name, known.iter().copied(), other_help);
                    self.report(&[parent], entry, message, suggestion);
                }
            }
        }
    }

    fn check_outputs(&mut self, parents: &[&Entry], module: &Header, outputs: &Mapping) {
        let module_type = module.short_type();
        let kind = module.module_type(self.cloud);
        let known: Vec<&str> = kind.into_iter().flat_map(ModuleType::outputs).collect();
        if known.is_empty() {
            return;
        }
        for entry in outputs.entries.iter() {
            let name = &*entry.key.value;
            if known.contains(&name) || self.refers_to(&module.name.value, name) {
                continue;
            }
            let message = format!(
                "the module {} of the type `{module_type}` has no output {}",
                quoted(&module.name.value),
                quoted(name)
            );
            let other_help = || format!("use {}", one_of(&known));
            let suggestion = Suggestion::new(name, known.iter().copied(), other_help);
            self.report(parents, entry, message, suggestion);
        }
    }

    /// Whether the service file has a reference to an output, such as `{parent.domain}`,
    /// `{parent[domain]}` or `${{module.db.db_host}}`.
    fn refers_to(&self, owner: &str, output: &str) -> bool {
        let references = [format!("{owner}.{output}"), format!("{owner}[{output}]")];
        references.iter().any(|reference| self.service.text.contains(reference))
    }

    fn report(
        &mut self,
        parents: &[&Entry],
        entry: &Entry,
        message: String,
        suggestion: Suggestion,
    ) {
        let keys = parents.iter().copied().chain([entry]).map(|entry| &*entry.key.value);
        let path = keys.collect::<Vec<&str>>().join(".");
        let diagnostic = Diagnostic::new(&UNKNOWN_FIELD, entry.key.span, path, message);
        self.diagnostics.push(suggestion.rename(diagnostic));
    }
}
