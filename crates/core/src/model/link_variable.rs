//! The environment variables from the Secret `secret` of the layer.

use std::collections::BTreeSet;

use super::cloud::Cloud;
use super::k8s_service::K8sService;
use super::link_kind::{LinkKind, credentials_of};
use super::module_list::ModuleList;
use crate::span::Span;
use crate::text::{Hole, Text};

/// An environment variable from the Secret `secret`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkVariable {
    /// The name of the variable, which is also its key in the Secret `secret`.
    pub name: String,
    /// The name of the module.
    pub module: String,
    /// The output of the module that is the value.
    pub output: String,
    /// The span of the link, or of the first text that uses the output.
    pub span: Span,
    /// Whether the linked module is a database with certificates of RDS.
    pub rds: bool,
    /// Whether a value of `env_vars` refers to the variable. Kubernetes replaces only references
    /// to variables that are defined before.
    pub in_text: bool,
}

impl LinkVariable {
    /// Whether the variable has the value of an input.
    #[must_use]
    pub fn is_of(&self, input: &str) -> bool {
        split_input(input) == Some((&self.module, &self.output))
    }
}

/// Returns the variables from the links of a service, in the order of the links, and then those
/// that only texts use. If several variables have the same name, the first one is used.
#[must_use]
pub fn link_variables(
    service: &K8sService,
    modules: &ModuleList,
    cloud: Cloud,
) -> Vec<LinkVariable> {
    let mut found = Collected::default();
    for link in &service.links.value.0 {
        let target = link.target.value.as_str();
        let Some(module) = modules.named(target) else { continue };
        let kind = LinkKind::of(module.short_type()).filter(|_| cloud == Cloud::Aws);
        let rds = kind.is_some_and(|kind| kind.rds_certificates);
        for output in credentials_of(module.short_type(), cloud) {
            let name = link.variable_name(output);
            found.add(LinkVariable {
                name,
                module: module.name.value.clone(),
                output: (*output).to_owned(),
                span: link.target.span,
                rds,
                in_text: false,
            });
        }
    }
    for variable in &service.env_vars.value.0 {
        for hole in secret_holes(&variable.value.value) {
            found.use_in_text(hole, variable.value.span);
        }
    }
    found.variables
}

/// The variables that were found, and their names.
#[derive(Default)]
struct Collected {
    variables: Vec<LinkVariable>,
    names: BTreeSet<String>,
}

impl Collected {
    fn add(&mut self, variable: LinkVariable) {
        if self.names.insert(variable.name.clone()) {
            self.variables.push(variable);
        }
    }

    /// Marks the variable that a text uses. Adds the variable that a link would add, if no link
    /// has it.
    fn use_in_text(&mut self, hole: &Hole, span: Span) {
        let used = self.variables.iter_mut().find(|variable| variable.is_of(&hole.input));
        if let Some(linked) = used {
            linked.in_text = true;
            return;
        }
        let Some((module, output)) = split_input(&hole.input) else { return };
        let (module, output) = (module.to_owned(), output.to_owned());
        let name = format!("{module}_{output}");
        self.add(LinkVariable { name, module, output, span, rds: false, in_text: true });
    }
}

/// Returns the holes of a text that a Secret fills.
pub fn secret_holes(text: &Text) -> impl Iterator<Item = &Hole> {
    text.holes().iter().filter(|hole| hole.secret)
}

/// Splits `module.db.db_host` into `db` and `db_host`.
fn split_input(input: &str) -> Option<(&str, &str)> {
    input.strip_prefix("module.")?.split_once('.')
}
