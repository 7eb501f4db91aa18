//! The references that there are, for help while typing.

use super::interpolation::{Answer, NAMES, Scope, answer};
use crate::model::link::{Gives, gives};
use crate::source::Source;

/// What a reference stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// This.
    Value(String),
    /// Something only the environment knows.
    Input,
    /// Nothing.
    Unknown {
        /// Why.
        message: String,
        /// The next action.
        help: String,
    },
}

/// Answers a reference such as `parent.domain`, written without its braces.
#[must_use]
pub fn look_up(reference: &str, source: &Source, scope: &Scope<'_>) -> Lookup {
    let segments: Vec<&str> = reference.split('.').collect();
    match answer(&segments, source, scope) {
        Answer::Known(value, _) => Lookup::Value(value),
        Answer::Input(_) => Lookup::Input,
        Answer::Unknown { message, help, .. } => Lookup::Unknown { message, help },
    }
}

/// Every reference that can be answered, now or by the environment.
#[must_use]
pub fn reference_names(scope: &Scope<'_>) -> Vec<String> {
    let single = NAMES
        .iter()
        .filter(|name| !matches!(**name, "parent" | "vars" | "variables"))
        .map(|name| (*name).to_owned());
    let parent = scope
        .environment
        .outputs()
        .filter(|_| !scope.environment.own)
        .map(|output| format!("parent.{output}"));
    let variables = scope.variables.keys().map(|name| format!("vars.{name}"));
    let modules = scope.modules.iter().flat_map(|module| {
        let outputs: &[&str] = match gives(module.short_type()) {
            Some(Gives::Credentials(outputs)) => outputs,
            _ => &[],
        };
        outputs.iter().map(|output| format!("module.{}.{output}", module.name.value))
    });
    parent.chain(variables).chain(single).chain(modules).collect()
}
