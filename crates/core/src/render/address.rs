//! The public addresses of a service.

use sha2::{Digest, Sha256};

use super::context::ServiceContext;
use super::service::public_name;
use super::target::Profile;
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
    /// The name of the Service that has the port.
    pub(super) backend: Text,
}

/// Returns the addresses in file order. A service without a port for HTTP has none.
pub(super) fn addresses(
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Vec<Address> {
    let Some(port) = service.http_port() else { return Vec::new() };
    let backend = public_name(service, context);
    let uris = PublicUri::of(service).into_iter().enumerate();
    let address = |(index, uri)| {
        let (port, backend) = (port.clone(), backend.clone());
        Address { index, uri, port, backend }
    };
    uris.map(address).collect()
}

impl Address {
    /// Returns the name of the Ingress or route.
    pub(super) fn name(&self, context: &ServiceContext<'_>) -> Text {
        let suffix = match context.profile {
            Profile::Default | Profile::Opta2021 => self.index.to_string(),
            Profile::Opta2022 => self.hash(),
        };
        format!("{}-{suffix}", context.names.full.as_str()).into()
    }

    /// Returns the suffix of Opta 2022: the first 8 digits of the SHA-256 of domain and path.
    fn hash(&self) -> String {
        let domain = self.uri.host.as_ref().map_or("all", Text::as_str);
        let path = self.uri.prefix.as_str().replace('/', "");
        let digest = Sha256::digest(format!("{domain}-{path}").as_bytes());
        hex::encode(&digest[..4])
    }
}
