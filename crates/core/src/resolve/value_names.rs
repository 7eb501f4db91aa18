//! Misspelled names in a values file.

use super::values::is_terraform_output;
use crate::diagnostic::Diagnostic;
use crate::model::cloud::Cloud;
use crate::model::environment::outputs_of_types;
use crate::model::module::Header;
use crate::model::module_types::ModuleType;
use crate::model::rules::UNKNOWN_FIELD;
use crate::quote::{one_of, quoted};
use crate::source::Source;
use crate::suggest::Suggestion;
use crate::syntax::{self, Entry, Mapping};

/// Returns a diagnostic for each module and output that the service file does not have.
///
/// The output of `terraform output -json` has outputs of the whole state, so none of them is
/// reported. An output is always accepted if the service file refers to it.
#[must_use]
pub fn unknown_names(
    values: &Source,
    service: &Source,
    modules: &[Header],
    cloud: Cloud,
) -> Vec<Diagnostic> {
    let (document, _) = syntax::parse(values);
    let root = document.root.as_ref().and_then(|root| root.as_mapping());
    let Some(root) = root.filter(|root| !is_terraform_output(root)) else { return Vec::new() };
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
    names.diagnostics
}

struct NameChecker<'a> {
    diagnostics: Vec<Diagnostic>,
    service: &'a Source,
    modules: &'a [Header],
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

    fn check_modules(&mut self, parent: &Entry, found: &Mapping) {
        let known: Vec<&str> =
            self.modules.iter().map(|module| module.name.value.as_str()).collect();
        for entry in found.entries.iter() {
            let name = &*entry.key.value;
            let module = self.modules.iter().find(|module| module.name.value == name);
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
        self.diagnostics.push(suggestion.add_to(diagnostic, "rename"));
    }
}
