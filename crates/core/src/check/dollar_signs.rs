//! `$(NAME)` and `$$` in the values of environment variables, which Kubernetes expands.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Checker;
use super::env_vars::RDS_CA_PATH;
use crate::diagnostic::Diagnostic;
use crate::model::env_vars::EnvVar;
use crate::model::link_variable::{LinkVariable, link_variables, secret_holes};
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

rule! {
    /// Kubernetes may replace a `$` in the value of an environment variable.
    ///
    /// Kubernetes replaces `$(NAME)` with the value of an earlier variable of the container. The
    /// order is: variables of Optakit, `env_vars`, `links`, `secrets`. If `NAME` is a variable of
    /// the container, the value can mean both the text and the value of the variable. Every
    /// container also has variables with the address of the API server, such as
    /// `KUBERNETES_SERVICE_HOST`.
    ///
    /// Every other `$` reaches the container as written, because Optakit escapes `$$`. The profiles
    /// `opta-2021` and `opta-2022` do not escape it, because running pods would restart. With these
    /// profiles, the container gets `$` instead of `$$`.
    pub static DOLLAR_IN_VALUE: Warning {
        fix: "For the text, write `$$(NAME)`. For the value of another variable, use a reference \
              such as `{vars.name}` or `${{module.db.db_password}}`.",
        bad: Module("env_vars:\n  BASE: /srv\n  DATA: \"$(BASE)/data\"\n"),
        good: Module("env_vars:\n  BASE: /srv\n  DATA: \"$$(BASE)/data\"\n"),
    }
}

rule! {
    /// A text contains a secret output of a module, but `env_vars` replaces the variable with its
    /// value.
    ///
    /// Optakit replaces the output with a reference to the variable of the link. If `env_vars` sets
    /// a variable with the same name, the text would contain the wrong value.
    pub static HIDDEN_SECRET: Error {
        fix: "Rename the variable in `env_vars`, or give the link another name for the output.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, env_vars: {\
             db_db_password: x, URL: \"p=${{module.db.db_password}}\"}}\n  \
             - {type: postgres, name: db}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, env_vars: {\
             PASSWORD: x, URL: \"p=${{module.db.db_password}}\"}}\n  \
             - {type: postgres, name: db}\n"
        ),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let variables = &service.env_vars.value.0;
    if !variables.iter().any(|variable| variable.value.value.as_str().contains('$')) {
        return;
    }
    let links =
        link_variables(service, checker.context.modules, checker.context.environment.cloud());
    let names = Names::of(variables, &links, &service.secrets.value);
    let mut diagnostics = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        let path = variable.place.path(&checker.path("env_vars"));
        let report = |message: String, help: String| {
            Diagnostic::new(&DOLLAR_IN_VALUE, variable.value.span, &*path, message).help(help)
        };
        let found = DollarSigns::of(variable.value.value.as_str());
        for name in found.names {
            let link = names.links.get(name);
            let first = names.variables.get(name);
            let is_replaced = name == RDS_CA_PATH && links.iter().any(|link| link.rds)
                || link.is_some_and(|link| link.in_text)
                || first.is_some_and(|first| *first < index);
            let is_variable = first.is_some() || link.is_some() || names.secrets.contains(name);
            if is_replaced || is_of_api_server(name) {
                let message = format!("`$({name})` is replaced with the value of `{name}`");
                diagnostics.push(report(message, help_for_replaced(name)));
            } else if is_variable {
                let message =
                    format!("the container gets `$({name})` unchanged: `{name}` is defined later");
                diagnostics.push(report(message, help_for_unreplaced(name, &names)));
            }
        }
        if found.doubled && !checker.context.escapes_dollars {
            let message = "with the profiles of Opta, the container gets `$` instead of `$$`";
            let help = "write `$$$$` for two dollar signs, or use the profile `default`";
            diagnostics.push(report(message.to_owned(), help.to_owned()));
        }
        diagnostics.extend(hidden(variable, variables, &names, &links, &path));
    }
    checker.diagnostics.append(&mut diagnostics);
}

/// The variables of a container by name. A search of the lists would be slow in large files.
struct Names<'a> {
    /// The first place of a name in `env_vars`.
    variables: BTreeMap<&'a str, usize>,
    links: BTreeMap<&'a str, &'a LinkVariable>,
    secrets: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(
        variables: &'a [EnvVar],
        links: &'a [LinkVariable],
        secrets: &'a [Spanned<Text>],
    ) -> Self {
        // The first one of a name remains.
        let places = variables.iter().enumerate().rev();
        let of_links = links.iter().rev().map(|link| (&*link.name, link));
        // Every link of a name is in a text if one of them is.
        let in_text = links.iter().filter(|link| link.in_text).map(|link| (&*link.name, link));
        Self {
            variables: places.map(|(index, found)| (found.name.value.as_str(), index)).collect(),
            links: of_links.chain(in_text).collect(),
            secrets: secrets.iter().map(|secret| secret.value.as_str()).collect(),
        }
    }
}

/// The dollar signs of a value that have a meaning for Kubernetes.
pub(super) struct DollarSigns<'a> {
    /// The names in `$(NAME)`, without those that are escaped.
    pub(super) names: Vec<&'a str>,
    /// Whether the value has a `$$` that is not the escape of a `$(NAME)`.
    pub(super) doubled: bool,
}

impl<'a> DollarSigns<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut found = Self { names: Vec::new(), doubled: false };
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let after = rest[at..].trim_start_matches('$');
            let run = rest.len() - at - after.len();
            rest = after;
            let name = after.strip_prefix('(').and_then(|after| after.split_once(')'));
            match name {
                Some((name, after)) if run == 1 => {
                    found.names.push(name);
                    rest = after;
                }
                Some(_) => found.doubled |= run > 2,
                None => found.doubled |= run > 1,
            }
        }
        found
    }
}

/// Whether a variable has the address of the API server. The kubelet adds these variables to every
/// container, even if `enableServiceLinks` is `false`:
/// <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>
fn is_of_api_server(name: &str) -> bool {
    const OF_SERVICE: [&str; 3] = ["SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTPS"];
    name.strip_prefix("KUBERNETES_").is_some_and(|rest| {
        OF_SERVICE.contains(&rest) || rest == "PORT" || rest.starts_with("PORT_443_TCP")
    })
}

fn help_for_replaced(name: &str) -> String {
    let text = format!("write `$$({name})` for the text `$({name})`");
    if is_of_api_server(name) {
        return text;
    }
    format!("{text}; for the value, use the same `{{vars.…}}` in both variables")
}

fn help_for_unreplaced(name: &str, names: &Names<'_>) -> String {
    let text = format!("write `$$({name})` for the text");
    let is_secret = names.secrets.contains(name);
    let link = names.links.get(name).copied();
    match link {
        Some(LinkVariable { module, output, .. }) => {
            format!("write `${{{{module.{module}.{output}}}}}` for the value, or {text}")
        }
        None if is_secret => {
            format!("store the whole value with `optakit secret set`, or {text}")
        }
        None => format!("move `{name}` before this variable for its value, or {text}"),
    }
}

/// Returns the diagnostic for a secret of a text whose variable is hidden or has an unusable name.
fn hidden(
    variable: &EnvVar,
    variables: &[EnvVar],
    names: &Names<'_>,
    links: &[LinkVariable],
    path: &str,
) -> Option<Diagnostic> {
    let mut used = secret_holes(&variable.value.value)
        .filter_map(|hole| links.iter().find(|link| link.is_of(&hole.input)));
    let report = |message: String, help: &str| {
        Diagnostic::new(&HIDDEN_SECRET, variable.value.span, path, message).help(help)
    };
    used.find_map(|link| {
        let name = &link.name;
        if name.contains(')') {
            let message = format!(
                "`{name}` contains `)`, so Kubernetes cannot add its value to a \
                                   text"
            );
            return Some(report(message, "give the link a name without `)`"));
        }
        let other = &variables[*names.variables.get(&**name)?];
        let message = format!("`{name}` in `env_vars` replaces the secret that this text contains");
        let diagnostic = report(message, "rename the variable, or rename the output in the link");
        Some(diagnostic.label(other.name.span, "this variable"))
    })
}
