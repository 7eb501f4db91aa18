//! The environment variables that links give.

use super::LinkVariable;
use crate::check::Checked;
use crate::model::k8s_service::K8sService;
use crate::model::link::{Gives, gives, has_rds_certificates};
use crate::model::module::Header;

/// The variables of a service's links, in link order; of several with one name the first.
#[must_use]
pub fn link_variables(service: &Checked<K8sService>, modules: &[Header]) -> Vec<LinkVariable> {
    let mut variables: Vec<LinkVariable> = Vec::new();
    for link in service.links() {
        let Some(module) =
            modules.iter().find(|module| module.name.value == link.target.value.as_str())
        else {
            continue;
        };
        let Some(Gives::Credentials(outputs)) = gives(module.short_type()) else { continue };
        for output in outputs {
            let name = link.variable_name(output);
            if variables.iter().all(|variable| variable.name != name) {
                let rds = has_rds_certificates(module.short_type());
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
