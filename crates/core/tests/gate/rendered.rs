//! What the renderer writes passes.

use optakit_core::api::{self, Choices, Request, ServiceFile};
use optakit_core::bundle::Bundle;
use serde_json::Value;

use crate::bundles::{bundles, folder, full, json, request};
use crate::{passes, resource, violations};

#[test]
fn every_rendered_bundle_passes() {
    for mut bundle in bundles() {
        bundle.check_layer().expect("a rendered bundle");
        Bundle::parse(&bundle.to_text()).expect("a bundle").check_layer().expect("a parsed bundle");
        bundle.fill("image_digest", &format!("sha256:{}", "a".repeat(64)));
        bundle.fill("account_id", "123456789012");
        bundle.fill("parent.k8s_openid_provider_url", "oidc.eks.us-east-1.amazonaws.com/id/A1");
        bundle.check_layer_is("shop").or_else(|_| bundle.check_layer()).expect("a filled bundle");
    }
}

#[test]
fn bundles_without_ranges_pass() {
    let mut bundle = json(&full("nginx", "baseline"));
    for hole in bundle["holes"].as_array_mut().expect("a list") {
        let places = hole["at"].as_array_mut().expect("a list");
        places.retain(|place| place.get("key").is_none());
        for place in places {
            place.as_object_mut().expect("a map").remove("range");
        }
    }
    assert_eq!(violations(&bundle), Some(Vec::new()));
}

#[test]
fn an_adopted_repository_passes() {
    let text = full("nginx", "baseline").to_text();
    let adopted = text.replace("opta-shop-api", "opta-shop-api-x7k2").replace("\"range\"", "\"r\"");
    assert!(Bundle::parse(&adopted).is_err(), "ranges are required to have their names");
    let mut bundle: Value = serde_json::from_str(&text).expect("JSON");
    resource(&mut bundle, "ecr-repository")["name"] = "opta-shop-api-x7k2".into();
    assert!(passes(&bundle));
    resource(&mut bundle, "ecr-repository")["name"] = "opta-shop-api2".into();
    assert!(!passes(&bundle));
}

#[test]
fn a_literal_reference_passes() {
    let text = "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
                - type: k8s-service\n    name: api\n    image: acme/api:1\n    port: {http: 80}\n    \
                env_vars: {TEMPLATE: \"{{parent.domain}}\"}\n";
    let request = Request {
        service: ServiceFile::parse("opta.yml", text),
        ..request(&folder().join("minimal"), false, Choices::default())
    };
    let bundle = api::bundle(&request).expect("no errors");
    assert!(bundle.to_text().contains("\"{parent.domain}\""), "the braces are literal");
    bundle.check_layer().expect("the reference is literal");
}
