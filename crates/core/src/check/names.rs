//! Names of service files and modules, which become names of Kubernetes objects.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::module::Header;
use crate::model::module_types::K8S_SERVICE;
use crate::model::name::{Names, is_reserved_layer};
use crate::rfc1123;
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

rule! {
    /// The `name` of the service file is not a valid Kubernetes namespace.
    ///
    /// It must be an RFC 1123 label: at most 63 lowercase letters, digits and dashes, with a letter
    /// or digit at the start and at the end.
    pub static INVALID_LAYER_NAME: Error {
        fix: "Use only lowercase letters, digits and dashes.",
        bad: File(
            "name: My Shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: my-shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        limits: [rfc1123::MAX_LABEL],
    }
}

rule! {
    /// The `name` of the service file is a namespace that Kubernetes reserves.
    ///
    /// `kube-system`, `kube-public` and `kube-node-lease` belong to the cluster, and so does every
    /// other name that starts with `kube-`. Objects without a namespace are in `default`. Optakit
    /// deletes objects of its namespace that are no longer in the bundle, so each service file
    /// needs a separate namespace.
    pub static RESERVED_LAYER_NAME: Error {
        fix: "Name the service file after your product or team.",
        bad: File(
            "name: kube-system\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

rule! {
    /// The name of the module contains characters that are not allowed.
    ///
    /// The name of a `k8s-service` is also the name of its Kubernetes Service. It contains only
    /// lowercase letters and digits, and starts with a letter. The names of other modules can also
    /// contain capital letters, dashes and underscores.
    pub static INVALID_MODULE_NAME: Error {
        fix: "Rename the module, and change the links and references to it.",
        bad: Module("name: my-api\n"),
        good: Module("name: myapi\n"),
    }
}

rule! {
    /// The names of the service file and the module are too long. Joined by a dash, they have at
    /// most 63 characters.
    ///
    /// The joined name is a label, and part of the names of the Deployment, the Ingress and the IAM
    /// role.
    pub static NAME_TOO_LONG: Error {
        fix: "Shorten one of the names.",
        bad: Module("name: recommendationsbackendofthewholecustomerexperienceplatforms\n"),
        good: Module("name: recommendations\n"),
        limits: [Names::MAX_INSTANCE],
    }
}

rule! {
    /// Kubernetes creates an object with the name of the module in every namespace.
    ///
    /// The ServiceAccount of a service has the name of the module. All other pods of the namespace
    /// use the ServiceAccount `default`, so they would get the permissions of the service.
    pub static RESERVED_MODULE_NAME: Error {
        fix: "Rename the module.",
        bad: Module("name: default\n"),
        good: Module("name: api\n"),
    }
}

/// Checks the name of a service file.
pub(crate) fn check_layer(name: &Spanned<Text>) -> Option<Diagnostic> {
    let text = name.value.as_str();
    if is_reserved_layer(text) {
        let message = format!("`{text}` is a namespace that Kubernetes reserves");
        let diagnostic = Diagnostic::new(&RESERVED_LAYER_NAME, name.span, "name", message);
        return Some(diagnostic.help("name the service file after your product or team"));
    }
    if rfc1123::is_label(text) {
        return None;
    }
    let message = if text.is_empty() {
        "`name` is empty".to_owned()
    } else if text.len() > rfc1123::MAX_LABEL {
        "`name` has more than 63 characters".to_owned()
    } else {
        let expected = "expected lowercase letters, digits and dashes";
        let ends = "with a letter or digit at both ends";
        format!("`{text}` is not a valid namespace, {expected}, {ends}")
    };
    let allowed = |c: char| if rfc1123::is_label_char(c) { c } else { '-' };
    let valid: String = text.to_ascii_lowercase().chars().map(allowed).collect();
    let valid: String = valid.trim_matches('-').chars().take(rfc1123::MAX_LABEL).collect();
    let diagnostic = Diagnostic::new(&INVALID_LAYER_NAME, name.span, "name", message)
        .help("rename the service file; its name is the Kubernetes namespace");
    Some(rename_to(diagnostic, valid))
}

/// The ServiceAccount that Kubernetes creates in every namespace.
const DEFAULT_SERVICE_ACCOUNT: &str = "default";

/// Checks the name of a module of any type. Only Kubernetes objects need a name without dashes.
pub(crate) fn check_module(module: &Header) -> Option<Diagnostic> {
    let name = &module.name.value;
    let is_service = module.short_type() == K8S_SERVICE;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || (!is_service && matches!(c, '-' | '_'));
    let is_valid = !name.is_empty() && name.chars().all(is_allowed);
    if is_valid || !module.named {
        return None;
    }
    let message = if name.is_empty() {
        "the name of the module is empty".to_owned()
    } else {
        format!("`{name}` is not a valid module name, expected only letters and digits")
    };
    let path = format!("{}.name", module.path);
    let diagnostic = Diagnostic::new(&INVALID_MODULE_NAME, module.name.span, path, message);
    let valid: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    // The name of a Service has only lowercase letters.
    Some(rename_to(diagnostic, if is_service { valid.to_ascii_lowercase() } else { valid }))
}

/// Adds a fix that replaces the name, unless the new name is empty.
fn rename_to(diagnostic: Diagnostic, name: String) -> Diagnostic {
    if name.is_empty() {
        return diagnostic;
    }
    let span = diagnostic.span;
    diagnostic.fix(Applicability::Unsafe, format!("rename to `{name}`"), span, name.clone())
}

pub(super) fn check(checker: &mut Checker<'_>) {
    if let Some(diagnostic) = check_module(checker.header) {
        checker.push(diagnostic);
        return;
    }
    let Spanned { value: name, span } = &checker.header.name;
    let diagnostic =
        |rule, message: String| Diagnostic::new(rule, *span, checker.path("name"), message);
    let not_a_service = format!("`{name}` is not a valid name of a Kubernetes Service");
    let release = format!("{}-{name}", checker.context.layer_name);
    let length = release.chars().count();
    let diagnostic = if name.chars().any(|c| c.is_ascii_uppercase()) {
        let diagnostic = diagnostic(
            &INVALID_MODULE_NAME,
            format!("{not_a_service}, expected lowercase letters"),
        )
        .help("change the links and references to the module as well");
        rename_to(diagnostic, name.to_ascii_lowercase())
    } else if name == DEFAULT_SERVICE_ACCOUNT {
        let message = format!("all other pods of the namespace use the ServiceAccount `{name}`");
        diagnostic(&RESERVED_MODULE_NAME, message).help("rename the module")
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        diagnostic(&INVALID_MODULE_NAME, format!("{not_a_service}, expected a letter first"))
    } else if length > Names::MAX_INSTANCE {
        let message = format!(
            "`{release}` has {length} characters, expected at most {}",
            Names::MAX_INSTANCE
        );
        diagnostic(&NAME_TOO_LONG, message)
            .help("shorten the `name` of the service file or of the module")
    } else {
        return;
    };
    checker.push(diagnostic);
}
