//! Tests of values that ingress-nginx and the API server accept in an Ingress.

use optakit_core::api::{Analysis, Kind, Request, ServiceFile, analyze};
use serde_json::Value;

const HEAD: &str = "\
name: shop
org_name: acme
providers: {aws: {region: us-east-1, account_id: 123456789012}}
modules:
  - type: k8s-service
    name: api
    image: nginx
    port: {http: 80}
";

fn check(fields: &str) -> Analysis {
    let fields: String = fields.lines().map(|line| format!("    {line}\n")).collect();
    let service = ServiceFile::parse("opta.yml", &format!("{HEAD}{fields}"));
    analyze(&Request { service, ..Request::default() }, false)
}

fn ingress(fields: &str) -> Value {
    let manifests = check(fields).manifests.expect("the file has no errors");
    let ingress = manifests.iter().find(|manifest| manifest.kind == Kind::Ingress);
    ingress.expect("the service has an Ingress").to_value()
}

fn messages(fields: &str) -> Vec<String> {
    check(fields).diagnostics.into_iter().map(|found| found.message).collect()
}

#[test]
fn class_of_the_annotation_is_the_ingress_class() {
    let ingress = ingress(
        "public_uri: acme.io\ningress_extra_annotations: {kubernetes.io/ingress.class: internal}",
    );
    assert_eq!(ingress["spec"]["ingressClassName"], "internal");
    assert_eq!(ingress["metadata"]["annotations"]["kubernetes.io/ingress.class"], "internal");
}

#[test]
fn path_with_characters_that_rewrite_target_rejects_uses_a_pattern() {
    let annotation = |fields: &str, name: &str| {
        let name = format!("nginx.ingress.kubernetes.io/{name}");
        ingress(fields)["metadata"]["annotations"][name].clone()
    };
    let kept = "keep_path_prefix: true\npublic_uri: acme.io/c++";
    assert_eq!(annotation(kept, "rewrite-target"), Value::Null);
    assert_eq!(annotation(kept, "use-regex"), "true");
    let removed = "public_uri: acme.io/c++";
    assert_eq!(annotation(removed, "rewrite-target"), "/$2");
    let plain = "keep_path_prefix: true\npublic_uri: acme.io/v1.0";
    assert_eq!(annotation(plain, "rewrite-target"), "/v1.0$1$2");
    assert_eq!(annotation(plain, "use-regex"), Value::Null);
}

#[test]
fn hash_key_is_a_variable_of_nginx() {
    let none: [&str; 0] = [];
    assert_eq!(messages("consistent_hash: $request_uri$arg_user"), none);
    assert_eq!(messages("consistent_hash: \"${{request_uri}}\""), none);
    assert_eq!(
        messages("consistent_hash: $cookie_a:b"),
        ["`$cookie_a:b` contains `:`, which ingress-nginx rejects"]
    );
    let constant = check("consistent_hash: request_uri");
    assert!(!constant.has_errors());
    assert_eq!(constant.diagnostics[0].message, "`request_uri` is the same for all requests");
}

#[test]
fn annotations_have_values_that_ingress_nginx_accepts() {
    let found = check(
        "ingress_extra_annotations:\n  nginx.ingress.kubernetes.io/proxy-body-size: 50Mi\n  \
         nginx.ingress.kubernetes.io/proxy-read-timeout: 60s\n  \
         nginx.ingress.kubernetes.io/enable-cors: yes\n  \
         Example.com/any: 50Mi\n",
    );
    assert!(!found.has_errors());
    let fixes = found.diagnostics.iter().flat_map(|found| &found.fixes);
    let fixed: Vec<&str> = fixes.map(|fix| &*fix.edits[0].text).collect();
    assert_eq!(fixed, ["\"50M\"", "\"60\"", "\"true\""]);
}
