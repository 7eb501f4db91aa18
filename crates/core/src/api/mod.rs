//! The way in: a request with every text, an analysis of plain data out, for any front end.

mod assist;
mod compare;
mod credentials;
mod data;
mod diagram;
mod edit;
mod fields;
mod files;
mod memory;
mod output;
mod pass;
mod reading;
mod render;
mod texts;
mod trace;

pub use assist::{CompletionItem, Completions, Hover, complete, hover};
pub use compare::{Against, Change, DiffLine, Other, compare, read_objects};
pub use credentials::{Credential, credentials};
pub use data::{
    Analysis, AwsDocument, AwsResource, Choices, EnvironmentRef, Finding, Manifest, Note, Place,
    RdsCertificates, Repair, Replacement, Request, RequiredSecret, SourceText,
};
pub use diagram::{Diagram, Shape, diagram};
pub use edit::{Step, data, remove, set};
pub use fields::{
    ENVIRONMENT_FIELDS, Field, FieldType, LAYER_FIELDS, PORT_NAMES, is_found_by_apply, is_linkable,
    is_secret_output, linkable_types, module_fields, new_module, new_service,
};
pub use files::{FileFormat, files, kustomize};
pub use memory::Memory;
pub use reading::Reading;
pub(crate) use render::{Rendered, holes};
pub use trace::{TracedLine, Why, decided_lines, trace, why};

use crate::bundle::Bundle;
use crate::model::exposure::Exposure;
use crate::model::layer::EnvironmentEntry;
use crate::render::{Hardening, Kubernetes, Profile};
use crate::resolve::{self, LayerFile, Values};
use crate::source::Source;
use crate::span::FileId;
use output::{Data, Documents, Manifests};

/// A choice of what is rendered, for a front end to offer.
pub struct Target {
    /// What to call it.
    pub title: &'static str,
    /// What it decides, in a sentence.
    pub about: &'static str,
    /// The names of its values; the first holds when none is chosen.
    pub values: fn() -> Vec<&'static str>,
    /// Where it stands among the choices.
    pub of: fn(&mut Choices) -> &mut Option<String>,
}

/// The choices that have a list of values.
pub const TARGETS: [Target; 4] = [
    Target {
        title: "Profile",
        about: "How close to Opta the manifests stay",
        values: || names(Profile::ALL),
        of: |choices| &mut choices.profile,
    },
    Target {
        title: "Hardening",
        about: "How little pods may do, after the levels of PodSecurity",
        values: || names(Hardening::ALL),
        of: |choices| &mut choices.hardening,
    },
    Target {
        title: "Expose with",
        about: "What leads requests to the service",
        values: || names(Exposure::ALL),
        of: |choices| &mut choices.exposure,
    },
    Target {
        title: "Kubernetes",
        about: "The version of Kubernetes the manifests are for",
        values: || names(Kubernetes::ALL),
        of: |choices| &mut choices.kubernetes,
    },
];

fn names<T>(all: &[(&'static str, T)]) -> Vec<&'static str> {
    all.iter().map(|(name, _)| *name).collect()
}

/// The environments of a request's service file, for a front end that must read their files before
/// it asks for an analysis.
#[must_use]
pub fn environments(request: &Request) -> Vec<EnvironmentRef> {
    refs(&request.read().file)
}

fn refs(file: &LayerFile) -> Vec<EnvironmentRef> {
    let entry = |entry: &EnvironmentEntry| {
        let (name, path) = (entry.name.as_ref()?, entry.path.as_ref()?);
        Some(EnvironmentRef {
            name: name.value.as_str().to_owned(),
            path: path.value.as_str().to_owned(),
        })
    };
    file.environments.iter().filter_map(|spanned| entry(&spanned.value)).collect()
}

/// Checks a request without writing its manifests.
#[must_use]
pub fn check(request: &Request) -> Analysis {
    pass::run(request, &mut (), Values::default())
}

/// Checks a request and renders it when there is no error.
///
/// `link_values` puts the Secret `secret` of link values among the manifests, when the values file
/// knows them.
#[must_use]
pub fn analyze(request: &Request, link_values: bool) -> Analysis {
    pass::run(request, &mut Manifests { link_values }, Values::default())
}

/// The AWS resources of a request as JSON; none when it has errors.
#[must_use]
pub fn aws_documents(request: &Request) -> Vec<AwsDocument> {
    let mut documents = Documents::default();
    pass::run(request, &mut documents, Values::default());
    documents.0
}

/// Makes the bundle of a request.
///
/// # Errors
///
/// The analysis that says why there is none.
pub fn bundle(request: &Request) -> Result<Bundle, Box<Analysis>> {
    let mut clean = request.clone();
    let values = read_values(request);
    clean.choices = clean.choices.over(&values);
    clean.values = None;
    // A secret that a text refers to must stay a hole: a bundle is passed around.
    bundle_of(&clean, values.without_secrets()).ok_or_else(|| Box::new(check(request)))
}

/// The bundle of a request without a values file, from values without secrets; none when it has
/// errors.
pub(crate) fn bundle_of(request: &Request, values: Values) -> Option<Bundle> {
    let mut data = Data { for_bundle: true, ..Data::default() };
    let analysis = pass::run(request, &mut data, values);
    let rendered = data.rendered.filter(|_| analysis.rds_certificates_for.is_none())?;
    Some(Bundle::new(request, &analysis, &rendered))
}

fn read_values(request: &Request) -> Values {
    request.values.as_ref().map_or_else(Values::default, |values| {
        resolve::read_values(&Source::new(FileId::Values, &*values.name, &*values.text)).0
    })
}
