//! The bundle: what is in it, what never is, and how tampering shows.

#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

use optakit_core::api::{self, Choices, RdsCertificates, Request, SourceText};
use optakit_core::bundle::{Bundle, BundleError, MAX_BYTES};

fn request() -> Request {
    Request {
        service: SourceText {
            name: "opta.yml".to_owned(),
            text: include_str!("render/links/opta.yml").to_owned(),
        },
        environment_files: [("env.yml".to_owned(), Ok(include_str!("render/env.yml").to_owned()))]
            .into(),
        values: Some(SourceText {
            name: "values.yml".to_owned(),
            text: format!(
                "{}  db: {{db_password: hunter2, db_host: db.example.com}}\n",
                include_str!("render/links/values.yml")
            ),
        }),
        choices: Choices::default(),
        rds_certificates: certificates(),
    }
}

fn certificates() -> RdsCertificates {
    RdsCertificates::always("-----BEGIN CERTIFICATE-----\n")
}

fn bundle() -> Bundle {
    api::bundle(&request()).expect("the request has no errors")
}

fn modified(change: impl FnOnce(&mut serde_json::Value)) -> BundleError {
    let mut value: serde_json::Value =
        serde_json::from_str(&bundle().to_text()).expect("a bundle is JSON");
    change(&mut value);
    let changed = Bundle::parse(&value.to_string()).expect("it is still a bundle");
    api::verify_bundle(&changed, &certificates()).expect_err("the change shows")
}

#[test]
fn a_bundle_read_again_is_the_same_and_verifies() {
    let text = bundle().to_text();
    let again = Bundle::parse(&text).expect("it is a bundle");
    assert_eq!(again.to_text(), text);
    api::verify_bundle(&again, &certificates()).expect("nobody changed it");
    assert_eq!(again.file_name(), "shop-staging.bundle.json");
}

#[test]
fn bundles_are_what_their_schema_says() {
    let validator = jsonschema::validator_for(&Bundle::schema()).expect("it is a schema");
    let mut value = serde_json::to_value(bundle()).expect("a bundle is JSON");
    let faults: Vec<String> =
        validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    value["extra"] = 1.into();
    assert!(!validator.is_valid(&value), "unknown keys are refused, as the reader refuses them");
}

#[test]
fn service_files_are_what_their_schema_says() {
    let validator =
        jsonschema::validator_for(&optakit_core::schema::schema()).expect("it is a schema");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render");
    let mut checked = 0;
    for entry in folder.read_dir().expect("the folder of cases is there") {
        let Ok(text) =
            std::fs::read_to_string(entry.expect("it can be listed").path().join("opta.yml"))
        else {
            continue;
        };
        let value = optakit_core::syntax::from_yaml(&text);
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{text}");
        checked += 1;
    }
    assert!(checked > 8);
}

#[test]
fn the_digest_does_not_depend_on_layout() {
    let bundle = bundle();
    let compact =
        serde_json::to_string(&serde_json::to_value(&bundle).expect("JSON")).expect("JSON");
    assert_eq!(Bundle::parse(&compact).expect("a bundle").actual_digest(), bundle.digest);
}

#[test]
fn no_secret_value_gets_in_and_other_values_do() {
    let mut request = request();
    request.service.text = request
        .service
        .text
        .replace("queue_id}}\"", "queue_id}} ${{module.db.db_password}} ${{module.db.db_host}}\"");
    let yaml = api::analyze(&request, false).yaml().expect("no errors");
    assert!(yaml.contains("hunter2"), "the secret is known to the request");
    let bundle = api::bundle(&request).expect("no errors");
    let text = bundle.to_text();
    assert!(!text.contains("hunter2"));
    assert!(text.contains("db.example.com"));
    assert!(bundle.holes.iter().any(|hole| hole.input == "module.db.db_password"));
    assert!(!format!("{request:?}").contains("hunter2"), "not in debug output either");
}

#[test]
fn a_changed_manifest_is_shown_as_a_difference() {
    let BundleError::Modified { differences, stated, actual } = modified(|bundle| {
        let deployment = bundle["manifests"]
            .as_array_mut()
            .expect("a list")
            .iter_mut()
            .find(|manifest| manifest["kind"] == "Deployment");
        deployment.expect("there is one")["spec"]["template"]["spec"]["containers"][0]["image"] =
            "evil".into();
    }) else {
        panic!("it is told as a modification")
    };
    assert_ne!(stated, actual);
    let [difference] = differences.as_slice() else { panic!("{differences:?}") };
    assert_eq!(difference.object, "Deployment shop-api-k8s-service");
    assert!(difference.found.contains("image: evil") && !difference.expected.contains("evil"));
}

#[test]
fn a_change_with_a_matching_digest_shows_all_the_same() {
    let mut changed = bundle();
    changed.manifests.pop();
    changed.digest = changed.actual_digest();
    let Err(BundleError::Modified { differences, .. }) =
        api::verify_bundle(&changed, &certificates())
    else {
        panic!("it is told")
    };
    assert_eq!(differences.len(), 1);
    let mut changed = bundle();
    changed.target.account_id = Some("999999999999".to_owned());
    changed.digest = changed.actual_digest();
    assert!(
        api::verify_bundle(&changed, &certificates()).is_err(),
        "what is no manifest counts too"
    );
}

#[test]
fn a_bundle_of_another_renderer_is_taken_as_written() {
    let mut old = bundle();
    old.renderer = "0.0.1".to_owned();
    old.manifests.pop();
    old.digest = old.actual_digest();
    api::verify_bundle(&old, &certificates())
        .expect("its digest is right, and what it rendered cannot be rendered again");
    old.digest = "sha256:0".to_owned();
    assert!(api::verify_bundle(&old, &certificates()).is_err());
}

#[test]
fn what_is_no_bundle_is_told_apart() {
    assert!(matches!(Bundle::parse("{"), Err(BundleError::NotABundle(_))));
    assert!(matches!(Bundle::parse("{}"), Err(BundleError::NotABundle(_))));
    let text = bundle().to_text();
    assert!(matches!(Bundle::parse(&text[..text.len() / 2]), Err(BundleError::NotABundle(_))));
    let future = text.replace("optakit.dev/v1", "optakit.dev/v9");
    assert!(
        matches!(Bundle::parse(&future), Err(BundleError::UnknownFormat { found }) if found == "optakit.dev/v9")
    );
    assert!(matches!(Bundle::parse(&" ".repeat(MAX_BYTES + 1)), Err(BundleError::TooLarge { .. })));
}

#[test]
fn the_image_digest_of_an_auto_image_fills_its_hole() {
    let mut request = request();
    request.values = None;
    let mut bundle = api::bundle(&request).expect("no errors");
    let deployment = |bundle: &Bundle| {
        bundle
            .manifests
            .iter()
            .find(|manifest| manifest["kind"] == "Deployment")
            .cloned()
            .expect("there is one")
    };
    let image = |bundle: &Bundle| {
        deployment(bundle)["spec"]["template"]["spec"]["containers"][0]["image"].clone()
    };
    assert_eq!(
        image(&bundle),
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api@{image_digest}"
    );
    assert!(bundle.fill("image_digest", "sha256:1234"));
    assert_eq!(
        image(&bundle),
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api@sha256:1234"
    );
    assert!(!bundle.fill("image_digest", "sha256:5678"), "a hole is filled once");
}

#[test]
fn each_value_knows_its_line() {
    let bundle = bundle();
    let index = bundle
        .manifests
        .iter()
        .position(|manifest| manifest["kind"] == "Deployment")
        .expect("there is one");
    let line = |pointer| {
        bundle.line_of(index, pointer).map(|mapping| (mapping.file.as_str(), mapping.line))
    };
    assert_eq!(line("/spec/template/spec/containers/0/image"), Some(("opta.yml", 14)));
    assert_eq!(
        line("/spec/template/spec/containers/0/ports/0/containerPort"),
        Some(("opta.yml", 15))
    );
    assert_eq!(
        line("/spec/strategy"),
        Some(("opta.yml", 12)),
        "what no field decides belongs to the module"
    );
}

#[test]
fn the_issuer_is_filled_into_the_keys_of_the_trust_too() {
    let mut bundle = api::bundle(&Request { values: None, ..request() }).expect("no errors");
    assert!(bundle.fill("parent.k8s_openid_provider_url", "oidc.eks.us-east-1.amazonaws.com/id/X"));
    let role =
        bundle.aws.iter().find(|document| document.kind == "iam-role").expect("there is one");
    let condition = &role.resource["trust"]["Statement"][0]["Condition"]["StringEquals"];
    assert_eq!(condition["oidc.eks.us-east-1.amazonaws.com/id/X:aud"], "sts.amazonaws.com");
    assert!(!role.resource.to_string().contains("k8s_openid_provider_url"));
}
