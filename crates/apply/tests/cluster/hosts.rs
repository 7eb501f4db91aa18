//! Changes of `public_uri`, with a webhook that rejects two Ingresses for one host and path.

use std::collections::BTreeMap;

use crate::testbed::ingress_webhook::IngressWebhook;
use crate::testbed::{Service, create_namespace, get, kubectl, record_fault};

/// Returns the lines of a module with these URIs.
fn uris(uris: &[&str]) -> String {
    format!("    public_uri: [{}]\n", uris.join(", "))
}

/// Returns the UID of the Ingress of each host and path.
fn ingresses(namespace: &str) -> BTreeMap<String, String> {
    let list = get(&["-n", namespace, "ingresses"]);
    let items = list["items"].as_array().expect("a list").iter();
    items
        .map(|item| {
            let rule = &item["spec"]["rules"][0];
            let path = rule["http"]["paths"][0]["path"].as_str().expect("a path");
            let host = rule["host"].as_str().expect("a host");
            let uid = item["metadata"]["uid"].as_str().expect("a UID");
            (format!("{host}{}", path.trim_end_matches("(/|$)(.*)")), uid.to_owned())
        })
        .collect()
}

fn hosts(namespace: &str) -> Vec<String> {
    ingresses(namespace).into_keys().collect()
}

/// A service whose Ingresses a webhook checks.
fn service(layer: &str, fields: &str) -> (Service, IngressWebhook) {
    create_namespace(layer);
    let service = Service::new(layer, "acme/api:1", fields);
    let webhook = IngressWebhook::start(&service);
    // The API server asks a new webhook a moment after it was registered.
    let other = |name: &str| {
        let rule = format!("--rule=probe.example.com/={name}:80");
        let create = ["-n", layer, "create", "ingress", name, &rule];
        kubectl(&[&create[..], &["--class=nginx"]].concat()).status.success()
    };
    assert!(other("probe-0"));
    while other("probe-1") {
        kubectl(&["-n", layer, "delete", "ingress", "probe-1"]);
    }
    kubectl(&["-n", layer, "delete", "ingress", "probe-0"]);
    (service, webhook)
}

#[test]
fn first_of_several_hosts_is_removed_and_added_again() {
    let (service, _webhook) = service("hostfirst", &uris(&["old.acme.io", "new.acme.io"]));
    service.apply(&["--skip-aws"]).succeeds();
    let before = ingresses("hostfirst");
    service.update("acme/api:1", &uris(&["new.acme.io"]));
    service.run("plan", &[]).exits(2).prints("will delete  Ingress hostfirst-api-k8s-service-0");
    service.apply(&["--skip-aws"]).succeeds();
    let after = ingresses("hostfirst");
    assert_eq!(after.keys().collect::<Vec<_>>(), ["new.acme.io/"]);
    assert_eq!(after["new.acme.io/"], before["new.acme.io/"], "the Ingress stays the same object");
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    service.update("acme/api:1", &uris(&["old.acme.io", "new.acme.io", "third.acme.io"]));
    service.apply(&["--skip-aws"]).succeeds();
    assert_eq!(hosts("hostfirst"), ["new.acme.io/", "old.acme.io/", "third.acme.io/"]);
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    service.run("drift", &[]).succeeds();
    service.run("rollback", &["--to", "2"]).succeeds();
    assert_eq!(hosts("hostfirst"), ["new.acme.io/"]);
    service.run("destroy", &["--yes"]).succeeds();
    assert_eq!(hosts("hostfirst"), [""; 0]);
    record_fault(
        "The webhook of ingress-nginx rejects two Ingresses for one host and path",
        "Hosts are removed, moved and renamed without a rejection. Their Ingresses stay.",
    );
}

#[test]
fn route_of_a_gateway_keeps_its_host() {
    let old = uris(&["old.acme.io", "new.acme.io"]);
    let service = Service::new("hostgateway", "acme/api:1", &old);
    let apply = || {
        service.run_alone(&["bundle", "--quiet", "--exposure", "gateway"]).succeeds();
        service.apply(&["--skip-aws"]).succeeds()
    };
    let routes = || -> BTreeMap<String, String> {
        let list = get(&["-n", "hostgateway", "httproutes"]);
        let items = list["items"].as_array().expect("a list").iter();
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        items
            .map(|item| (text(&item["spec"]["hostnames"][0]), text(&item["metadata"]["uid"])))
            .collect()
    };
    apply();
    let before = routes();
    assert_eq!(before.len(), 2);
    service.update("acme/api:1", &uris(&["new.acme.io"]));
    apply();
    let kept = ("new.acme.io".to_owned(), before["new.acme.io"].clone());
    assert_eq!(routes(), BTreeMap::from([kept]));
    apply().reports("nothing to change");
}

#[test]
fn order_of_hosts_changes_nothing() {
    let (service, _webhook) = service("hostorder", &uris(&["a.acme.io", "b.acme.io", "c.acme.io"]));
    service.apply(&["--skip-aws"]).succeeds();
    service.update("acme/api:1", &uris(&["c.acme.io", "a.acme.io", "b.acme.io"]));
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
}

#[test]
fn renamed_host_and_path_replace_the_old_ones() {
    let old = ["a.acme.io/v1", "b.acme.io", "c.acme.io"];
    let (service, _webhook) = service("hostrename", &uris(&old));
    service.apply(&["--skip-aws"]).succeeds();
    let new = ["b.acme.io", "a.acme.io/v2", "d.acme.io"];
    service.update("acme/api:1", &uris(&new));
    service.apply(&["--skip-aws"]).succeeds();
    assert_eq!(hosts("hostrename"), ["a.acme.io/v2", "b.acme.io/", "d.acme.io/"]);
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
}

#[test]
fn host_moves_to_another_module_without_a_gap() {
    let (service, _webhook) = service("hostmove", "");
    let write = |api: &[&str], web: &[&str]| {
        let module = |name: &str, hosts: &[&str]| {
            format!(
                "  - type: k8s-service\n    name: {name}\n    image: acme/{name}:1\n    \
                 port: {{http: 8000}}\n{}",
                uris(hosts)
            )
        };
        let text = format!(
            "name: hostmove\nenvironments:\n  - {{name: staging, path: env/staging.yml}}\n\
             modules:\n{}{}",
            module("api", api),
            module("web", web)
        );
        service.write("opta.yml", &text);
        service.run_alone(&["bundle", "--quiet"]).succeeds();
    };
    write(&["a.acme.io", "b.acme.io"], &["c.acme.io"]);
    service.apply(&["--skip-aws"]).succeeds();
    let before = ingresses("hostmove");
    write(&["c.acme.io", "a.acme.io"], &["b.acme.io"]);
    service.apply(&["--skip-aws"]).succeeds();
    assert_eq!(ingresses("hostmove"), before, "each host keeps its Ingress");
    let backend = |host: &str| {
        let list = get(&["-n", "hostmove", "ingresses"]);
        let items = list["items"].as_array().expect("a list").clone();
        let item = items.into_iter().find(|item| item["spec"]["rules"][0]["host"] == host);
        let path = &item.expect("the host has an Ingress")["spec"]["rules"][0]["http"]["paths"][0];
        path["backend"]["service"]["name"].as_str().expect("a Service").to_owned()
    };
    assert_eq!(
        ["a", "b", "c"].map(|host| backend(&format!("{host}.acme.io"))),
        ["api", "web", "api"]
    );
    service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
}
