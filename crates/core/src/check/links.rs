//! Links: whether the linked module exists and gives what is asked of it.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};
use crate::model::field::list;
use crate::model::link::{Argument, Gives, LINKABLE, Link, gives};
use crate::model::module::K8S_SERVICE;
use crate::suggest;

/// A link to nothing, or for something that is not given.
pub static INVALID_LINK: Rule = Rule {
    id: "invalid-link",
    severity: Severity::Error,
    doc: "A link names a module of this file that can be linked to: postgres, mysql, redis and documentdb for credentials, \
          s3, sqs, sns and dynamodb for permissions; or the ARN of an IAM policy.",
    bad: Example::Module("links: [database]\n"),
    good: Example::Module("links: [\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"]\n"),
}
.published();

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    for link in &service.links.value.0 {
        check_link(link, checker);
    }
}

fn check_link(link: &Link, checker: &mut Checker<'_>) {
    let target = &link.target;
    let name = target.value.as_str();
    if !target.value.is_known() || (name.starts_with("arn:") && super::iam::is_policy_arn(name)) {
        return;
    }
    let fault = |message: String| Diagnostic::new(&INVALID_LINK, target.span, &*link.path, message);
    let modules = checker.context.modules;
    let Some(module) = modules.iter().find(|module| module.name.value == name) else {
        let linkable: Vec<&str> = modules
            .iter()
            .filter(|module| gives(module.short_type()).is_some())
            .map(|module| module.name.value.as_str())
            .collect();
        let near = suggest::nearest(name, linkable.iter().copied());
        let mut diagnostic = fault(format!("there is no module `{name}` in this file"));
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                Applicability::Safe,
                format!("write `{near}`"),
                target.span,
                near,
            ),
            None if linkable.is_empty() => {
                diagnostic.help("the file has no module that can be linked to")
            }
            None => diagnostic.help(format!("the file has {}", list(&linkable))),
        };
        checker.diagnostics.push(diagnostic);
        return;
    };
    let Some(gives) = gives(module.short_type()) else {
        let kind = &module.kind.value;
        let message = if module.short_type() == K8S_SERVICE {
            format!("`{name}` is a service, and services cannot be linked to")
        } else {
            format!("`{name}` is of type `{kind}`, which cannot be linked to")
        };
        let help = if module.short_type() == K8S_SERVICE {
            format!(
                "inside the cluster it is reached as `http://{name}.{}`",
                checker.context.layer_name
            )
        } else {
            let types: Vec<&str> = LINKABLE.iter().map(|(kind, _)| *kind).collect();
            format!("links go to {}", list(&types))
        };
        checker.diagnostics.push(fault(message).help(help).label(module.kind.span, "its type"));
        return;
    };
    match gives {
        Gives::Credentials(variables) => credentials(link, name, variables, checker),
        Gives::Permissions(permissions, _) => check_permissions(link, name, permissions, checker),
    }
}

fn credentials(link: &Link, name: &str, variables: &[&str], checker: &mut Checker<'_>) {
    for (index, argument) in link.arguments.iter().enumerate() {
        let path = format!("{}.{name}[{index}]", link.path);
        match argument {
            Argument::Permission(permission) => {
                let message = format!(
                    "`{name}` takes no permission `{}`: a database gives its credentials",
                    permission.value.as_str()
                );
                // Opta said it at the link itself; so the span begins there and ends at the
                // permission.
                let span = crate::span::Span { start: link.target.span.start, ..permission.span };
                let help = format!("link to it as `- {name}`");
                checker.diagnostics.push(
                    Diagnostic::new(&INVALID_LINK, span, format!("{}.{name}", link.path), message)
                        .help(help),
                );
            }
            Argument::Rename(names, span) => rename(names, *span, &path, variables, checker),
        }
    }
}

fn rename(
    names: &[(crate::span::Spanned<crate::text::Text>, crate::span::Spanned<crate::text::Text>)],
    span: crate::span::Span,
    path: &str,
    variables: &[&str],
    checker: &mut Checker<'_>,
) {
    let mut misspelt = false;
    for (from, _) in names {
        let from_name = from.value.as_str();
        if variables.contains(&from_name) {
            continue;
        }
        let near = suggest::nearest(
            from_name,
            variables.iter().copied().filter(|variable| {
                !names.iter().any(|(other, _)| other.value.as_str() == *variable)
            }),
        );
        misspelt |= near.is_some();
        let mut diagnostic = Diagnostic::new(
            &INVALID_LINK,
            from.span,
            format!("{path}.{from_name}"),
            format!("the linked module has no `{from_name}`"),
        );
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                Applicability::Safe,
                format!("write `{near}`"),
                from.span,
                near,
            ),
            None => diagnostic.help(format!("it has {}", list(variables))),
        };
        checker.diagnostics.push(diagnostic);
    }
    let missing: Vec<&str> = variables
        .iter()
        .copied()
        .filter(|variable| !names.iter().any(|(from, _)| from.value.as_str() == *variable))
        .collect();
    if !missing.is_empty() && !misspelt {
        let message = format!("the new names lack {}", list(&missing));
        checker.diagnostics.push(
            Diagnostic::new(&INVALID_LINK, span, path, message)
                .help(format!("rename all of {}", list(variables))),
        );
    }
}

fn check_permissions(link: &Link, name: &str, permissions: &[&str], checker: &mut Checker<'_>) {
    for (index, argument) in link.arguments.iter().enumerate() {
        let path = format!("{}.{name}[{index}]", link.path);
        match argument {
            Argument::Permission(permission)
                if permissions.contains(&permission.value.as_str()) => {}
            Argument::Permission(permission) => {
                let found = permission.value.as_str();
                let message =
                    format!("`{name}` has no permission `{found}`, expected {}", list(permissions));
                let mut diagnostic = Diagnostic::new(&INVALID_LINK, permission.span, path, message);
                if let Some(near) = suggest::nearest(found, permissions.iter().copied()) {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(
                        Applicability::Safe,
                        format!("write `{near}`"),
                        permission.span,
                        near,
                    );
                }
                checker.diagnostics.push(diagnostic);
            }
            Argument::Rename(_, span) => {
                let message =
                    format!("`{name}` gives permissions, not variables that could be renamed");
                checker.diagnostics.push(
                    Diagnostic::new(&INVALID_LINK, *span, path, message)
                        .help(format!("list {}", list(permissions))),
                );
            }
        }
    }
}
