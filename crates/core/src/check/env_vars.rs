//! Names of environment variables and secrets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::cloud::Cloud;
use crate::model::env_vars::EnvVar;
use crate::model::link::Link;
use crate::model::link_kind::credentials_of;
use crate::model::module_list::ModuleList;
use crate::quote::quoted;
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
        limits: [MAX_SECRET_KEY],
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

rule! {
    /// A container cannot start with the value of this environment variable.
    ///
    /// Linux accepts no NUL character in a variable, and at most 131,071 bytes of name, `=` and
    /// value.
    /// The API server changes or rejects DEL, C1 control characters, and Unicode line separators.
    /// Kubernetes stores at most 1 MB of variables for a service.
    pub static INVALID_ENV_VALUE: Error {
        fix: "Remove the character. Put a long value in a file of the image, or in a bucket.",
        bad: Module("env_vars:\n  SEPARATOR: \"\\0\"\n"),
        good: Module("env_vars:\n  SEPARATOR: \"\\t\"\n"),
        limits: [MAX_VARIABLE - 1, MAX_VARIABLES],
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
        names.check_value(variable, &path);
        names.add(name, span, &path);
    }
    for link in &service.links.value.0 {
        for (name, span) in
            variables_of(link, checker.context.modules, checker.context.environment.cloud())
        {
            names.add(name, span, &link.path);
        }
    }
    for (index, secret) in service.secrets.value.iter().enumerate() {
        let path = format!("{}[{index}]", checker.path("secrets"));
        let name = secret.value.as_str();
        if let Some((name, _)) = name.split_once('=') {
            names.diagnostics.push(secret_with_value(name, secret.span, &path));
            continue;
        }
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
    seen: BTreeMap<Cow<'a, str>, Span>,
    /// The bytes of the names and values in `env_vars`.
    bytes: usize,
    diagnostics: Vec<Diagnostic>,
}

/// The most bytes of a variable: its name, `=`, its value and a NUL character (`MAX_ARG_STRLEN` of
/// Linux).
const MAX_VARIABLE: usize = 131_072;
/// The most bytes of all variables, below the 1.5 MiB that etcd accepts for an object.
const MAX_VARIABLES: usize = 1_000_000;

impl<'a> Names<'a> {
    /// Checks that a container can start with a value.
    fn check_value(&mut self, variable: &EnvVar, path: &str) {
        let (name, value) = (variable.name.value.as_str(), &variable.value);
        let text = value.value.as_str();
        let bytes = name.len() + text.len() + 2;
        let earlier = self.bytes;
        self.bytes += bytes;
        let (message, help) = if let Some(c) = text.chars().find(|c| is_lost(*c)) {
            let c = c.escape_unicode();
            let message =
                format!("`{name}` contains the character `{c}`, which containers cannot receive");
            (message, "remove the character")
        } else if bytes > MAX_VARIABLE {
            let most = MAX_VARIABLE - name.len() - 2;
            let message =
                format!("`{name}` has {} bytes, but Linux accepts at most {most}", text.len());
            (message, "put the value in a file of the image, or in a bucket")
        } else if earlier <= MAX_VARIABLES && self.bytes > MAX_VARIABLES {
            let message = format!(
                "the variables up to `{name}` have more than {MAX_VARIABLES} bytes, \
                 which is too large for Kubernetes"
            );
            (message, "put long values in a file of the image, or in a bucket")
        } else {
            return;
        };
        let diagnostic = Diagnostic::new(&INVALID_ENV_VALUE, value.span, path, message).help(help);
        self.diagnostics.push(diagnostic);
    }

    fn add(&mut self, name: impl Into<Cow<'a, str>>, span: Span, path: &str) {
        let name = name.into();
        if name == RDS_CA_PATH {
            let message = format!("`{name}` replaces the value that Optakit sets for databases");
            self.diagnostics.push(
                Diagnostic::new(&SHADOWED_ENV_VAR, span, path, message)
                    .help("remove it to use the certificates that Optakit provides"),
            );
        }
        if let Some(first) = self.seen.insert(name.clone(), span) {
            let message = format!("`{name}` is set twice");
            self.diagnostics.push(
                Diagnostic::new(&SHADOWED_ENV_VAR, span, path, message)
                    .help("remove one of the two: the container uses the last value")
                    .label(first, "also set here"),
            );
        }
    }
}

/// Whether a character does not reach the container: Linux ends a text at NUL, and the API server
/// changes or rejects the other ones.
pub(super) const fn is_lost(c: char) -> bool {
    matches!(
        c,
        '\0' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Returns the variables of a link, with their positions.
fn variables_of<'a>(
    link: &'a Link,
    modules: &'a ModuleList,
    cloud: Cloud,
) -> impl Iterator<Item = (String, Span)> + use<'a> {
    let target = link.target.value.as_str();
    let module = modules.named(target);
    let outputs = module.map_or(&[][..], |module| credentials_of(module.short_type(), cloud));
    outputs.iter().map(|output| (link.variable_name(output), link.target.span))
}

pub(super) fn invalid(name: &str, span: Span, path: &str) -> Diagnostic {
    let message = if name.is_empty() {
        "the name of the environment variable is empty".to_owned()
    } else {
        format!("`{name}` is not a valid name of an environment variable")
    };
    Diagnostic::new(&INVALID_ENV_NAME, span, path, message).help("use only letters, digits and `_`")
}

/// Reports a secret that is written as `NAME=value`. The message does not contain the value.
fn secret_with_value(name: &str, span: Span, path: &str) -> Diagnostic {
    let name = quoted(name);
    let message = format!("secret {name} has a value, expected only its name");
    Diagnostic::new(&INVALID_ENV_NAME, span, path, message)
        .help("remove the value, and store it with `optakit secret set`")
        .confidential()
}

fn is_env_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
}

/// The largest length of a key of a Secret.
const MAX_SECRET_KEY: usize = 253;

/// Whether a key of a Secret can have this name.
#[must_use]
pub fn is_secret_key(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_SECRET_KEY
        && name != "."
        && !name.starts_with("..")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
