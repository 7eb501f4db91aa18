//! Names of layers and modules, which become names of Kubernetes objects.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};
use crate::model::module::Header;
use crate::model::name::Names;
use crate::span::Spanned;
use crate::text::Text;

/// A layer name no namespace could have.
pub static INVALID_LAYER_NAME: Rule = Rule {
    id: "invalid-layer-name",
    severity: Severity::Error,
    doc: "The layer's name is the Kubernetes namespace: small letters, digits and dashes, a letter or digit at both ends \
          (RFC 1123 label).",
    bad: Example::File(
        "name: My Shop\nenvironments:\n  - {name: staging, path: env.yml}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
    good: Example::File(
        "name: my-shop\nenvironments:\n  - {name: staging, path: env.yml}\n\
         modules:\n  - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    ),
}
.published();

/// A module name no Service could have.
pub static INVALID_MODULE_NAME: Rule = Rule {
    id: "invalid-module-name",
    severity: Severity::Error,
    doc: "A module's name may hold only letters and digits. That of a `k8s-service` is the name of its Kubernetes Service: \
          small letters and digits, a letter first (RFC 1035 label).",
    bad: Example::Module("name: my-api\n"),
    good: Example::Module("name: myapi\n"),
}
.published();

/// Names that are too long together.
pub static NAME_TOO_LONG: Rule = Rule {
    id: "name-too-long",
    severity: Severity::Error,
    doc: "Layer and module name together make the name of the release, which may have 53 characters.",
    bad: Example::Module("name: recommendationsbackendofthewholecustomerexperienceplatform\n"),
    good: Example::Module("name: recommendations\n"),
}
.published();

/// Checks the name of a layer.
pub(crate) fn check_layer(name: &Spanned<Text>) -> Option<Diagnostic> {
    let text = name.value.as_str();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !text.is_empty()
        && text.len() <= 63
        && text.chars().all(allowed)
        && text.starts_with(ends)
        && text.ends_with(ends)
    {
        return None;
    }
    let message = if text.is_empty() {
        "the layer's name is empty".to_owned()
    } else if text.len() > 63 {
        "the layer's name has more than 63 characters".to_owned()
    } else {
        format!("`{text}` cannot be a namespace: it may hold small letters, digits and dashes only")
    };
    let repaired: String =
        text.to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let repaired = repaired.trim_matches('-').chars().take(63).collect::<String>();
    let mut diagnostic = Diagnostic::new(&INVALID_LAYER_NAME, name.span, "name", message)
        .help("the layer's name is the Kubernetes namespace");
    if !repaired.is_empty() {
        diagnostic = diagnostic.fix(
            Applicability::Unsafe,
            format!("write `{repaired}`"),
            name.span,
            repaired.clone(),
        );
    }
    Some(diagnostic)
}

/// Checks the name of a module of another type.
pub(crate) fn check_module(module: &Header) -> Option<Diagnostic> {
    let name = &module.name.value;
    let good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    (module.named && !good).then(|| letters_and_digits(module, name))
}

fn letters_and_digits(module: &Header, name: &str) -> Diagnostic {
    let repaired: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let message = if name.is_empty() {
        "the module's name is empty".to_owned()
    } else {
        format!("`{name}` cannot be the name of a module: it may hold letters and digits only")
    };
    let mut diagnostic = Diagnostic::new(
        &INVALID_MODULE_NAME,
        module.name.span,
        format!("{}.name", module.path),
        message,
    );
    if !repaired.is_empty() {
        diagnostic = diagnostic.fix(
            Applicability::Unsafe,
            format!("write `{repaired}`"),
            module.name.span,
            repaired.clone(),
        );
    }
    diagnostic
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let name = checker.header.name.clone();
    if let Some(fault) = check_module(checker.header) {
        checker.diagnostics.push(fault);
        return;
    }
    let path = format!("{}.name", checker.header.path);
    if name.value.chars().any(|c| c.is_ascii_uppercase()) {
        let lower = name.value.to_lowercase();
        let message = format!(
            "`{}` cannot be the name of a Kubernetes Service: it must be in small letters",
            name.value
        );
        checker.diagnostics.push(
            Diagnostic::new(&INVALID_MODULE_NAME, name.span, path, message)
                .help("links and references to the module must be changed with it")
                .fix(Applicability::Unsafe, format!("write `{lower}`"), name.span, lower.clone()),
        );
    } else if name.value.starts_with(|c: char| c.is_ascii_digit()) {
        let message = format!(
            "`{}` cannot be the name of a Kubernetes Service: it must start with a letter",
            name.value
        );
        checker.diagnostics.push(Diagnostic::new(&INVALID_MODULE_NAME, name.span, path, message));
    } else {
        let instance = checker.instance();
        if instance.chars().count() > Names::MAX_RELEASE {
            let message = format!(
                "`{instance}` has {} characters, at most {} are allowed",
                instance.chars().count(),
                Names::MAX_RELEASE
            );
            let help = "shorten the layer's or the module's name; together with a dash they name the release";
            checker
                .diagnostics
                .push(Diagnostic::new(&NAME_TOO_LONG, name.span, path, message).help(help));
        }
    }
}
