//! Reads the fields of resolved modules.

use crate::diagnostic::Diagnostic;
use crate::model::env_links;
use crate::model::field_reader::FieldReader;
use crate::model::k8s_service::K8sService;
use crate::model::module::Header;
use crate::resolve::{Scope, interpolate};
use crate::source::Source;
use crate::syntax::{Entry, Mapping};

/// A service with the header of its module.
#[derive(Clone, Debug)]
pub struct Lowered<'a> {
    /// The header.
    pub header: &'a Header,
    /// The fields.
    pub service: K8sService,
}

/// Reads the fields of a `k8s-service` module.
pub fn lower<'a>(
    module: &'a Header,
    source: &Source,
    scope: &Scope<'_>,
) -> (Lowered<'a>, Vec<Diagnostic>) {
    let (mapping, mut diagnostics) = interpolate(&module.mapping, &module.path, source, scope);
    let owner = mapping.entries.first().map_or(module.span, |first| first.key.span);
    let mut reader = FieldReader::new(source);
    let service = reader.under(&module.path, |reader| {
        env_links::report(&mapping, owner, reader);
        K8sService::read(&mapping, owner, reader)
    });
    diagnostics.append(&mut reader.diagnostics);
    // The errors of name and type were reported with the header.
    diagnostics.retain(|diagnostic| !is_header(&diagnostic.path, &module.path));
    (Lowered { header: module, service }, diagnostics)
}

fn is_header(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest == ".name" || rest == ".type")
}

/// Returns the fields of another module that links read, such as `bucket_name`, with their
/// references replaced.
#[must_use]
pub fn linked_fields(
    module: &Header,
    source: &Source,
    scope: &Scope<'_>,
) -> (Mapping, Vec<Diagnostic>) {
    let kind = module.module_type(scope.environment.cloud());
    let fields = kind.map_or(&[][..], |kind| kind.required);
    let entries = fields.iter().filter_map(|field| module.mapping.get(field.name).cloned());
    let mapping = Mapping { entries: entries.collect::<Vec<Entry>>().into(), broken: false };
    interpolate(&mapping, &module.path, source, scope)
}
