//! The ConfigMap with the certificates of RDS: for services with a link to a database, and always
//! as Opta had it.

use super::{Frame, Object, Profile, object};
use crate::kind::Kind;
use crate::value::Map;

/// The key, and the file below `/config`.
pub(super) const KEY: &str = "rds_ca.pem";

/// Whether the service gets the certificates.
pub(super) fn is_needed(frame: &Frame<'_>) -> bool {
    frame.profile == Profile::Opta2021 || frame.link_variables.iter().any(|variable| variable.rds)
}

pub(super) fn render(frame: &Frame<'_>) -> Option<Object> {
    let data = Map::new().with(KEY, frame.rds_certificates.clone());
    is_needed(frame).then(|| {
        object(
            Kind::ConfigMap,
            frame.names.full.clone(),
            frame,
            Map::new(),
            Map::new().with("data", data),
        )
    })
}
