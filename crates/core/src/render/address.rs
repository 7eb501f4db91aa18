//! The public addresses of a service.

use super::context::ServiceContext;
use crate::check::Checked;
use crate::model::k8s_service::K8sService;
use crate::model::ports::ServicePort;
use crate::model::public_uri::PublicUri;
use crate::text::Text;

/// An address that is routed to a port of the service.
pub(super) struct Address {
    index: usize,
    /// The domain and the path.
    pub(super) uri: PublicUri,
    /// The port that receives the requests.
    pub(super) port: ServicePort,
}

/// Returns the addresses in file order. A service without a port for HTTP has none.
pub(super) fn addresses(service: &Checked<K8sService>) -> Vec<Address> {
    let Some(port) = service.http_port() else { return Vec::new() };
    let uris = PublicUri::of(service).into_iter().enumerate();
    uris.map(|(index, uri)| Address { index, uri, port: port.clone() }).collect()
}

impl Address {
    /// Returns the name of the Ingress or route.
    pub(super) fn name(&self, context: &ServiceContext<'_>) -> Text {
        format!("{}-{}", context.names.full.as_str(), self.index).into()
    }
}
