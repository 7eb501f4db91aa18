//! The entry point for every front end: a [`Request`] with all texts goes in, an [`Analysis`] of
//! plain data comes out.

mod analysis;
mod analyze;
mod assist;
mod bundle;
mod bundle_changes;
mod bundle_size;
mod cache;
mod check;
mod choice_fields;
mod compare;
mod credentials;
mod curly_quotes;
mod diagnostic;
mod diagram;
mod edit;
mod environment;
mod equivalent;
mod fields;
mod files;
mod format;
mod layers;
mod memory;
mod needs;
mod places;
mod prepare;
mod public_uris;
mod render;
mod rendered;
mod request;
mod service_file;
mod trace;
mod values;

pub use analysis::{Analysis, AwsDocument, AwsResourceRef, EnvironmentRef, Manifest};
pub use analyze::{analyze, aws_documents, check, check_environment};
pub use assist::{CompletionItem, Completions, Hover, complete, hover};
pub use bundle::{NoBundle, bundle, is_current, verify_bundle};
pub use bundle_changes::{bundle_objects, compare_bundle};
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
pub use format::format;
pub use layers::check_layers;
pub use memory::Memory;
pub use places::Place;
pub use request::{RdsCertificates, Request};
pub use service_file::ServiceFile;
pub use trace::{LineExplanation, TracedLine, decided_lines, explain_line, trace};

pub use crate::bundle::RequiredSecret;
pub use crate::choices::Choices;
pub use crate::kind::Kind;
pub use crate::render::{IMAGE_DIGEST, MANUAL_SECRETS};
pub use crate::resolve::is_git_address;
pub use crate::rule::Severity;
pub use crate::source::SourceText;
pub use crate::syntax::{FormatError, PathStep};
