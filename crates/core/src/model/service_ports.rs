//! The ports of a service, from `port` or `ports`, and whether it has volumes.

use super::k8s_service::K8sService;
use super::ports::{HTTP_PORT, ServicePort};
use crate::text::Text;

impl K8sService {
    /// Whether the service is a StatefulSet, because its containers have volumes.
    #[must_use]
    pub fn is_stateful(&self) -> bool {
        !self.persistent_storage.value.0.is_empty()
    }

    /// Returns the ports in file order. Items of `ports` with errors are left out.
    #[must_use]
    pub fn all_ports(&self) -> Vec<ServicePort> {
        if let Some(port) = &self.port {
            let main = ServicePort {
                name: Text::constant("main"),
                kind: port.value.kind,
                number: i64::from(port.value.number),
                span: port.value.span,
                service_port: (HTTP_PORT, None),
            };
            return vec![main];
        }
        let items = self.ports.iter().flat_map(|ports| &ports.value.0);
        items.filter_map(|item| item.value.to_service_port()).collect()
    }

    /// Returns the ports for TCP that the environment makes public.
    #[must_use]
    pub fn public_tcp_ports(&self, public: &[i64]) -> Vec<ServicePort> {
        let is_public =
            |port: &ServicePort| !port.kind.is_http() && public.contains(&port.service_port.0);
        self.all_ports().into_iter().filter(is_public).collect()
    }

    /// Returns the port that receives the requests for `public_uri`.
    #[must_use]
    pub fn http_port(&self) -> Option<ServicePort> {
        self.all_ports().into_iter().find(|port| port.kind.is_http())
    }

    /// Returns the port that the probes use: `probe_port`, or the first port.
    #[must_use]
    pub fn port_of_probes(&self) -> Option<ServicePort> {
        let ports = self.all_ports().into_iter();
        match &self.probe_port {
            Some(name) => ports.into_iter().find(|port| port.name == name.value),
            None => ports.into_iter().next(),
        }
    }
}
