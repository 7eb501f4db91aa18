//! The environment variables from the links of a service.

use crate::check::Checked;
use crate::model::k8s_service::K8sService;
use crate::model::link_kind::{LinkAccess, LinkKind};
use crate::model::module::Header;
use crate::span::Span;

/// An environment variable from a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkVariable {
    /// The name of the variable, which is also its key in the Secret `secret`.
    pub name: String,
    /// The name of the linked module.
    pub module: String,
    /// The output of the linked module that is the value.
    pub output: &'static str,
    /// The span of the link.
    pub span: Span,
    /// Whether the linked module is a database with certificates of RDS.
    pub rds: bool,
}

/// Returns the variables from the links of a service, in the order of the links.
///
/// If several variables have the same name, the first one wins.
#[must_use]
pub fn link_variables(service: &Checked<K8sService>, modules: &[Header]) -> Vec<LinkVariable> {
    let mut variables: Vec<LinkVariable> = Vec::new();
    for link in service.links() {
        let Some(module) =
            modules.iter().find(|module| module.name.value == link.target.value.as_str())
        else {
            continue;
        };
        let Some(kind) = LinkKind::of(module.short_type()) else { continue };
        let LinkAccess::Credentials(outputs) = kind.access else { continue };
        for output in outputs {
            let name = link.variable_name(output);
            if variables.iter().all(|variable| variable.name != name) {
                let rds = kind.rds_certificates;
                variables.push(LinkVariable {
                    name,
                    module: module.name.value.clone(),
                    output,
                    span: link.target.span,
                    rds,
                });
            }
        }
    }
    variables
}
