//! The targets and arguments of links.

use super::context::{CheckContext, Checker};
use super::env_vars::{invalid, is_secret_key};
use super::iam::is_policy_arn;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::model::link::{Argument, Link, Renames};
use crate::model::link_kind::{LINK_KINDS, LinkAccess, LinkKind, LinkPermission, credentials_of};
use crate::model::module::Header;
use crate::model::module_types::{K8S_SERVICE, ModuleType};
use crate::model::rules::UNKNOWN_VALUE;
use crate::quote::{one_of, quoted, quoted_list};
use crate::rfc1123;
use crate::rule::rule;
use crate::span::{Span, Spanned};
use crate::suggest::Suggestion;
use crate::syntax::{Insertion, insert_item};
use crate::text::Text;

rule! {
    /// The link does not name a module that services can link to, or it requests something that the
    /// module does not provide.
    ///
    /// Databases, such as modules of the type `postgres`, provide credentials. Others, such as
    /// modules of the type `s3`, provide permissions. A link can also be the ARN of an IAM policy.
    pub static INVALID_LINK: Error {
        fix: "Link to a module of this file, and request only what its type provides.",
        bad: Module("links: [database]\n"),
        good: Module("links: [\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"]\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    for link in &service.links.value.0 {
        check_link(link, checker);
    }
}

fn check_link(link: &Link, checker: &mut Checker<'_>) {
    let name = link.target.value.as_str();
    let is_policy = name.starts_with("arn:") && is_policy_arn(name);
    if is_policy || (name.starts_with("arn:") && !link.target.value.is_known()) {
        return;
    }
    if let Some(hole) = link.target.value.holes().first() {
        let message = format!("the link needs the value of `{}`, which is not known", hole.input);
        let diagnostic = Diagnostic::new(&UNKNOWN_VALUE, link.target.span, &*link.path, message);
        checker.push(diagnostic.help("write the name of a module of this file"));
        return;
    }
    let modules = checker.context.modules;
    let Some(module) = modules.named(name) else {
        let is_many = checker.diagnostics.len() > MOST_SUGGESTIONS;
        checker.push(unknown_module(link, checker.context, is_many));
        return;
    };
    // The permissions for a bucket of Google Cloud are not in Kubernetes.
    if module.short_type() == "gcs" && !checker.context.environment.is_on_aws() {
        return;
    }
    let Some(kind) = LinkKind::of(module.short_type()) else {
        checker.push(not_linkable(link, module, checker.context.layer_name));
        return;
    };
    for (index, argument) in link.arguments.iter().enumerate() {
        let path = format!("{}.{name}[{index}]", link.path);
        let mut diagnostics = match (kind.access, argument) {
            (LinkAccess::Credentials(_), Argument::Permission(permission)) => {
                vec![no_permissions(link, permission)]
            }
            (LinkAccess::Credentials(outputs), Argument::Rename(renames)) => {
                let cloud = checker.context.environment.cloud();
                let required = credentials_of(module.short_type(), cloud);
                check_renames(renames, (outputs, required), &path)
            }
            (LinkAccess::Permissions { all, .. }, argument) => {
                check_permission(argument, &LinkPermission::names(all), name, &path)
            }
        };
        checker.diagnostics.append(&mut diagnostics);
    }
}

/// How many modules a suggestion chooses from, so that a large file stays fast.
const SUGGESTED: usize = 200;
/// After how many problems of a service a link gets no suggestion, so that a large file stays fast.
const MOST_SUGGESTIONS: usize = 100;

fn unknown_module(link: &Link, context: &CheckContext<'_>, is_many: bool) -> Diagnostic {
    let (name, modules) = (link.target.value.as_str(), context.modules);
    let linkable: Vec<&str> = modules
        .iter()
        .filter(|module| LinkKind::of(module.short_type()).is_some())
        .map(|module| module.name.value.as_str())
        .take(SUGGESTED)
        .collect();
    let message = format!("there is no module {} in this file", quoted(name));
    let diagnostic = Diagnostic::new(&INVALID_LINK, link.target.span, &*link.path, message);
    if is_many {
        return diagnostic.help("link to a module of this file");
    }
    let other_help = || {
        if linkable.is_empty() {
            "add a module such as `{type: postgres, name: db}` to link to".to_owned()
        } else {
            format!("link to {}", one_of(&linkable))
        }
    };
    let diagnostic = Suggestion::new(name, linkable.iter().copied(), other_help).change(diagnostic);
    match add_module(link, context) {
        Some((kind, edit)) => {
            let title = format!("add module `{name}` of type {kind}");
            diagnostic.fix_edits(Applicability::Unsafe, title, vec![edit])
        }
        None => diagnostic,
    }
}

/// Words in the names of modules, each with the type that they suggest.
const TYPE_WORDS: [(&str, &str); 8] = [
    ("cache", "redis"),
    ("queue", "sqs"),
    ("topic", "sns"),
    ("bucket", "s3"),
    ("media", "s3"),
    ("files", "s3"),
    ("table", "dynamodb"),
    ("mongo", "documentdb"),
];

/// Returns the edit that adds the module that a link names, with its type.
fn add_module(link: &Link, context: &CheckContext<'_>) -> Option<(&'static str, TextEdit)> {
    let name = link.target.value.as_str();
    let last = context.modules.last().filter(|_| rfc1123::is_label(name))?;
    let has_permissions =
        link.arguments.iter().any(|argument| matches!(argument, Argument::Permission(_)));
    let by_type = LINK_KINDS.iter().map(|kind| kind.module_type).find(|kind| name.contains(kind));
    let by_word = TYPE_WORDS.iter().find(|(word, _)| name.contains(word)).map(|(_, kind)| *kind);
    let kind = by_type.or(by_word).unwrap_or(if has_permissions { "s3" } else { "postgres" });
    let required = ModuleType::of(kind, context.environment.cloud())
        .map_or(&[][..], |module_type| module_type.required);
    let required = required.iter().map(|field| format!("{}: {}", field.name, field.example));
    let lines: Vec<String> =
        [format!("type: {kind}"), format!("name: {name}")].into_iter().chain(required).collect();
    let (block, flow) = (lines.join("\n"), format!("{{{}}}", lines.join(", ")));
    let item = Insertion { block: &block, flow: &flow };
    Some((kind, insert_item(context.source, last.span, item)?))
}

fn not_linkable(link: &Link, module: &Header, layer_name: &str) -> Diagnostic {
    let name = link.target.value.as_str();
    let (message, help) = if module.short_type() == K8S_SERVICE {
        (
            format!("`{name}` is a service, and links to services are not supported"),
            format!("use the address `http://{name}.{layer_name}` inside the cluster"),
        )
    } else {
        let types: Vec<&str> = LINK_KINDS.iter().map(|kind| kind.module_type).collect();
        (
            format!("`{name}` has the type `{}`, which does not support links", module.kind.value),
            format!("link to a module of the type {}", quoted_list(&types)),
        )
    };
    Diagnostic::new(&INVALID_LINK, link.target.span, &*link.path, message)
        .help(help)
        .label(module.kind.span, "the type of the module")
}

fn no_permissions(link: &Link, permission: &Spanned<Text>) -> Diagnostic {
    let name = link.target.value.as_str();
    let message = format!(
        "`{name}` has no permission `{}`: it provides credentials",
        permission.value.as_str()
    );
    // The span starts at the name of the module, where Opta reported the error.
    let span = Span { start: link.target.span.start, ..permission.span };
    Diagnostic::new(&INVALID_LINK, span, format!("{}.{name}", link.path), message)
        .help(format!("write `- {name}` without permissions"))
}

/// Checks the new names. `outputs` are the outputs that every cloud knows, and `required` those of
/// this cloud.
fn check_renames(
    renames: &Renames,
    (outputs, required): (&[&str], &[&str]),
    path: &str,
) -> Vec<Diagnostic> {
    let is_renamed =
        |output: &&&str| renames.names.iter().any(|(from, _)| from.value.as_str() == **output);
    let missing: Vec<&str> =
        required.iter().filter(|output| !is_renamed(output)).copied().collect();
    let mut diagnostics = Vec::new();
    for (from, to) in &renames.names {
        diagnostics.extend(check_new_name(to, &format!("{path}.{}", from.value.as_str())));
        let name = from.value.as_str();
        if !outputs.contains(&name) {
            let message = format!("the linked module has no output {}", quoted(name));
            let path = format!("{path}.{name}");
            let diagnostic = Diagnostic::new(&INVALID_LINK, from.span, path, message);
            let other_help = || format!("use {}", one_of(outputs));
            let suggestion = Suggestion::new(name, missing.iter().copied(), other_help);
            diagnostics.push(suggestion.change(diagnostic));
        }
    }
    // A misspelled output is reported once, with the suggestion.
    let misspelled = diagnostics.iter().any(|diagnostic| {
        std::ptr::eq(diagnostic.rule, &raw const INVALID_LINK) && !diagnostic.fixes.is_empty()
    });
    if !missing.is_empty() && !misspelled {
        let message = format!("these variables are not renamed: {}", quoted_list(&missing));
        diagnostics.push(
            Diagnostic::new(&INVALID_LINK, renames.span, path, message)
                .help(format!("rename all of {}", quoted_list(required))),
        );
    }
    diagnostics
}

/// Checks the new name of a variable. It is also a key of the Secret `secret`.
fn check_new_name(name: &Spanned<Text>, path: &str) -> Option<Diagnostic> {
    if let Some(hole) = name.value.holes().first() {
        let message = format!("the name needs the value of `{}`, which is not known", hole.input);
        let diagnostic = Diagnostic::new(&UNKNOWN_VALUE, name.span, path, message);
        return Some(diagnostic.help("write the name of the environment variable"));
    }
    let is_valid = is_secret_key(name.value.as_str());
    (!is_valid).then(|| invalid(name.value.as_str(), name.span, path))
}

fn check_permission(
    argument: &Argument,
    permissions: &[&str],
    name: &str,
    path: &str,
) -> Vec<Diagnostic> {
    let known = quoted_list(permissions);
    match argument {
        Argument::Permission(permission) => {
            let found = permission.value.as_str();
            if permissions.contains(&found) {
                return Vec::new();
            }
            let message = format!("`{name}` has no permission {}, expected {known}", quoted(found));
            let diagnostic = Diagnostic::new(&INVALID_LINK, permission.span, path, message);
            let other_help = || format!("use {known}");
            let suggestion = Suggestion::new(found, permissions.iter().copied(), other_help);
            vec![suggestion.change(diagnostic)]
        }
        Argument::Rename(renames) => {
            let message =
                format!("`{name}` provides permissions, so it has no variables to rename");
            let diagnostic = Diagnostic::new(&INVALID_LINK, renames.span, path, message);
            vec![diagnostic.help(format!("list permissions instead: {known}"))]
        }
    }
}
