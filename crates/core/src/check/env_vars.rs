//! Environment variables and the secrets among them.

use std::collections::BTreeMap;

use super::context::Checker;
use crate::diagnostic::{Diagnostic, Example, Rule, Severity};
use crate::span::Span;

/// A name no environment variable has.
pub static INVALID_ENV_NAME: Rule = Rule {
    id: "invalid-env-name",
    severity: Severity::Error,
    doc: "The name of an environment variable may hold printable ASCII characters except `=` (Kubernetes, \
          `EnvVar.name`). A secret's name is a key of the Secret `manual-secrets` too: letters, digits, `-`, `_` and `.`.",
    bad: Example::Module("env_vars:\n  \"A=B\": \"1\"\n"),
    good: Example::Module("env_vars:\n  A_B: \"1\"\n"),
}
.published();

/// A name that is set twice.
pub static SHADOWED_ENV_VAR: Rule = Rule {
    id: "shadowed-env-var",
    severity: Severity::Warning,
    doc: "An environment variable is set more than once; the container sees the last of: Optakit's own, `env_vars`, links, \
          `secrets`.",
    bad: Example::Module("env_vars:\n  TOKEN: \"x\"\nsecrets: [TOKEN]\n"),
    good: Example::Module("env_vars:\n  MODE: \"x\"\nsecrets: [TOKEN]\n"),
}
.published();

/// The names Optakit itself may set, with what for.
const OWN: &[(&str, &str)] = &[("RDS_CA_PATH", "Optakit sets it for links to databases")];

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut faults = Vec::new();
    for variable in &service.env_vars.value.0 {
        let path = || variable.place.path(&checker.path("env_vars"));
        let name = variable.name.value.as_str();
        if variable.name.value.is_known() && !is_env_name(name) {
            faults.push(invalid(name, variable.name.span, path()));
        }
        if let Some((_, why)) = OWN.iter().find(|(own, _)| *own == name) {
            let message = format!("`{name}` is set here, and {why}");
            faults.push(
                Diagnostic::new(&SHADOWED_ENV_VAR, variable.name.span, path(), message)
                    .help("the value given here is used"),
            );
        }
        shadowed(&mut seen, name, variable.name.span, path, &mut faults);
    }
    for (index, secret) in service.secrets.value.iter().enumerate() {
        let name = secret.value.as_str();
        let path = || format!("{}[{index}]", checker.path("secrets"));
        if secret.value.is_known() && !is_secret_key(name) {
            faults.push(invalid(name, secret.span, path()));
        }
        shadowed(&mut seen, name, secret.span, path, &mut faults);
    }
    checker.diagnostics.append(&mut faults);
}

fn invalid(name: &str, span: Span, path: String) -> Diagnostic {
    let message = if name.is_empty() {
        "the name is empty".to_owned()
    } else {
        format!("`{name}` cannot be the name of an environment variable")
    };
    Diagnostic::new(&INVALID_ENV_NAME, span, path, message).help("use letters, digits and `_`")
}

fn shadowed<'a>(
    seen: &mut BTreeMap<&'a str, Span>,
    name: &'a str,
    span: Span,
    path: impl Fn() -> String,
    faults: &mut Vec<Diagnostic>,
) {
    if let Some(first) = seen.insert(name, span) {
        let message = format!("`{name}` is set twice");
        faults.push(
            Diagnostic::new(&SHADOWED_ENV_VAR, span, path(), message)
                .help("the container sees the last one; keep one of the two")
                .label(first, "also set here"),
        );
    }
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
