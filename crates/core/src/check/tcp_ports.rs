//! Ports of the type `tcp` that are reached from outside the cluster.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::exposure::Exposure;
use crate::rule::rule;

rule! {
    /// The environment file lists this TCP port as public, but ingress-nginx needs a setting for
    /// it.
    ///
    /// The module `k8s-base` of the environment file lists the public TCP ports in
    /// `nginx_extra_tcp_ports`. ingress-nginx reads them from one ConfigMap of the whole cluster,
    /// which Optakit does not change.
    ///
    /// With the exposure `gateway`, Optakit creates a TCPRoute for each of these ports. With the
    /// exposure `alb`, it creates a Network Load Balancer.
    pub static TCP_PORT_NOT_PUBLIC: Warning {
        fix: "Add the port to the ConfigMap `tcp-services` of ingress-nginx, or use the exposure \
              `gateway` or `alb`.",
        bad: File(
            "name: shop\norg_name: acme\n\
             providers: {aws: {region: us-east-1, account_id: 123456789012}}\nmodules:\n  \
             - {type: k8s-base, nginx_extra_tcp_ports: [9000]}\n  \
             - {type: k8s-service, image: AUTO, ports: [{name: a, type: tcp, port: 9000}]}\n"
        ),
        good: File(
            "name: shop\norg_name: acme\n\
             providers: {aws: {region: us-east-1, account_id: 123456789012}}\nmodules:\n  \
             - {type: k8s-base, nginx_extra_tcp_ports: [9001]}\n  \
             - {type: k8s-service, image: AUTO, ports: [{name: a, type: tcp, port: 9000}]}\n"
        ),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    match checker.context.exposure {
        Exposure::Nginx => {}
        // The renderer writes a TCPRoute or a Network Load Balancer.
        Exposure::Gateway | Exposure::Alb => return,
    }
    let public = &checker.context.environment.tcp_ports;
    for port in checker.service.public_tcp_ports(public) {
        let number = port.service_port.0;
        let backend =
            format!("{}/{}:{number}", checker.context.layer_name, checker.header.name.value);
        let message = format!(
            "port {number} is public only if the ConfigMap `tcp-services` of ingress-nginx lists it"
        );
        let help = format!(
            "add `\"{number}\": {backend}` to this ConfigMap, and the port to the Service of \
             ingress-nginx"
        );
        let path = checker.path("ports");
        let diagnostic = Diagnostic::new(&TCP_PORT_NOT_PUBLIC, port.span, path, message);
        checker.push(diagnostic.help(help));
    }
}
