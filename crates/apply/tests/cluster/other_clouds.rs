//! Environments on other clouds than AWS.

use crate::testbed::{Service, get};

const GOOGLE: &str = "name: staging\norg_name: acme\nproviders:\n  google: {region: us-central1, \
                      project: acme}\nmodules:\n  - {type: base}\n";

#[test]
fn a_service_of_google_cloud_is_applied_to_a_context() {
    let service = Service::new("ongoogle", "acme/api:1", "");
    service.write("env/staging.yml", GOOGLE);
    service.update("acme/api:1", "");
    service.apply(&[]).succeeds();
    let account = get(&["-n", "ongoogle", "serviceaccount", "api"]);
    assert!(account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].is_null());
    service.apply(&[]).succeeds().reports("nothing to change");
    service.update("acme/api:2", "");
    service.run("diff", &[]);
    service.apply(&[]).succeeds();
    service.run("status", &[]).succeeds();
    service.run("rollback", &[]).succeeds();
    assert_eq!(service.image(), "acme/api:1");
    service.run("destroy", &["--yes"]).succeeds();
}
