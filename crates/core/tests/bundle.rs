//! Tests what a bundle contains, and that modifications are detected.

#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

use optakit_core::api::{
    self, Choices, Kind, RdsCertificates, Request, ServiceFile, SourceText, verify_bundle,
};
use optakit_core::bundle::{Bundle, BundleError, BundleObject, List, MAX_BYTES, Sources};
use serde_json::Value;

fn request() -> Request {
    Request {
        service: ServiceFile::parse("opta.yml", include_str!("render/links/opta.yml")),
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
        ..Request::default()
    }
}

fn certificates() -> RdsCertificates {
    RdsCertificates::always("-----BEGIN CERTIFICATE-----\n")
}

fn bundle() -> Bundle {
    api::bundle(&request()).expect("the request has no errors")
}

fn bundle_without_values() -> Bundle {
    api::bundle(&Request { values: None, ..request() }).expect("the request has no errors")
}

fn deployment(bundle: &Bundle) -> &BundleObject {
    let mut objects = bundle.manifests.iter();
    objects.find(|object| object.kind() == Kind::Deployment).expect("the bundle has a Deployment")
}

fn json(bundle: &Bundle) -> Value {
    serde_json::to_value(bundle).expect("a bundle is JSON")
}

/// Changes the JSON of a bundle, and returns the error of its verification.
fn error_after(change: impl FnOnce(&mut Value)) -> BundleError {
    let mut value = json(&bundle());
    change(&mut value);
    let changed = Bundle::parse(&value.to_string()).expect("it is still a bundle");
    verify_bundle(&changed, &certificates()).expect_err("the change is detected")
}

#[test]
fn a_parsed_bundle_is_the_same_and_verifies() {
    let text = bundle().to_text();
    let parsed = Bundle::parse(&text).expect("a valid bundle");
    assert_eq!(parsed.to_text(), text);
    verify_bundle(&parsed, &certificates()).expect("the bundle was not modified");
    assert_eq!(parsed.file_name(), "shop-staging.bundle.json");
}

#[test]
fn the_file_of_a_bundle_has_its_documented_content() {
    let text = "name: shop\norg_name: acme\n\
        providers: {aws: {region: us-east-1, account_id: 123456789012}}\nmodules:\n  \
        - {type: k8s-service, name: api, image: AUTO, port: {http: 80}}\n";
    let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("render");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let bundle = api::bundle(&request).expect("the request has no errors");
    // The version of Optakit is not a part of the format.
    let text = bundle.to_text().replace(env!("CARGO_PKG_VERSION"), "VERSION");
    settings.bind(|| insta::assert_snapshot!("bundle", text));
}

#[test]
fn sources_are_read_without_the_other_parts() {
    let mut value = json(&bundle());
    value["manifests"] = "of a newer version".into();
    let sources = Sources::of_bundle(&value.to_string()).expect("the sources are valid");
    assert_eq!(sources, bundle().sources);
    value["apiVersion"] = "optakit.dev/v9".into();
    let error = Sources::of_bundle(&value.to_string()).expect_err("the format is unknown");
    assert!(matches!(error, BundleError::UnknownFormat { found } if found == "optakit.dev/v9"));
}

#[test]
fn bundles_match_their_schema() {
    let validator = jsonschema::validator_for(&Bundle::schema()).expect("a valid schema");
    for bundle in [bundle(), bundle_without_values()] {
        let mut value = json(&bundle);
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        value["extra"] = 1.into();
        assert!(!validator.is_valid(&value), "unknown keys are rejected, as by the parser");
    }
}

#[test]
fn service_files_match_their_schema() {
    let validator =
        jsonschema::validator_for(&optakit_core::schema::schema()).expect("a valid schema");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render");
    let mut checked = 0;
    for entry in folder.read_dir().expect("the folder of cases exists") {
        let path = entry.expect("the folder can be listed").path().join("opta.yml");
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let value = optakit_core::syntax::from_yaml(&text);
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}\n{text}");
        checked += 1;
    }
    assert!(checked > 8);
}

#[test]
fn the_digest_does_not_depend_on_whitespace() {
    let bundle = bundle();
    let compact = json(&bundle).to_string();
    assert_eq!(Bundle::parse(&compact).expect("a bundle").actual_digest(), bundle.digest);
}

#[test]
fn a_bundle_contains_no_secret_values() {
    let mut request = request();
    let text = request
        .service
        .text()
        .replace("queue_id}}\"", "queue_id}} ${{module.db.db_password}} ${{module.db.db_host}}\"");
    request.service = ServiceFile::parse("opta.yml", &text);
    let yaml = api::analyze(&request, false).yaml().expect("no errors");
    assert!(!yaml.contains("hunter2") && yaml.contains("$(DB_PASSWORD)"), "{yaml}");
    let bundle = api::bundle(&request).expect("no errors");
    let text = bundle.to_text();
    assert!(!text.contains("hunter2"));
    assert!(text.contains("db.example.com"));
    assert!(bundle.holes.iter().all(|missing| missing.input != "module.db.db_password"));
    assert!(!format!("{request:?}").contains("hunter2"), "debug output hides the secret too");
}

#[test]
fn the_debug_output_of_a_request_has_no_values() {
    let mut request = request();
    let values = request.values.as_ref().expect("the request has values");
    assert!(values.text.contains("hunter2"), "{}", values.text);
    request.variables = [("token".to_owned(), "hunter2".to_owned())].into();
    let shown = format!("{request:?}");
    assert!(shown.contains("token") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_modified_manifest_is_reported_as_a_difference() {
    let error = error_after(|bundle| {
        let manifests = bundle["manifests"].as_array_mut().expect("a list");
        let deployment = manifests.iter_mut().find(|manifest| manifest["kind"] == "Deployment");
        let spec = &mut deployment.expect("a Deployment")["spec"]["template"]["spec"];
        spec["containers"][0]["env"][0]["value"] = "evil".into();
    });
    let BundleError::Modified { differences, stated, actual } = error else {
        panic!("expected a modification, found {error}")
    };
    assert_ne!(stated, actual);
    let [difference] = differences.as_slice() else { panic!("{differences:?}") };
    assert_eq!(difference.object, "Deployment shop-api-k8s-service");
    assert!(difference.found.contains("value: evil") && !difference.expected.contains("evil"));
}

#[test]
fn a_modification_with_a_matching_digest_is_detected() {
    let mut changed = bundle();
    changed.manifests.pop();
    changed.digest = changed.actual_digest();
    let Err(BundleError::Modified { differences, .. }) = verify_bundle(&changed, &certificates())
    else {
        panic!("the change is not detected")
    };
    assert_eq!(differences.len(), 1);
    let mut changed = bundle();
    changed.target.account_id = Some("999999999999".to_owned());
    changed.digest = changed.actual_digest();
    assert!(verify_bundle(&changed, &certificates()).is_err(), "changes of other fields count too");
}

#[test]
fn a_bundle_of_another_version_passes_only_if_this_version_renders_the_same() {
    let of_version = |change: fn(&mut Bundle)| {
        let mut other = bundle();
        other.renderer = "9.9.9".to_owned();
        change(&mut other);
        other.digest = other.actual_digest();
        other
    };
    let same = of_version(|other| other.source_map.clear());
    verify_bundle(&same, &certificates()).expect("this version renders the same");
    let changes: [fn(&mut Bundle); 4] = [
        |other| drop(other.manifests.pop()),
        |other| other.manifests.push(other.manifests[0].clone()),
        |other| other.target.account_id = Some("999999999999".to_owned()),
        |other| drop(other.holes.pop()),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let error = verify_bundle(&of_version(change), &certificates());
        let Err(BundleError::OtherVersion { renderer, .. }) = error else {
            panic!("change {index} is not detected")
        };
        assert_eq!(renderer, "9.9.9");
    }
    let mut broken = of_version(|_| {});
    broken.digest = "sha256:0".to_owned();
    let error = verify_bundle(&broken, &certificates());
    assert!(matches!(error, Err(BundleError::Modified { .. })), "{error:?}");
}

#[test]
fn files_that_are_not_bundles_are_rejected() {
    assert!(matches!(Bundle::parse("{"), Err(BundleError::NotABundle(_))));
    assert!(matches!(Bundle::parse("{}"), Err(BundleError::NotABundle(_))));
    let text = bundle().to_text();
    assert!(matches!(Bundle::parse(&text[..text.len() / 2]), Err(BundleError::NotABundle(_))));
    let Err(BundleError::UnknownFormat { found }) =
        Bundle::parse(&text.replace("optakit.dev/v1", "optakit.dev/v9"))
    else {
        panic!("the format is unknown")
    };
    assert_eq!(found, "optakit.dev/v9");
    assert!(matches!(Bundle::parse(&" ".repeat(MAX_BYTES + 1)), Err(BundleError::TooLarge { .. })));
}

#[test]
fn all_unknown_objects_are_listed() {
    let mut value = json(&bundle());
    let unknown = |kind: &str, version: &str, name: &str| {
        let metadata = serde_json::json!({"name": name});
        serde_json::json!({"apiVersion": version, "kind": kind, "metadata": metadata})
    };
    let manifests = value["manifests"].as_array_mut().expect("a list");
    manifests.push(unknown("Job", "batch/v1", "nightly"));
    manifests.push(unknown("Deployment", "apps/v1beta1", "api"));
    let Err(BundleError::UnknownObjects { objects }) = Bundle::parse(&value.to_string()) else {
        panic!("the objects are unknown")
    };
    assert_eq!(objects, ["Job nightly (batch/v1)", "Deployment api (apps/v1beta1)"]);
}

#[test]
fn an_image_digest_fills_its_hole_once() {
    const IMAGE: &str = "/spec/template/spec/containers/0/image";
    let mut bundle = bundle_without_values();
    let url = "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api";
    let image = |bundle: &Bundle| deployment(bundle).text(IMAGE).map(str::to_owned);
    assert_eq!(image(&bundle), Some(format!("{url}@{{image_digest}}")));
    assert!(bundle.fill("image_digest", "sha256:1234"));
    assert_eq!(image(&bundle), Some(format!("{url}@sha256:1234")));
    assert!(!bundle.fill("image_digest", "sha256:5678"));
}

/// Returns a bundle with the AUTO images of two services.
fn bundle_of_two() -> Bundle {
    let text = "name: shop\norg_name: acme\n\
        providers: {aws: {region: us-east-1, account_id: 123456789012}}\nmodules:\n  \
        - {type: k8s-service, name: api, image: AUTO, port: {http: 80}, \
           env_vars: {DIGEST: '{vars.image_digest}', TAG: '{vars.image_tag}'}}\n  \
        - {type: k8s-service, name: web, image: AUTO, port: {http: 80}}\n";
    let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
    api::bundle(&request).expect("the request has no errors")
}

#[test]
fn each_image_is_set_on_its_own() {
    let mut bundle = bundle_of_two();
    let holes = bundle.image_holes();
    let modules: Vec<&str> = holes.iter().map(|hole| &*hole.module).collect();
    assert_eq!(modules, ["api", "web"]);
    let registry = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    assert_eq!(holes[0].repository, format!("{registry}/opta-shop-api"));
    let digest = format!("sha256:{}", "a".repeat(64));
    let reference = format!("{registry}/opta-shop-api:1.4@{digest}");
    bundle.set_image(&holes[0], &reference);
    let container = |bundle: &Bundle, module: &str| {
        let mut objects = bundle.manifests.iter();
        let found = objects
            .find(|object| object.kind() == Kind::Deployment && object.module() == Some(module));
        found.expect("the module has a Deployment").json()["spec"]["template"]["spec"]["containers"]
            [0]
        .clone()
    };
    let api = container(&bundle, "api");
    assert_eq!(
        (&api["image"], &api["imagePullPolicy"]),
        (&reference.into(), &"IfNotPresent".into())
    );
    let values = [&api["env"][0]["value"], &api["env"][1]["value"]];
    assert_eq!(values, [&Value::from(digest), &Value::from("1.4")]);
    assert_eq!(bundle.image_holes().len(), 1);

    bundle.set_image(&holes[1], &format!("{registry}/opta-shop-web:7"));
    bundle.set_version("web", "7");
    let web = container(&bundle, "web");
    assert_eq!(
        (&web["image"], &web["imagePullPolicy"]),
        (&format!("{registry}/opta-shop-web:7").into(), &"Always".into())
    );
    assert!(bundle.image_holes().is_empty());
    let of_web = bundle.manifests.iter().filter(|object| object.module() == Some("web"));
    let versions: Vec<_> =
        of_web.map(|object| object.text("/metadata/labels/app.kubernetes.io~1version")).collect();
    assert!(!versions.is_empty() && versions.iter().all(|version| *version == Some("7")));
}

#[test]
fn every_value_has_a_source_line() {
    let bundle = bundle();
    let index = bundle.manifests.iter().position(|object| object.kind() == Kind::Deployment);
    let index = index.expect("the bundle has a Deployment");
    let line = |pointer| bundle.line_of(index, pointer).map(|line| (line.file.as_str(), line.line));
    assert_eq!(line("/spec/template/spec/containers/0/image"), Some(("opta.yml", 14)));
    let port = "/spec/template/spec/containers/0/ports/0/containerPort";
    assert_eq!(line(port), Some(("opta.yml", 15)));
    assert_eq!(line("/spec/strategy"), Some(("opta.yml", 12)), "the line of the module");
}

/// The environment variables of these tests, with holes in every form.
const VARIABLES: &str = concat!(
    "\n    env_vars:",
    "\n      DOT: \"{parent.k8s_openid_provider_url}\"",
    "\n      BRACKET: \"{parent[k8s_openid_provider_url]}\"",
    "\n      TWO: \"{parent.k8s_openid_provider_url}/é/{aws.account_id}/",
    "{parent[k8s_openid_provider_url]}\"",
    "\n      LITERAL: \"{{parent.k8s_openid_provider_url}} {parent.k8s_openid_provider_url}\"",
    "\n      \"KEY_{account_id}\": x",
    "\n",
);

/// Returns a bundle whose service has these environment variables.
fn bundle_with_variables() -> Bundle {
    let mut request = Request { values: None, ..request() };
    let text = "\
name: shop
environments: [{name: staging, path: env.yml}]
modules:
  - name: api
    type: k8s-service
    image: AUTO
    port: {http: 80}";
    request.service = ServiceFile::parse("opta.yml", &format!("{text}{VARIABLES}"));
    // Without the environment file, the account is not known.
    request.environment_files.clear();
    api::bundle(&request).unwrap_or_else(|reason| panic!("{reason:#?}"))
}

fn variables(bundle: &Bundle) -> Vec<(String, String)> {
    let json = deployment(bundle).json();
    let env = json.pointer("/spec/template/spec/containers/0/env").and_then(Value::as_array);
    let text = |variable: &Value, field: &str| variable[field].as_str().map(str::to_owned);
    let variable = |item: &Value| Some((text(item, "name")?, text(item, "value")?));
    env.into_iter().flatten().filter_map(variable).collect()
}

fn check_filled(bundle: &Bundle) {
    let expected = [
        ("DOT", "oidc.example.com/id/X"),
        ("BRACKET", "oidc.example.com/id/X"),
        ("TWO", "oidc.example.com/id/X/é/123456789012/oidc.example.com/id/X"),
        ("LITERAL", "{parent.k8s_openid_provider_url} oidc.example.com/id/X"),
        ("KEY_123456789012", "x"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(variables(bundle), expected);
}

#[test]
fn holes_are_filled_by_position_in_any_order() {
    const ISSUER: &str = "parent.k8s_openid_provider_url";
    for order in [[ISSUER, "account_id"], ["account_id", ISSUER]] {
        let mut bundle = bundle_with_variables();
        for input in order {
            let value = if input == ISSUER { "oidc.example.com/id/X" } else { "123456789012" };
            assert!(bundle.fill(input, value), "{input}");
        }
        check_filled(&bundle);
        let parsed = Bundle::parse(&bundle.to_text()).expect("a filled bundle is valid");
        check_filled(&parsed);
        let (_, repository) = parsed.repositories().next().expect("the image is AUTO");
        assert!(repository.url.as_str().starts_with("123456789012.dkr.ecr."));
    }
}

#[test]
fn the_issuer_fills_the_keys_of_the_trust_policy() {
    let mut bundle = bundle_without_values();
    assert!(bundle.fill("parent.k8s_openid_provider_url", "oidc.eks.us-east-1.amazonaws.com/id/X"));
    let (_, role) = bundle.roles().next().expect("every service has a role");
    let role = serde_json::to_value(role).expect("a role is JSON");
    let condition = &role["trust"]["Statement"][0]["Condition"]["StringEquals"];
    assert_eq!(condition["oidc.eks.us-east-1.amazonaws.com/id/X:aud"], "sts.amazonaws.com");
    assert!(!role.to_string().contains("k8s_openid_provider_url"));
}

#[test]
fn renamed_repositories_move_the_holes_behind_them() {
    let mut bundle = bundle_without_values();
    let index = bundle.manifests.iter().position(|object| object.kind() == Kind::Deployment);
    let index = index.expect("the bundle has a Deployment");
    let pointer = "/spec/template/spec/containers/0/image";
    let start = deployment(&bundle).text(pointer).and_then(|image| image.find("opta-shop-api"));
    let start = start.expect("the image is in the repository");
    let range = start..start + "opta-shop-api".len();
    bundle.replace_text((List::Manifests, index, pointer), range, "opta-shop-api-x7k2");
    bundle.fill("image_digest", "sha256:1234");
    let image = deployment(&bundle).text(pointer).expect("an image");
    assert!(image.ends_with("/opta-shop-api-x7k2@sha256:1234"), "{image}");
}

/// Removes what earlier versions did not write, and updates the digest.
fn as_earlier_version(bundle: &Bundle) -> Bundle {
    let mut value = json(bundle);
    for missing in value["holes"].as_array_mut().expect("a list") {
        let locations = missing["at"].as_array_mut().expect("a list");
        locations.retain(|location| location.get("key").is_none());
        for location in locations {
            location.as_object_mut().expect("a map").remove("range");
        }
    }
    let mut earlier = Bundle::parse(&value.to_string()).expect("the format is the same");
    earlier.digest = earlier.actual_digest();
    earlier
}

#[test]
fn bundles_without_ranges_still_verify_and_fill() {
    let mut earlier = as_earlier_version(&bundle_without_values());
    verify_bundle(&earlier, &certificates()).expect("the bundle was not modified");
    let mut current = bundle_without_values();
    for (input, value) in [
        ("image_digest", "sha256:1234"),
        ("parent.k8s_openid_provider_url", "oidc.eks.us-east-1.amazonaws.com/id/X"),
    ] {
        assert!(earlier.fill(input, value) && current.fill(input, value));
    }
    assert_eq!(json(&earlier)["manifests"], json(&current)["manifests"]);
    assert_eq!(json(&earlier)["aws"], json(&current)["aws"]);
}

#[test]
fn holes_outside_of_a_text_are_rejected() {
    let check = |change: &dyn Fn(&mut Value)| {
        let mut value = json(&bundle_without_values());
        change(&mut value["holes"][0]["at"][0]);
        let parsed = Bundle::parse(&value.to_string());
        assert!(matches!(parsed, Err(BundleError::InvalidHole { .. })), "{parsed:?}");
    };
    check(&|location| location["range"]["end"] = 10_000.into());
    check(&|location| location["pointer"] = "/spec/nothing".into());
    check(&|location| location["index"] = 99.into());
}

#[test]
fn the_values_file_adds_missing_facts_about_the_environment() {
    let text = "account_id: \"012345678901\"\nregion: eu-west-1\norg_name: acme\n";
    let values = Some(SourceText { name: "values.yml".to_owned(), text: text.to_owned() });
    let service = ServiceFile::parse(
        "opta.yml",
        "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
         - {type: k8s-service, image: AUTO, port: {http: 80}}\n",
    );
    let alone = Request { service, values: values.clone(), ..Request::default() };
    let bundle = api::bundle(&alone).expect("the request has no errors");
    assert_eq!(bundle.target.account_id.as_deref(), Some("012345678901"));
    assert_eq!(bundle.target.region.as_deref(), Some("eu-west-1"));
    assert!(bundle.holes.iter().all(|hole| hole.input != "account_id"), "{:?}", bundle.holes);
    verify_bundle(&bundle, &RdsCertificates::default()).expect("the bundle was not modified");

    // The environment file wins.
    let bundle = api::bundle(&Request { values, ..request() }).expect("the request has no errors");
    assert_ne!(bundle.target.account_id.as_deref(), Some("012345678901"));

    let text = "account_id: \"12345\"\n".to_owned();
    let values = Some(SourceText { name: "values.yml".to_owned(), text });
    let analysis = api::check(&Request { values, ..alone });
    assert!(analysis.diagnostics[0].message.contains("expected 12 digits"));
}
