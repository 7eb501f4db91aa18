//! Tests of `optakit render`.

use serde_json::Value;

use crate::program::{SERVICE, folder, run};

#[test]
fn a_kustomize_base_has_every_object_and_its_images() {
    let folder = folder(SERVICE);
    let without_folder = run(&folder, &["render", "--image-tag", "1.4.2", "-o", "kustomize"]);
    assert_eq!((without_folder.code, without_folder.out.as_str()), (64, ""));
    assert_eq!(
        without_folder.err,
        "error: a Kustomize base has several files\n  help: pass a folder with `--output-dir DIR`\n"
    );
    let outcome = run(
        &folder,
        &["render", "--image-tag", "1.4.2", "-o", "kustomize", "--output-dir", "deploy/base"],
    );
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
    assert_eq!(
        outcome.out,
        "deploy/base/00-namespace-shop.yaml
deploy/base/01-serviceaccount-api.yaml
deploy/base/04-service-api.yaml
deploy/base/05-deployment-shop-api-k8s-service.yaml
deploy/base/06-horizontalpodautoscaler-shop-api-k8s-service.yaml
deploy/base/kustomization.yaml
"
    );
    let base = folder.path().join("service/deploy/base");
    assert_eq!(
        std::fs::read_to_string(base.join("kustomization.yaml")).expect("the file exists"),
        "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - 00-namespace-shop.yaml
  - 01-serviceaccount-api.yaml
  - 04-service-api.yaml
  - 05-deployment-shop-api-k8s-service.yaml
  - 06-horizontalpodautoscaler-shop-api-k8s-service.yaml
images:
  - name: 123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api
    newTag: '1.4.2'
"
    );
    let stream = run(&folder, &["render", "--image-tag", "1.4.2"]).out;
    let files = outcome.out.lines().filter(|line| !line.ends_with("kustomization.yaml"));
    let read = |line: &str| {
        std::fs::read_to_string(folder.path().join("service").join(line)).expect("the file exists")
    };
    assert_eq!(
        files.map(read).collect::<Vec<_>>().join("---\n"),
        stream,
        "files and stream have the same documents"
    );
}

#[test]
fn manifests_of_earlier_runs_are_reported() {
    let folder = folder(SERVICE);
    run(&folder, &["render", "--output-dir", "out"]);
    let again = run(&folder, &["render", "--output-dir", "out", "-o", "json", "--image-tag", "1"]);
    assert_eq!(again.code, 0);
    assert_eq!(
        again.err,
        "out also contains 00-namespace-shop.yaml, 01-serviceaccount-api.yaml, \
         04-service-api.yaml, which this run did not write\n"
    );
    let file = folder.path().join("service/out/05-deployment-shop-api-k8s-service.json");
    let object: Value =
        serde_json::from_str(&std::fs::read_to_string(file).expect("the file exists"))
            .expect("it is JSON");
    assert_eq!(object["kind"], "Deployment");
}

#[test]
fn an_unknown_kubernetes_version_lists_the_known_ones() {
    let folder = folder(SERVICE);
    let old = run(&folder, &["render", "--kubernetes", "1.24"]);
    assert_eq!(old.code, 4);
    assert_eq!(
        old.err,
        "error: unknown Kubernetes version `1.24`, expected one of `1.36`, `1.35`, `1.34` and \
         `1.33`\n"
    );
    let newest = run(&folder, &["render"]).out;
    for version in ["1.33", "v1.34", "1.36"] {
        assert_eq!(run(&folder, &["render", "--kubernetes", version]).out, newest, "{version}");
    }
}

#[test]
fn manifests_go_to_standard_output_and_notes_to_standard_error() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &["render"]);
    assert_eq!(outcome.code, 0);
    assert!(
        outcome.out.starts_with("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"),
        "{}",
        outcome.out
    );
    assert!(!outcome.out.contains("kind: Deployment"));
    assert!(outcome.err.contains("no image given: Deployment"), "{}", outcome.err);
    let outcome = run(&folder, &["render", "--quiet", "--image-tag", "1.2"]);
    assert!(
        outcome
            .out
            .contains("image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api:1.2\n"),
        "{}",
        outcome.out
    );
    assert_eq!(outcome.err, "");
    let list = run(&folder, &["render", "--quiet", "-o", "json"]);
    let list: Value = serde_json::from_str(&list.out).expect("it is JSON");
    assert_eq!((&list["kind"], list["items"].as_array().map(Vec::len)), (&"List".into(), Some(3)));
}

#[test]
fn a_file_with_errors_renders_nothing() {
    let outcome = run(&folder(&SERVICE.replace("8000", "99999")), &["render"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""));
    assert!(
        outcome.err.starts_with(
            "error[out-of-range]: `http` is 99999, expected a number from 1 to 65535\n"
        ),
        "{}",
        outcome.err
    );
}
