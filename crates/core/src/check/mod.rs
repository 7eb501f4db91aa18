//! Checks that involve more than one field, and names that Kubernetes and AWS must accept.
//!
//! Each file has one family of rules. Every rule is in [`RULES`].

mod context;
pub mod env_vars;
pub mod exposure;
pub mod iam;
pub mod image;
pub mod links;
pub mod names;
pub mod probes;
pub mod public_uri;
mod rules;
pub mod scaling;
pub mod sessions;

pub use context::CheckContext;
pub use rules::RULES;

use context::Checker;

use crate::diagnostic::Diagnostic;
use crate::lower::Lowered;
use crate::model::image::Image;
use crate::model::k8s_service::{K8sService, Port};
use crate::model::link::Link;
use crate::span::Spanned;

/// A value that every check has passed: only [`check`] makes one, so that rendering has no error
/// path.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);

impl<T> std::ops::Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Checked<K8sService> {
    /// The image, which a checked service has.
    #[must_use]
    pub fn image(&self) -> &Spanned<Image> {
        self.0.image.as_ref().expect("a service without an image is not checked")
    }

    /// The port, which a checked service has.
    #[must_use]
    pub fn port(&self) -> Port {
        self.0.port.as_ref().expect("a service without a port is not checked").value
    }

    /// The links in file order.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.0.links.value.0
    }
}

/// Checks a service.
///
/// `faults` are those of earlier stages. Returns the service when neither they nor the checks found
/// an error.
#[must_use]
pub fn check(
    lowered: Lowered<'_>,
    faults: Vec<Diagnostic>,
    context: &CheckContext<'_>,
) -> (Option<Checked<K8sService>>, Vec<Diagnostic>) {
    let mut checker =
        Checker { header: lowered.header, service: &lowered.service, context, diagnostics: faults };
    names::check(&mut checker);
    image::check(&mut checker);
    scaling::check(&mut checker);
    env_vars::check(&mut checker);
    probes::check(&mut checker);
    sessions::check(&mut checker);
    public_uri::check(&mut checker);
    links::check(&mut checker);
    iam::check(&mut checker);
    exposure::check(&mut checker);
    let diagnostics = checker.diagnostics;
    let good = !diagnostics.iter().any(Diagnostic::is_error)
        && lowered.service.image.is_some()
        && lowered.service.port.is_some();
    (good.then_some(Checked(lowered.service)), diagnostics)
}
