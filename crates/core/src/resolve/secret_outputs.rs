//! Secret outputs of modules in texts. A manifest never contains their values: a variable from a
//! Secret contains the value, and the text refers to the variable.

use super::format::Piece;
use super::scope::Scope;
use super::values::Values;
use crate::diagnostic::Diagnostic;
use crate::model::link_kind::{credentials_of, is_secret_output};
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The text contains a secret output, but a manifest must not contain secrets.
    ///
    /// Only the value of an environment variable can contain a secret output of a module. There,
    /// the manifest refers to a variable from the Secret `secret`, and Kubernetes adds the value.
    /// Other fields, such as `image` and `public_uri`, cannot refer to variables. Secret outputs of
    /// the environment, such as `{parent.db_password}`, are not in a Secret of the namespace, so no
    /// field can contain them.
    pub static EXPOSED_SECRET: Error {
        fix: "Use a secret output of a module only in the value of an environment variable. Store \
              other secrets with `optakit secret set`, and list their names in `secrets`.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, \
             healthcheck_path: \"/${{module.db.db_password}}\"}\n  \
             - {type: postgres, name: db}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, \
             env_vars: {PASSWORD: \"${{module.db.db_password}}\"}}\n  \
             - {type: postgres, name: db}\n"
        ),
    }
}

rule! {
    /// A URL contains a secret whose value has characters that a URL must escape.
    ///
    /// Kubernetes adds the value to the URL without escaping characters such as `@`, `/` and `%`.
    /// So the application would read a wrong user, host or password.
    /// `validate` reports this if a values file contains the value. `apply` and `secret set` report
    /// it for the values in the cluster.
    pub static UNESCAPED_SECRET: Warning {
        fix: "Build the URL in the application from separate variables, or use a password of \
              letters and digits.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, \
             env_vars: {URL: \"pg://u:${{module.db.db_password}}@h\"}}\n  \
             - {type: postgres, name: db}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, \
             env_vars: {PASSWORD: \"${{module.db.db_password}}\"}}\n  \
             - {type: postgres, name: db}\n"
        ),
    }
}

/// The secret outputs of a text.
pub(super) struct FromSecret<'a> {
    /// Pairs of a module and a secret output.
    outputs: Vec<(&'a str, &'a str)>,
    scope: &'a Scope<'a>,
}

impl<'a> FromSecret<'a> {
    /// Finds the secret outputs of modules among the pieces of a text.
    pub(super) fn of(pieces: &[Piece<'a>], scope: &'a Scope<'a>) -> Self {
        let secret = |piece: &Piece<'a>| match piece {
            Piece::Reference { segments, .. } => match segments.as_slice() {
                ["module", module, output] if is_secret_output(output) => Some((*module, *output)),
                _ => None,
            },
            Piece::Literal(_) | Piece::Malformed(_) => None,
        };
        Self { outputs: pieces.iter().filter_map(secret).collect(), scope }
    }

    /// Whether an output without a known value comes from the Secret too: a text with the password
    /// of a database gets the other credentials of the same database from the same place.
    pub(super) fn contains(&self, segments: &[&str]) -> bool {
        let ["module", name, output] = segments else { return false };
        let module = self.scope.modules.named(name);
        let is_credential = module.is_some_and(|module| {
            credentials_of(module.short_type(), self.scope.environment.cloud()).contains(output)
        });
        is_credential && self.outputs.iter().any(|(module, _)| module == name)
    }

    /// Returns a secret output in a URL whose known value has characters that a URL must escape.
    pub(super) fn unescaped(&self, text: &str, values: &Values) -> Option<&'a str> {
        let is_unescaped = |(module, output): &&(&str, &str)| {
            let outputs = values.modules.get(*module);
            outputs
                .and_then(|outputs| outputs.get(*output))
                .is_some_and(|value| needs_url_escape(value))
        };
        let unescaped = self.outputs.iter().find(is_unescaped);
        unescaped.filter(|_| text.contains("://")).map(|(_, output)| *output)
    }
}

/// Whether a URL must escape characters of a value (RFC 3986, "unreserved").
#[must_use]
pub fn needs_url_escape(value: &str) -> bool {
    !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Returns the diagnostic for a secret in a text that cannot contain one.
pub(super) fn exposed(raw: &str, segments: &[&str], span: Span, path: &str) -> Diagnostic {
    let message = format!("`{raw}` is a secret, and a manifest must not contain its value");
    let help = if segments[0] == "module" {
        "use it only in the values of `env_vars`: the container gets it from a Secret"
    } else {
        "store it with `optakit secret set NAME`, and add `NAME` to `secrets`"
    };
    Diagnostic::new(&EXPOSED_SECRET, span, path, message).help(help)
}

/// Returns the diagnostic for a secret that a URL must escape. It does not contain the value.
pub(super) fn unescaped(output: &str, span: Span, path: &str) -> Diagnostic {
    let message = format!("the value of `{output}` has characters that a URL must escape");
    Diagnostic::new(&UNESCAPED_SECRET, span, path, message).help(
        "build the URL in the application from separate variables, or use a password of letters \
         and digits",
    )
}
