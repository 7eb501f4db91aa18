//! The entry point for every front end: a [`Request`] with all texts goes in, an [`Analysis`] of
//! plain data comes out.

mod analysis;
mod assist;
mod bundle;
mod cache;
mod choice_fields;
mod compare;
mod credentials;
mod diagnostic;
mod diagram;
mod edit;
mod fields;
mod files;
mod memory;
mod output;
mod pass;
mod places;
mod render;
mod request;
mod service_file;
mod trace;
mod values;

pub use analysis::{Analysis, AwsDocument, AwsResource, EnvironmentRef, Manifest};
pub use assist::{CompletionItem, Completions, Hover, complete, hover};
pub use bundle::{bundle, verify_bundle};
pub use choice_fields::{CHOICE_FIELDS, ChoiceField};
pub use compare::{Baseline, BaselineObject, Change, DiffLine, compare, read_objects};
pub use credentials::{Credential, credentials};
pub use diagnostic::{Diagnostic, Fix, Label, TextEdit};
pub use diagram::{Diagram, Shape, diagram};
pub use edit::{read_data, remove, set};
pub use fields::{
    ENVIRONMENT_FIELDS, Field, FieldType, LAYER_FIELDS, PORT_NAMES, is_found_by_apply, is_linkable,
    is_secret_output, linkable_types, module_fields, new_module, new_service,
};
pub use files::{FileFormat, files, kustomize};
pub use memory::Memory;
pub use places::Place;
pub use request::{RdsCertificates, Request};
pub use trace::{LineExplanation, TracedLine, decided_lines, explain_line, trace};

pub use crate::bundle::RequiredSecret;
pub use crate::choices::Choices;
pub use crate::kind::Kind;
pub use crate::render::IMAGE_DIGEST;
pub use crate::source::SourceText;
pub use crate::syntax::PathStep;

use crate::resolve::Values;
use output::{Documents, Manifests};
use pass::Product;
use service_file::ServiceFile;

/// Returns the environments of a service file.
///
/// A front end calls this first, to know which environment files it must read.
#[must_use]
pub fn environments(service: &SourceText) -> Vec<EnvironmentRef> {
    ServiceFile::parse(service).environments()
}

fn run(request: &Request, product: &mut dyn Product, values: Values) -> Analysis {
    pass::run(request, &ServiceFile::parse(&request.service), None, product, values)
}

/// Checks a request without writing its manifests.
#[must_use]
pub fn check(request: &Request) -> Analysis {
    run(request, &mut (), Values::default())
}

/// Checks a request and renders it when there is no error.
///
/// `link_values` puts the Secret `secret` of link values among the manifests, when the values file
/// knows them.
#[must_use]
pub fn analyze(request: &Request, link_values: bool) -> Analysis {
    run(request, &mut Manifests { link_values }, Values::default())
}

/// The AWS resources of a request as JSON; none when it has errors.
#[must_use]
pub fn aws_documents(request: &Request) -> Vec<AwsDocument> {
    let mut documents = Documents::default();
    run(request, &mut documents, Values::default());
    documents.0
}
