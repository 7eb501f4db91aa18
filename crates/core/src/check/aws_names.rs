//! Names of AWS resources, which follow from the names of environment, service file and module.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::name::Names;
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

/// The maximum length of the name of an IAM role
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const MAX_ROLE: usize = 64;

rule! {
    /// The name of the IAM role is longer than 64 characters.
    ///
    /// The name of the role contains the names of the environment, the service file and the
    /// module, separated by dashes. AWS rejects longer names when Optakit creates the role.
    pub static ROLE_NAME_TOO_LONG: Error {
        fix: "Shorten the name of the module, the service file or the environment.",
        bad: File(
            "name: notification-preferences\norg_name: acme\nproviders:\n  \
             aws: {region: us-east-1, account_id: 123456789012}\nmodules:\n  \
             - {type: k8s-service, name: preferencesgateway, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: notification-preferences\norg_name: acme\nproviders:\n  \
             aws: {region: us-east-1, account_id: 123456789012}\nmodules:\n  \
             - {type: k8s-service, name: api, image: AUTO, port: {http: 80}}\n"
        ),
        limits: [MAX_ROLE],
    }
}

rule! {
    /// The name of the ECR repository has two dashes in a row.
    ///
    /// The repository of an `AUTO` image is `opta-<name of the service file>-<module>`. ECR does
    /// not accept two separators in a row.
    pub static INVALID_REPOSITORY_NAME: Error {
        fix: "Rename the service file, or use an image of another registry.",
        bad: File(
            "name: my--shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: my-shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

/// Checks the name of a service file that has a module with an `AUTO` image.
pub(crate) fn check_repository(layer: &Spanned<Text>) -> Option<Diagnostic> {
    let name = layer.value.as_str();
    if !name.contains("--") {
        return None;
    }
    let message = format!("the ECR repository `opta-{name}-…` would have two dashes in a row");
    let diagnostic = Diagnostic::new(&INVALID_REPOSITORY_NAME, layer.span, "name", message)
        .help("rename the service file, so that ECR accepts the name of the repository");
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    let renamed = words.join("-");
    let title = format!("rename to `{renamed}`");
    Some(diagnostic.fix(Applicability::Unsafe, title, layer.span, renamed))
}

/// Checks the name of the role of a service.
pub(super) fn check(checker: &mut Checker<'_>) {
    let module = &checker.header.name;
    let context = checker.context;
    let length = |text: &str| text.chars().count();
    let release = length(context.layer_name) + 1 + length(&module.value);
    let role = length(&context.environment.name) + 1 + release;
    // A longer release has its own rule.
    if role <= MAX_ROLE || release > Names::MAX_INSTANCE {
        return;
    }
    let name = format!("{}-{}-{}", context.environment.name, context.layer_name, module.value);
    let message =
        format!("the IAM role `{name}` has {role} characters, expected at most {MAX_ROLE}");
    let diagnostic =
        Diagnostic::new(&ROLE_NAME_TOO_LONG, module.span, checker.path("name"), message)
            .help("shorten the name of the module, the service file or the environment");
    checker.push(diagnostic);
}
