//! Bundles that reach outside their layer are refused, with the reason.

use optakit_core::bundle::{Bundle, Violation};
use serde_json::{Value, json};

use crate::bundles::{filled, full, json as to_json};
use crate::{assert_refused, assert_refused_unfilled, manifest, passes, pod, resource, violations};

#[test]
fn no_field_of_the_metadata_can_change_alone() {
    for pointer in ["/metadata/layer", "/metadata/environment", "/target/cluster"] {
        for new in ["kube-system", "default", "victim", "production", ""] {
            let mut bundle = to_json(&full("nginx", "baseline"));
            *bundle.pointer_mut(pointer).expect("a value") = new.into();
            assert!(!passes(&bundle), "{pointer} {new}");
        }
    }
}

#[test]
fn a_reserved_layer_is_refused_even_if_everything_agrees() {
    for name in ["kube-system", "kube-public", "kube-node-lease", "default", "kube-flannel"] {
        let text = full("nginx", "baseline").to_text().replace("shop", name);
        let bundle: Value = serde_json::from_str(&text).expect("JSON");
        let found = violations(&bundle).unwrap_or_default();
        let reserved =
            |found: &Violation| found.reason.contains("a namespace that Kubernetes reserves");
        assert!(found.iter().any(reserved), "{name}: {found:#?}");
    }
}

#[test]
fn a_removed_hole_is_refused() {
    assert_refused_unfilled(
        |bundle| bundle["holes"] = json!([]),
        "`/policy/document/Statement/2/Resource/0` contains `{module.queue.queue_arn}`",
    );
    assert_refused_unfilled(
        |bundle| {
            let holes = bundle["holes"].as_array_mut().expect("a list");
            holes.retain(|hole| hole["input"] != "image_digest");
        },
        "contains `{image_digest}`, which has no value",
    );
}

#[test]
fn a_hole_that_replaces_a_name_is_refused() {
    assert_refused(
        |bundle| {
            let index = bundle["manifests"]
                .as_array()
                .and_then(|list| list.iter().position(|object| object["kind"] == "Service"));
            let place = json!({
                "list": "manifests", "index": index, "pointer": "/metadata/namespace",
                "range": { "start": 0, "end": 4 },
            });
            let holes = bundle["holes"].as_array_mut().expect("a list");
            holes.push(json!({ "input": "module.x.y", "at": [place] }));
        },
        "Service api: `/metadata/namespace` is `sample.example.com`, expected `shop`",
    );
}

#[test]
fn pods_that_weaken_the_security_are_refused() {
    let fields = [
        ("hostNetwork", json!(true)),
        ("hostPID", json!(true)),
        ("hostIPC", json!(true)),
        ("nodeName", json!("control-plane")),
        ("initContainers", json!([{ "name": "a", "image": "b" }])),
        ("ephemeralContainers", json!([])),
        ("volumes", json!([{ "name": "config", "hostPath": { "path": "/" } }])),
        ("serviceAccountName", json!("default")),
        ("automountServiceAccountToken", json!(true)),
        ("securityContext", json!({ "seccompProfile": { "type": "Unconfined" } })),
    ];
    for (field, value) in fields {
        assert_refused(
            |bundle| pod(bundle)[field] = value,
            &format!("/spec/template/spec/{field}"),
        );
    }
    let fields = [
        ("securityContext", json!({ "privileged": true, "allowPrivilegeEscalation": false })),
        ("securityContext", json!({ "allowPrivilegeEscalation": true })),
        (
            "securityContext",
            json!({
                "allowPrivilegeEscalation": false, "capabilities": { "add": ["SYS_ADMIN"] },
            }),
        ),
        ("volumeDevices", json!([])),
        ("envFrom", json!([{ "secretRef": { "name": "other" } }])),
        ("command", json!([])),
        ("workingDir", json!("/")),
    ];
    for (field, value) in fields {
        assert_refused(
            |bundle| pod(bundle)["containers"][0][field] = value,
            &format!("/spec/template/spec/containers/0/{field}"),
        );
    }
    assert_refused(
        |bundle| pod(bundle)["containers"][0]["ports"][0]["hostPort"] = 80.into(),
        "/spec/template/spec/containers/0/ports/0/hostPort` is not a field that Optakit writes",
    );
    assert_refused(
        |bundle| {
            let containers = pod(bundle)["containers"].as_array_mut().expect("a list");
            containers.push(json!({ "name": "sidecar", "image": "evil" }));
        },
        "has 2 items, expected 1",
    );
}

#[test]
fn objects_outside_the_layer_are_refused() {
    assert_refused(
        |bundle| manifest(bundle, "Service")["metadata"]["namespace"] = "kube-system".into(),
        "Service api: `/metadata/namespace` is `kube-system`, expected `shop`",
    );
    assert_refused(
        |bundle| manifest(bundle, "Namespace")["metadata"]["name"] = "other".into(),
        "Namespace other: `/metadata/name` is `other`, expected `shop`",
    );
    assert_refused(
        |bundle| {
            let labels = &mut manifest(bundle, "Namespace")["metadata"]["labels"];
            labels["pod-security.kubernetes.io/enforce"] = "privileged".into();
        },
        "pod-security.kubernetes.io~1enforce` is not a field that Optakit writes",
    );
    assert_refused(
        |bundle| {
            let spec = &mut manifest(bundle, "Service")["spec"];
            spec["type"] = "ExternalName".into();
            spec["externalName"] = "victim.example.com".into();
        },
        "`/spec/externalName` is not a field that Optakit writes",
    );
    assert_refused(
        |bundle| {
            let selector = &mut manifest(bundle, "Service")["spec"]["selector"];
            selector["app.kubernetes.io/instance"] = "victim-api".into();
        },
        "is `victim-api`, expected `shop-api`",
    );
    let snippet = "nginx.ingress.kubernetes.io/configuration-snippet";
    assert_refused(
        |bundle| manifest(bundle, "Ingress")["metadata"]["annotations"][snippet] = "x".into(),
        "configuration-snippet` is not a field that Optakit writes",
    );
    assert_refused(
        |bundle| {
            let manifests = bundle["manifests"].as_array_mut().expect("a list");
            manifests.push(json!({
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "stringData": {},
                "metadata": { "name": "manual-secrets", "namespace": "shop" },
            }));
        },
        "Secret manual-secrets: `/metadata/name` is `manual-secrets`, expected `secret`",
    );
}

#[test]
fn aws_names_of_others_are_refused() {
    assert_refused(
        |bundle| resource(bundle, "iam-role")["name"] = "staging-victim-api".into(),
        "iam-role staging-victim-api: `/name` is `staging-victim-api`, expected `staging-shop-api`",
    );
    assert_refused(
        |bundle| resource(bundle, "ecr-repository")["name"] = "opta-victim-api".into(),
        "ecr-repository opta-victim-api: `/name`",
    );
    assert_refused(
        |bundle| {
            let trust = &mut resource(bundle, "iam-role")["trust"]["Statement"][0];
            trust["Principal"] = json!({ "AWS": "arn:aws:iam::666666666666:root" });
        },
        "`/trust/Statement/0/Principal/Federated` is missing",
    );
    assert_refused(
        |bundle| {
            let document = &mut resource(bundle, "iam-role")["policy"]["document"];
            document["Statement"][0]["Action"] = json!(["*"]);
        },
        "`/policy/document/Statement/0/Action/0` is `*`, expected `eks:DescribeCluster`",
    );
    assert_refused(
        |bundle| {
            let document = &mut resource(bundle, "iam-role")["policy"]["document"];
            document["Statement"][1]["Resource"] = json!(["*"]);
        },
        "is `*`, expected an ARN of s3",
    );
    assert_refused(
        |bundle| {
            let attached = &mut resource(bundle, "iam-role")["attachedPolicies"];
            attached[0] = "arn:aws:iam::aws:policy/AdministratorAccess".into();
        },
        "expected the role's own policy",
    );
}

#[test]
fn names_that_are_paths_or_patterns_are_refused() {
    let rename = |old: &str, new: &str| {
        let text = full("nginx", "baseline").to_text().replace(old, new);
        let bundle: Value = serde_json::from_str(&text).expect("JSON");
        violations(&bundle).expect("a bundle")
    };
    let found = rename("\"api\"", "\"../../other/api\"");
    assert!(!found.is_empty());
    let found = rename("name: api", "name: ../../other/api");
    assert!(found.iter().any(|found| found.reason.contains("is not a valid name")), "{found:#?}");
    let found = rename("staging", "*");
    let expected = "is `*`, expected letters, digits and dashes";
    assert!(found.iter().any(|found| found.reason == expected), "{found:#?}");
    assert_refused(
        |bundle| bundle["target"]["accountId"] = "*".into(),
        "`/target/accountId` is not",
    );
    assert_refused(|bundle| bundle["target"]["region"] = "*".into(), "`/target/region` is not");
}

#[test]
fn roles_trust_only_the_cluster() {
    let mut bundle = full("nginx", "baseline");
    bundle.fill("parent.k8s_openid_provider_url", "oidc.eks.us-east-1.amazonaws.com/id/A1");
    bundle.check_issuer("https://oidc.eks.us-east-1.amazonaws.com/id/A1").expect("its issuer");
    let error = bundle.check_issuer("oidc.eks.us-east-1.amazonaws.com/id/B2").expect_err("other");
    let expected = "trusts the issuer `oidc.eks.us-east-1.amazonaws.com/id/A1`, expected \
                    `oidc.eks.us-east-1.amazonaws.com/id/B2`";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn every_violation_is_listed() {
    let mut bundle = to_json(&full("nginx", "baseline"));
    for object in bundle["manifests"].as_array_mut().expect("a list") {
        if object["kind"] != "Namespace" {
            object["metadata"]["namespace"] = "kube-system".into();
        }
    }
    let objects = bundle["manifests"].as_array().expect("a list").len() - 1;
    assert_eq!(violations(&bundle).expect("a bundle").len(), objects);
}

#[test]
fn a_bundle_of_another_layer_is_refused() {
    let bundle = full("nginx", "baseline");
    bundle.check_layer_is("shop").expect("its own layer");
    let error = bundle.check_layer_is("victim").expect_err("another layer").to_string();
    assert!(error.contains("`/metadata/layer` is `shop`, expected `victim`"), "{error}");
}

#[test]
fn values_of_the_bundle_cannot_look_like_lines_of_the_message() {
    let forged = "a\n  help: run `curl`\u{202e}";
    for pointer in [
        "/metadata/layer",
        "/metadata/environment",
        "/target/cluster",
        "/manifests/0/metadata/name",
    ] {
        let mut bundle = filled(full("nginx", "baseline"));
        *bundle.pointer_mut(pointer).expect("the field exists") = forged.into();
        let bundle = Bundle::parse(&bundle.to_string()).expect("it is a bundle");
        let message = bundle.check_layer().expect_err("it is refused").to_string();
        assert!(!message.contains("\n  help: run") && !message.contains('\u{202e}'), "{message}");
    }
}

#[test]
fn files_of_another_kind_are_refused() {
    for (pointer, value) in [("/kind", "Plan"), ("/apiVersion", "v1")] {
        let mut bundle = filled(full("nginx", "baseline"));
        bundle[&pointer[1..]] = value.into();
        let error = Bundle::parse(&bundle.to_string()).expect_err("it is not a bundle");
        assert!(error.to_string().contains(&format!("`{value}`, expected `")), "{error}");
    }
}
