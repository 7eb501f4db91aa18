//! A diagnostic with the environments in which it occurs.

use optakit_core::api::{Diagnostic, Severity};
use optakit_core::quote::quoted_list;

/// A diagnostic of a service file with the environments in which it occurs.
#[derive(Clone, Debug)]
pub(crate) struct EnvironmentDiagnostic {
    pub(crate) diagnostic: Diagnostic,
    /// The names of the environments, in file order. Empty if the file has no list of them.
    pub(crate) environments: Vec<String>,
    /// Whether it occurs in every environment that was checked.
    pub(crate) is_shared: bool,
}

impl EnvironmentDiagnostic {
    pub(crate) fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }

    pub(crate) fn is_warning(&self) -> bool {
        self.diagnostic.severity == Severity::Warning
    }

    /// Returns the environments, if the others do not have the problem.
    pub(crate) fn note(&self) -> Option<String> {
        let names: Vec<&str> = self.environments.iter().map(String::as_str).collect();
        let noun = if names.len() == 1 { "environment" } else { "environments" };
        (!self.is_shared && !names.is_empty())
            .then(|| format!("only in the {noun} {}", quoted_list(&names)))
    }
}
