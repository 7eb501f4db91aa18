//! From resolved modules to services: every field of the declaration read, with its place.

use crate::diagnostic::Diagnostic;
use crate::model::field::Lower;
use crate::model::k8s_service::K8sService;
use crate::model::module::{Header, K8S_SERVICE};
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

/// Reads the services among a file's modules, each by itself.
///
/// Returns them in file order, with the faults of each.
pub fn lower<'a, 's>(
    modules: &'a [Header],
    source: &'s Source,
    scope: &'s Scope<'_>,
) -> impl Iterator<Item = (Lowered<'a>, Vec<Diagnostic>)> {
    let services = modules.iter().filter(|module| module.short_type() == K8S_SERVICE);
    services.map(|module| lower_module(module, source, scope))
}

fn lower_module<'a>(module: &'a Header, source: &Source, scope: &Scope<'_>) -> (Lowered<'a>, Vec<Diagnostic>) {
    let (mapping, mut diagnostics) = interpolate(&module.mapping, &module.path, source, scope);
    let owner = mapping.entries.first().map_or(module.span, |first| first.key.span);
    let mut cx = Lower::new(source);
    let service = cx.under(&module.path, |cx| K8sService::read(&mapping, owner, cx));
    diagnostics.append(&mut cx.diagnostics);
    // Name and type were read, and found faulty, with the header.
    diagnostics.retain(|diagnostic| !is_header(&diagnostic.path, &module.path));
    (Lowered { header: module, service }, diagnostics)
}

fn is_header(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest == ".name" || rest == ".type")
}
