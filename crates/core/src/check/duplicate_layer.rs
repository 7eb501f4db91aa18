//! Service files of one folder with the same name.

use crate::diagnostic::Diagnostic;
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

rule! {
    /// Two of the checked files have the same `name` and environment.
    ///
    /// The `name` identifies the objects in the cluster, so an apply of one file would delete the
    /// objects of the other one.
    pub static DUPLICATE_LAYER: Error {
        fix: "Rename one of the service files, or move its modules to the other one.",
        bad: File(
            "name: blog\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

/// Returns the diagnostic for a service file whose name and environment `other` has too.
pub(crate) fn duplicate_layer(name: &Spanned<Text>, environment: &str, other: &str) -> Diagnostic {
    let layer = name.value.as_str();
    let of_environment = if environment.is_empty() {
        String::new()
    } else {
        format!(" for the environment `{environment}`")
    };
    let message = format!("`{other}` also has the name `{layer}`{of_environment}");
    Diagnostic::new(&DUPLICATE_LAYER, name.span, "name", message)
        .help("rename one of the two: an apply would delete the objects of the other one")
}
