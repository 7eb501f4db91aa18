//! Laws that one declaration cannot say: across fields, of names, of what Kubernetes and AWS take. One file a family;
//! every rule stands in `RULES` with its documentation and examples.

pub mod env_vars;
pub mod iam;
pub mod image;
pub mod links;
pub mod names;
pub mod probes;
pub mod public_uri;
pub mod scaling;
pub mod sessions;

use crate::diagnostic::{Diagnostic, Rule};
use crate::lower::Lowered;
use crate::model::image::Image;
use crate::model::k8s_service::{K8sService, Port};
use crate::model::link::Link;
use crate::model::module::{self, Header};
use crate::model::name::Names;
use crate::model::{layer, rules};
use crate::span::Spanned;
use crate::{resolve, syntax};

/// Every rule, by family.
pub static RULES: &[&Rule] = &[
    &syntax::SYNTAX,
    &syntax::DUPLICATE_KEY,
    &rules::UNKNOWN_FIELD,
    &rules::MISSING_FIELD,
    &rules::WRONG_TYPE,
    &rules::OUT_OF_RANGE,
    &rules::UNQUOTED_VALUE,
    &rules::UNIT_IN_NUMBER,
    &rules::PORT_KINDS,
    &rules::INVALID_IMAGE,
    &layer::CONFLICTING_VARIABLE,
    &module::UNKNOWN_MODULE_TYPE,
    &module::DUPLICATE_MODULE_NAME,
    &resolve::NO_ENVIRONMENT,
    &resolve::AMBIGUOUS_ENVIRONMENT,
    &resolve::ENVIRONMENT_FILE,
    &resolve::UNKNOWN_REFERENCE,
    &resolve::MALFORMED_REFERENCE,
    &names::INVALID_LAYER_NAME,
    &names::INVALID_MODULE_NAME,
    &names::NAME_TOO_LONG,
    &image::TAG_IGNORED,
    &scaling::MIN_ABOVE_MAX,
    &scaling::ZERO_MINIMUM,
    &scaling::NO_METRIC,
    &env_vars::INVALID_ENV_NAME,
    &env_vars::SHADOWED_ENV_VAR,
    &probes::PATH_WITHOUT_SLASH,
    &probes::PROBE_WITHOUT_EFFECT,
    &sessions::STICKY_AGE_WITHOUT_STICKY,
    &public_uri::INVALID_PUBLIC_URI,
    &links::INVALID_LINK,
    &iam::NOT_A_POLICY_ARN,
];

/// A value that every check has passed: only [`check`] makes one, so that rendering has no error path.
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

/// What a service is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The layer's name.
    pub layer_name: &'a str,
    /// Every module of the file.
    pub modules: &'a [Header],
    /// The tag and the digest of the run.
    pub image: (Option<&'a str>, Option<&'a str>),
}

/// A service that is being checked, and where its faults go.
pub(crate) struct Cx<'a> {
    pub(crate) header: &'a Header,
    pub(crate) service: &'a K8sService,
    pub(crate) surroundings: &'a Surroundings<'a>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Cx<'_> {
    /// The path of one of the module's fields.
    pub(crate) fn path(&self, field: &str) -> String {
        format!("{}.{field}", self.header.path)
    }

    pub(crate) fn names(&self) -> Names {
        Names { layer: self.surroundings.layer_name.to_owned(), module: self.header.name.value.clone() }
    }
}

/// Checks a service.
///
/// `faults` are those of earlier stages. Returns the service when neither they nor the checks found an error.
#[must_use]
pub fn check(
    lowered: Lowered,
    faults: Vec<Diagnostic>,
    surroundings: &Surroundings<'_>,
) -> (Option<Checked<K8sService>>, Vec<Diagnostic>) {
    let mut cx = Cx { header: &lowered.header, service: &lowered.service, surroundings, diagnostics: faults };
    names::check(&mut cx);
    image::check(&mut cx);
    scaling::check(&mut cx);
    env_vars::check(&mut cx);
    probes::check(&mut cx);
    sessions::check(&mut cx);
    public_uri::check(&mut cx);
    links::check(&mut cx);
    iam::check(&mut cx);
    let diagnostics = cx.diagnostics;
    let good = !diagnostics.iter().any(Diagnostic::is_error) && lowered.service.image.is_some() && lowered.service.port.is_some();
    (good.then_some(Checked(lowered.service)), diagnostics)
}
