//! From resolved modules to services: every field of the declaration read, with its place.

use crate::diagnostic::Diagnostic;
use crate::model::field_reader::FieldReader;
use crate::model::k8s_service::K8sService;
use crate::model::module::Header;
use crate::resolve::{Scope, interpolate};
use crate::source::Source;

/// A service with the header of its module.
#[derive(Clone, Debug)]
pub struct Lowered<'a> {
    /// Name, type, path and place of the module.
    pub header: &'a Header,
    /// The service's fields.
    pub service: K8sService,
}

/// Reads the service that a module is.
///
/// Returns it with its faults.
pub fn lower<'a>(
    module: &'a Header,
    source: &Source,
    scope: &Scope<'_>,
) -> (Lowered<'a>, Vec<Diagnostic>) {
    let (mapping, mut diagnostics) = interpolate(&module.mapping, &module.path, source, scope);
    let owner = mapping.entries.first().map_or(module.span, |first| first.key.span);
    let mut reader = FieldReader::new(source);
    let service = reader.under(&module.path, |reader| K8sService::read(&mapping, owner, reader));
    diagnostics.append(&mut reader.diagnostics);
    // Name and type were read, and found faulty, with the header.
    diagnostics.retain(|diagnostic| !is_header(&diagnostic.path, &module.path));
    (Lowered { header: module, service }, diagnostics)
}

fn is_header(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest == ".name" || rest == ".type")
}
