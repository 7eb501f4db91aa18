//! The ConfigMap with the certificates of RDS.
//!
//! Services with a link to a database have one. The profile `opta-2021` always renders it.

use super::context::ServiceContext;
use super::object::{Object, object};
use crate::kind::Kind;
use crate::value::Map;

/// The key in the ConfigMap, and the name of the file in `/config`.
pub(super) const KEY: &str = "rds_ca.pem";

/// Whether the service needs the certificates.
pub(super) fn is_needed(context: &ServiceContext<'_>) -> bool {
    let always = context.profile.is_opta() && context.environment.is_on_aws();
    always || context.link_variables.iter().any(|variable| variable.rds)
}

pub(super) fn render(context: &ServiceContext<'_>) -> Option<Object> {
    let data = Map::new().with(KEY, context.rds_certificates.clone());
    is_needed(context).then(|| {
        object(
            Kind::ConfigMap,
            context.names.full.clone(),
            context,
            Map::new(),
            Map::new().with("data", data),
        )
    })
}
