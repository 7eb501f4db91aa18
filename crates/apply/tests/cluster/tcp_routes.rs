//! TCP ports that a Gateway makes public.

use serde_json::Value;

use crate::testbed::faulty::{FaultyProxy, KUBECONFIG};
use crate::testbed::{Service, apply_objects, create_namespace, environment, exists, get};

const ENVIRONMENT: &str = "  - {type: k8s-base, nginx_extra_tcp_ports: [9000, 9001]}\n";

/// A service with the TCP ports `ports`, and its bundle for the Gateway `NAMESPACE/public`.
fn write_bundle(service: &Service, gateway: &str, ports: &[u16]) {
    let environment = environment("123456789012") + ENVIRONMENT;
    service.write("env/staging.yml", &environment);
    let layer = &service.layer;
    let tcp: String = ports
        .iter()
        .map(|port| format!(", {{name: tcp-{port}, type: tcp, port: {port}}}"))
        .collect();
    let text = format!(
        "name: {layer}\nenvironments: [{{name: staging, path: env/staging.yml}}]\nmodules:\n  \
         - type: k8s-service\n    name: api\n    image: acme/api:1\n    \
         ports: [{{name: main, type: http, port: 80}}{tcp}]\n"
    );
    service.write("opta.yml", &text);
    let gateway = ["--exposure", "gateway", "--gateway", gateway];
    service.run_alone(&[&["bundle", "--quiet"], &gateway[..]].concat()).succeeds();
}

fn route(port: u16) -> Value {
    get(&["-n", "tcproutes", "tcproute", &format!("tcproutes-api-k8s-service-{port}")])
}

#[test]
fn public_tcp_port_has_a_route_until_it_is_removed() {
    create_namespace("tcpgateway");
    let service = Service::new("tcproutes", "acme/api:1", "");
    let gateway = serde_json::json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "public", "namespace": "tcpgateway"},
        "spec": {"gatewayClassName": "any", "listeners": [
            {"name": "postgres", "protocol": "TCP", "port": 9000},
        ]},
    });
    apply_objects(&[gateway], service.folder());
    write_bundle(&service, "tcpgateway/public", &[9000, 9001]);
    service
        .apply(&[])
        .succeeds()
        .reports("the Gateway `tcpgateway/public` does not listen on the TCP port 9001")
        .omits("on the TCP port 9000");
    let spec = &route(9000)["spec"];
    assert_eq!(spec["parentRefs"][0]["port"], 9000);
    assert_eq!(spec["rules"][0]["backendRefs"][0]["name"], "api");
    assert_eq!(spec["rules"][0]["backendRefs"][0]["port"], 9000);
    service.apply(&[]).succeeds().reports("nothing to change");
    let uid = route(9000)["metadata"]["uid"].clone();
    write_bundle(&service, "tcpgateway/public", &[9000]);
    service.run("plan", &[]).exits(2).prints("TCPRoute tcproutes-api-k8s-service-9001");
    service.apply(&[]).succeeds();
    assert!(!exists(&["-n", "tcproutes", "tcproute", "tcproutes-api-k8s-service-9001"]));
    assert_eq!(route(9000)["metadata"]["uid"], uid);
}

#[test]
fn missing_kind_is_reported_before_anything_is_written() {
    let service = Service::new("tcpless", "acme/api:1", "");
    write_bundle(&service, "tcpgateway/public", &[9000]);
    let proxy = FaultyProxy::start(&service);
    proxy.set_mode("tcpless");
    service
        .apply_with(&["--kubeconfig", KUBECONFIG])
        .fails()
        .reports("the cluster does not have the kind TCPRoute")
        .reports("install the experimental channel of the Gateway API")
        .reports("--exposure alb");
    assert!(!exists(&["-n", "tcpless", "service", "api"]));
}
