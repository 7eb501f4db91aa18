//! A revision that someone else wrote cannot change other namespaces.

use std::fs::File;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use optakit_core::bundle::Bundle;
use serde_json::Value;

use crate::testbed::{Service, exists, kubectl_ok, record_fault};

/// Writes a revision as a user could who can write Secrets in the namespace.
fn forge(service: &Service, number: u32, change: impl FnOnce(&mut Value)) {
    let folder = service.folder();
    let text = std::fs::read_to_string(folder.join(service.bundle())).expect("a bundle");
    let mut json: Value = serde_json::from_str(&text).expect("the bundle is JSON");
    change(&mut json);
    let mut bundle = Bundle::parse(&json.to_string()).expect("it is still a bundle");
    bundle.fill("parent.k8s_openid_provider_url", "oidc.eks.us-east-1.amazonaws.com/id/A1");
    bundle.digest = bundle.actual_digest();
    let path = folder.join("bundle");
    let file = File::create(&path).expect("the file can be created");
    let mut gzip = GzEncoder::new(file, Compression::default());
    gzip.write_all(bundle.to_text().as_bytes()).expect("the file can be written");
    gzip.finish().expect("the file can be written");
    let (layer, name) = (&service.layer, format!("optakit.{}.v{number}", service.layer));
    let from = format!("--from-file=bundle={}", path.display());
    let kind = "--type=optakit.dev/revision";
    kubectl_ok(&["-n", layer, "create", "secret", "generic", &name, kind, &from]);
    let labels = [
        format!("optakit.dev/layer={layer}"),
        format!("optakit.dev/revision={number}"),
        "optakit.dev/status=deployed".to_owned(),
    ];
    kubectl_ok(&["-n", layer, "label", "secret", &name, &labels[0], &labels[1], &labels[2]]);
    let digest = format!("optakit.dev/digest={}", bundle.digest);
    kubectl_ok(&["-n", layer, "annotate", "secret", &name, &digest]);
}

/// Changes the object of a kind.
fn change_object(bundle: &mut Value, kind: &str, change: impl FnOnce(&mut Value)) {
    let manifests = bundle["manifests"].as_array_mut().expect("a list").iter_mut();
    let mut found = manifests.filter(|manifest| manifest["kind"] == kind);
    change(found.next().expect("the bundle has the kind"));
}

#[test]
fn rollback_rejects_revisions_that_leave_their_layer() {
    let service = Service::new("forged", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let before = service.versions();
    forge(&service, 7, |bundle| {
        change_object(bundle, "ServiceAccount", |object| {
            object["metadata"]["namespace"] = "kube-public".into();
        });
    });
    service
        .run("rollback", &["--to", "7", "--yes"])
        .fails()
        .reports("ServiceAccount api: `/metadata/namespace` is `kube-public`, expected `forged`");
    assert!(!exists(&["-n", "kube-public", "serviceaccount", "api"]));
    forge(&service, 8, |bundle| {
        change_object(bundle, "Deployment", |object| {
            object["spec"]["template"]["spec"]["hostNetwork"] = true.into();
        });
    });
    service
        .run("rollback", &["--to", "8", "--yes"])
        .fails()
        .reports("`/spec/template/spec/hostNetwork` is not a field that Optakit writes");
    forge(&service, 9, |bundle| {
        let text = bundle.to_string().replace("forged", "kube-system");
        *bundle = serde_json::from_str(&text).expect("it is JSON");
    });
    service
        .run("rollback", &["--to", "9", "--yes"])
        .fails()
        .reports("`/metadata/layer` is `kube-system`, expected `forged`");
    assert_eq!(service.versions(), before, "nothing was changed");
    record_fault(
        "Someone writes a revision that changes another namespace",
        "`rollback` lists what is not allowed, and changes nothing.",
    );
}
