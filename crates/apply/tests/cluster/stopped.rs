//! A service without pods.

use crate::testbed::Service;

#[test]
fn zero_pods_are_planned_and_reported() {
    let uri = "    public_uri: \"stopped.example.com\"\n";
    let service = Service::new("zeropods", "acme/api:1", &format!("{uri}    min_containers: 2\n"));
    service.apply(&[]).succeeds().reports("available at stopped.example.com");
    let none = "    min_containers: 0\n    max_containers: 0\n";
    service.update("acme/api:2", &format!("{uri}{none}"));
    service
        .apply(&[])
        .succeeds()
        .reports("(stops all pods)")
        .reports("no pods run: api has zero pods")
        .omits("available at");
}
