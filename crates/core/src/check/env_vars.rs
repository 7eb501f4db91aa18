//! Names of environment variables and secrets.

use std::collections::BTreeMap;

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The name is not a valid name of an environment variable.
    ///
    /// The name may contain printable ASCII characters except `=`. The name of a secret is also a
    /// key of the Secret `manual-secrets`. It may contain only letters, digits, `-`, `_` and `.`.
    pub static INVALID_ENV_NAME: Error {
        fix: "Use only letters, digits and `_`.",
        bad: Module("env_vars:\n  \"A=B\": \"1\"\n"),
        good: Module("env_vars:\n  A_B: \"1\"\n"),
    }
}

rule! {
    /// An environment variable is set more than once.
    ///
    /// The container uses the last value. The order is: variables of Optakit, `env_vars`, `links`,
    /// `secrets`.
    pub static SHADOWED_ENV_VAR: Warning {
        fix: "Remove or rename one of the variables.",
        bad: Module("env_vars:\n  TOKEN: \"x\"\nsecrets: [TOKEN]\n"),
        good: Module("env_vars:\n  MODE: \"x\"\nsecrets: [TOKEN]\n"),
    }
}

/// The variable that Optakit sets for links to databases.
pub const RDS_CA_PATH: &str = "RDS_CA_PATH";

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let mut names = Names::default();
    for variable in &service.env_vars.value.0 {
        let path = variable.place.path(&checker.path("env_vars"));
        let (name, span) = (variable.name.value.as_str(), variable.name.span);
        if variable.name.value.is_known() && !is_env_name(name) {
            names.diagnostics.push(invalid(name, span, &path));
        }
        if name == RDS_CA_PATH {
            let message = format!("`{name}` replaces the value that Optakit sets for databases");
            names.diagnostics.push(
                Diagnostic::new(&SHADOWED_ENV_VAR, span, &*path, message)
                    .help("remove it to use the certificates that Optakit provides"),
            );
        }
        names.add(name, span, &path);
    }
    for (index, secret) in service.secrets.value.iter().enumerate() {
        let path = format!("{}[{index}]", checker.path("secrets"));
        let name = secret.value.as_str();
        if secret.value.is_known() && !is_secret_key(name) {
            names.diagnostics.push(invalid(name, secret.span, &path));
        }
        names.add(name, secret.span, &path);
    }
    checker.diagnostics.append(&mut names.diagnostics);
}

/// The names so far, and the diagnostics about them.
#[derive(Default)]
struct Names<'a> {
    seen: BTreeMap<&'a str, Span>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Names<'a> {
    fn add(&mut self, name: &'a str, span: Span, path: &str) {
        if let Some(first) = self.seen.insert(name, span) {
            let message = format!("`{name}` is set twice");
            self.diagnostics.push(
                Diagnostic::new(&SHADOWED_ENV_VAR, span, path, message)
                    .help("remove one of the two: the container uses the last value")
                    .label(first, "also set here"),
            );
        }
    }
}

fn invalid(name: &str, span: Span, path: &str) -> Diagnostic {
    let message = if name.is_empty() {
        "the name of the environment variable is empty".to_owned()
    } else {
        format!("`{name}` is not a valid name of an environment variable")
    };
    Diagnostic::new(&INVALID_ENV_NAME, span, path, message).help("use only letters, digits and `_`")
}

fn is_env_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
}

fn is_secret_key(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name != "."
        && !name.starts_with("..")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
