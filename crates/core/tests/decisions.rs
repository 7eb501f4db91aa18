//! Decisions of the renderer and of the comparison that are easy to get wrong: which value wins,
//! and what a value does not affect.

use std::collections::BTreeMap;

use optakit_core::api::{
    Analysis, Baseline, BaselineObject, Change, Choices, RdsCertificates, Request, ServiceFile,
    SourceText, analyze, compare, read_objects,
};
use optakit_core::bundle::{Bundle, List};

const ENVIRONMENT: &str = "\
name: staging
org_name: acme
providers:
  aws: {region: us-east-1, account_id: 123456789012}
modules:
  - {type: base}
";
const DIGEST: &str = "sha256:9b2f3c5e1a7d4860b1f2e3d4c5b6a79880716253a4b5c6d7e8f90a1b2c3d4e5f";

fn request(fields: &str, modules: &str) -> Request {
    let fields: String = fields.lines().map(|line| format!("    {line}\n")).collect();
    let service = format!(
        "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n{modules}  \
         - type: k8s-service\n    name: api\n    port: {{http: 80}}\n{fields}"
    );
    Request {
        service: ServiceFile::parse("opta.yml", &service),
        environment_files: [("env.yml".to_owned(), Ok(ENVIRONMENT.to_owned()))].into(),
        values: None,
        choices: Choices::default(),
        own_values: true,
        variables: BTreeMap::new(),
        rds_certificates: RdsCertificates::always("certificates"),
    }
}

fn analysis(request: &Request) -> Analysis {
    let analysis = analyze(request, true);
    assert!(!analysis.has_errors(), "{:#?}", analysis.diagnostics);
    analysis
}

/// Returns a rendered object.
fn object(request: &Request, kind: &str) -> serde_json::Value {
    let manifests = analysis(request).manifests.expect("no errors");
    let found = manifests.iter().find(|manifest| manifest.kind.name() == kind);
    found.unwrap_or_else(|| panic!("a {kind} is rendered")).to_value()
}

fn container(request: &Request) -> serde_json::Value {
    object(request, "Deployment")["spec"]["template"]["spec"]["containers"][0].clone()
}

fn image(request: &Request) -> (String, String) {
    let container = container(request);
    let text = |field: &str| container[field].as_str().unwrap_or_default().to_owned();
    (text("image"), text("imagePullPolicy"))
}

#[test]
fn a_tag_of_the_command_is_only_for_images_without_a_version() {
    let with_tag = |image_of_file: &str| {
        let mut request = request(&format!("image: \"{image_of_file}\""), "");
        request.choices.image_tag = Some("v2".to_owned());
        image(&request)
    };
    let pair = |image: &str, policy: &str| (image.to_owned(), policy.to_owned());
    assert_eq!(with_tag("acme/api"), pair("acme/api:v2", "Always"));
    assert_eq!(with_tag("acme/api:v1"), pair("acme/api:v1", "Always"));
    let by_digest = format!("acme/api@{DIGEST}");
    assert_eq!(with_tag(&by_digest), pair(&by_digest, "IfNotPresent"));
    let both = format!("acme/api:v1@{DIGEST}");
    assert_eq!(with_tag(&both), pair(&both, "IfNotPresent"));
}

#[test]
fn a_digest_of_the_command_is_only_for_auto_images() {
    let with_digest = |image_of_file: &str| {
        let mut request = request(&format!("image: {image_of_file}"), "");
        request.choices.image_tag = Some("v2".to_owned());
        request.choices.image_digest = Some(DIGEST.to_owned());
        image(&request).0
    };
    let repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api";
    assert_eq!(with_digest("AUTO"), format!("{repository}@{DIGEST}"));
    assert_eq!(with_digest("acme/api:v1"), "acme/api:v1");
}

#[test]
fn the_variables_of_the_image_have_their_own_values() {
    let mut request =
        request("image: AUTO\nenv_vars: {T: \"{vars.image_tag}\", D: \"{vars.image_digest}\"}", "");
    request.choices.image_tag = Some("v2".to_owned());
    request.choices.image_digest = Some(DIGEST.to_owned());
    let env = container(&request)["env"].clone();
    assert_eq!(env[0]["value"], "v2");
    assert_eq!(env[1]["value"], DIGEST);
}

#[test]
fn an_own_path_of_the_certificates_replaces_the_one_of_optakit() {
    let modules = "  - {type: postgres, name: db}\n";
    let values = |fields: &str| -> Vec<String> {
        let env = container(&request(&format!("image: a\nlinks: [db]\n{fields}"), modules))["env"]
            .clone();
        let all = env.as_array().cloned().unwrap_or_default();
        let found = all.iter().filter(|variable| variable["name"] == "RDS_CA_PATH");
        found.map(|variable| variable["value"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(values(""), ["/config/rds_ca.pem"]);
    assert_eq!(values("env_vars: {RDS_CA_PATH: /own.pem}"), ["/own.pem"]);
    let warnings = |fields: &str| {
        let analysis = analysis(&request(&format!("image: a\n{fields}"), modules));
        let found = analysis.diagnostics.iter().map(|diagnostic| diagnostic.rule);
        found.filter(|rule| *rule == "shadowed-env-var").count()
    };
    assert_eq!(warnings("links: [db]\nenv_vars: {RDS_CA_PATH: /own.pem}"), 1);
    assert_eq!(warnings("links: [db]\nenv_vars: {RDS_CA: /own.pem}"), 0);
}

#[test]
fn pods_are_spread_over_zones_from_two_containers() {
    let keys = |max: u32| -> Vec<String> {
        let fields = format!("image: a\nmin_containers: 1\nmax_containers: {max}");
        let pod = object(&request(&fields, ""), "Deployment")["spec"]["template"]["spec"].clone();
        let spread = pod["topologySpreadConstraints"].as_array().cloned().unwrap_or_default();
        spread
            .iter()
            .map(|one| one["topologyKey"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert!(keys(1).is_empty());
    assert_eq!(keys(2), ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]);
}

#[test]
fn registries_and_policies_have_the_domain_and_partition_of_their_region() {
    let of_region = |region: &str| {
        let mut request = request("image: AUTO", "");
        request.choices.image_tag = Some("v1".to_owned());
        let environment = ENVIRONMENT.replace("us-east-1", region);
        request.environment_files.insert("env.yml".to_owned(), Ok(environment));
        let aws = optakit_core::api::aws_documents(&request);
        let repository = aws.iter().find(|document| document.json.contains("ecr:*"));
        let policy = repository.map(|document| document.json.clone()).unwrap_or_default();
        (image(&request).0, policy)
    };
    for (region, domain, partition) in [
        ("eu-west-1", "amazonaws.com", "aws"),
        ("cn-north-1", "amazonaws.com.cn", "aws-cn"),
        ("us-gov-west-1", "amazonaws.com", "aws-us-gov"),
    ] {
        let (image, policy) = of_region(region);
        let repository = format!("123456789012.dkr.ecr.{region}.{domain}/opta-shop-api");
        assert_eq!(image, format!("{repository}:v1"));
        let root = format!("arn:{partition}:iam::123456789012:root");
        assert!(policy.contains(&root), "{policy}");
    }
}

#[test]
fn aws_resources_have_the_names_of_environment_layer_and_module() {
    let aws = optakit_core::api::aws_documents(&request("image: AUTO", ""));
    let named = aws.iter().map(|document| {
        let resource = &document.resource;
        (resource.kind, &*resource.module, &*resource.name)
    });
    assert_eq!(
        named.collect::<Vec<_>>(),
        [("ecr-repository", "api", "opta-shop-api"), ("iam-role", "api", "staging-shop-api")]
    );
}

#[test]
fn the_first_link_decides_a_shared_key_of_the_secret() {
    let modules = "  - {type: postgres, name: one}\n  - {type: postgres, name: two}\n";
    let names: Vec<String> = ["db_user", "db_password", "db_host", "db_name"]
        .iter()
        .map(|output| format!("{output}: {}", output.to_uppercase()))
        .collect();
    let rename = names.join(", ");
    let links = format!("image: a\nlinks: [{{one: [{{{rename}}}]}}, {{two: [{{{rename}}}]}}]");
    let mut request = request(&links, modules);
    let outputs =
        |host: &str| format!("{{db_user: u, db_password: p, db_host: {host}, db_name: n}}");
    request.values = Some(SourceText {
        name: "values.yml".to_owned(),
        text: format!("modules: {{one: {}, two: {}}}\n", outputs("first"), outputs("second")),
    });
    assert_eq!(object(&request, "Secret")["stringData"]["DB_HOST"], "first");
}

#[test]
fn the_first_service_decides_a_shared_key_of_the_secret() {
    let renames = "db_user: U, db_password: P, db_host: HOST, db_name: N";
    let modules = format!(
        "  - {{type: postgres, name: one}}\n  - {{type: postgres, name: two}}\n  \
         - {{type: k8s-service, name: web, image: a, port: {{http: 80}}, \
            links: [{{two: [{{{renames}}}]}}]}}\n"
    );
    let mut request = request(&format!("image: a\nlinks: [{{one: [{{{renames}}}]}}]"), &modules);
    let outputs =
        |host: &str| format!("{{db_user: u, db_password: p, db_host: {host}, db_name: n}}");
    request.values = Some(SourceText {
        name: "values.yml".to_owned(),
        text: format!("modules: {{one: {}, two: {}}}\n", outputs("one"), outputs("two")),
    });
    let manifests = analyze(&request, true).manifests.expect("no errors");
    let secret = manifests.iter().find(|manifest| manifest.kind.name() == "Secret");
    let secret = secret.expect("a Secret is rendered").to_value();
    assert_eq!(secret["stringData"]["HOST"], "two", "the service `web` is first");
}

#[test]
fn a_gateway_is_a_namespace_and_a_name() {
    let mut request = request("image: a\npublic_uri: acme.io", "");
    request.choices.exposure = Some("gateway".to_owned());
    request.choices.gateway = Some("infra/public".to_owned());
    let parent = object(&request, "HTTPRoute")["spec"]["parentRefs"][0].clone();
    assert_eq!((&parent["namespace"], &parent["name"]), (&"infra".into(), &"public".into()));
}

#[test]
fn a_wrong_name_of_a_module_is_reported_once() {
    for field in ["name: [a]", "name: {a: b}", "name: true"] {
        let mut request = request("image: a", "");
        let text = request.service.text().replace("name: api", field);
        request.service = ServiceFile::parse("opta.yml", &text);
        let diagnostics = analyze(&request, false).diagnostics;
        let paths = diagnostics.iter().map(|diagnostic| diagnostic.path.as_str());
        assert_eq!(paths.filter(|path| *path == "modules[0].name").count(), 1, "{field}");
    }
}

#[test]
fn doubled_braces_are_literal_braces() {
    let value = |text: &str| {
        let request = request(&format!("image: a\nenv_vars: {{A: \"{text}\"}}"), "");
        container(&request)["env"][0]["value"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(value("{{env}}"), "{env}");
    assert_eq!(value("{{{env}}}"), "{staging}");
    assert_eq!(value("}}{{"), "}{");
    assert_eq!(value("{env}"), "staging");
}

/// Returns the messages of a rule about a service with a database.
fn messages(rule: &str, fields: &str) -> Vec<String> {
    let request = request(&format!("image: a\n{fields}"), "  - {type: postgres, name: db}\n");
    let found = analyze(&request, false).diagnostics.into_iter();
    found.filter(|found| found.rule == rule).map(|found| found.message).collect()
}

#[test]
fn only_variables_of_the_container_are_replaced_in_values() {
    let check = |fields: &str, expected: Option<&str>| {
        let found = messages("dollar-in-value", fields);
        assert_eq!(found.len(), usize::from(expected.is_some()), "{fields}: {found:?}");
        assert!(
            found.iter().all(|found| found.contains(expected.unwrap_or_default())),
            "{found:?}"
        );
    };
    let later = Some("is defined later");
    let replaced = Some("is replaced with the value");
    check("env_vars: {A: x, B: \"$(A)\"}", replaced);
    check("env_vars: {B: \"$(A)\", A: x}", later);
    check("env_vars: {B: \"$(B)\"}", later);
    check("env_vars: {B: \"$(TOKEN)\"}\nsecrets: [TOKEN]", later);
    check("env_vars: {B: \"$(TOKEN)\"}\nsecrets: [OTHER]", None);
    check("env_vars: {B: \"$(db_db_host)\"}\nlinks: [db]", later);
    check("env_vars: {B: \"$(db_db_host)\"}", None);
    check("env_vars: {B: \"$(RDS_CA_PATH)\"}\nlinks: [db]", replaced);
    check("env_vars: {B: \"$(RDS_CA_PATH)\"}", None);
    check("env_vars: {B: \"$(A)\"}\nlinks: [db]\nsecrets: [TOKEN]", None);
    check("env_vars: {A: x, B: \"$$(A)\"}", None);
}

#[test]
fn environment_variables_can_contain_any_text() {
    for fields in ["env_vars: {A: \"<token>\"}", "env_vars: [{name: A, value: \"<token>\"}]"] {
        assert_eq!(messages("placeholder", fields), [""; 0], "{fields}");
    }
    assert_eq!(messages("placeholder", "public_uri: \"<domain>\"").len(), 1);
}

fn bundle(request: &Request) -> Bundle {
    optakit_core::api::bundle(request).expect("no errors")
}

/// Returns a label of the objects of a bundle with this kind, and of their pods.
fn labels<'a>(bundle: &'a Bundle, kind: &str, label: &str) -> Vec<&'a str> {
    let objects = bundle.manifests.iter().filter(|object| object.kind().name() == kind);
    let pointers = ["/metadata/labels", "/spec/template/metadata/labels"];
    let maps = objects.flat_map(|object| pointers.map(|pointer| object.json().pointer(pointer)));
    maps.flatten().filter_map(|map| map[label].as_str()).collect()
}

#[test]
fn a_new_version_replaces_the_labels_of_its_module() {
    let mut request = request("image: AUTO", "");
    request.choices.image_tag = Some("v1".to_owned());
    let version = "app.kubernetes.io/version";
    let mut changed = bundle(&request);
    assert_eq!(labels(&changed, "Deployment", version)[..1], ["v1"]);
    changed.set_version("web", "v2");
    assert_eq!(labels(&changed, "Deployment", version)[..1], ["v1"]);
    changed.set_version("api", "v2");
    assert_eq!(labels(&changed, "Deployment", version)[..1], ["v2"]);
    assert_eq!(labels(&changed, "Service", version), ["v2"]);
    // In Opta, pods had the version too.
    request.choices.profile = Some("opta-2021".to_owned());
    let mut changed = bundle(&request);
    changed.set_version("api", "v2");
    assert_eq!(labels(&changed, "Deployment", "tags.datadoghq.com/version").last(), Some(&"v2"));
}

#[test]
fn a_document_of_a_bundle_misses_only_its_own_inputs() {
    let bundle = bundle(&request("image: AUTO", ""));
    let missing = |list: List, length: usize| -> Vec<Vec<&str>> {
        (0..length).map(|index| bundle.missing_inputs(list, index)).collect()
    };
    for (object, missing) in
        bundle.manifests.iter().zip(missing(List::Manifests, bundle.manifests.len()))
    {
        let expected: &[&str] =
            if object.kind().name() == "Deployment" { &["image_digest"] } else { &[] };
        assert_eq!(missing, expected, "{}", object.label());
    }
    let aws = missing(List::Aws, bundle.aws.len());
    assert!(aws[0].is_empty(), "the repository has no unknown values: {aws:?}");
    assert!(aws[1].contains(&"parent.k8s_openid_provider_url"), "{aws:?}");
}

fn changes(before: &str, against: Baseline) -> Vec<(String, &'static str)> {
    let others: Vec<BaselineObject> = read_objects(before).expect("the objects are valid");
    let manifests = analysis(&request("image: a", "")).manifests.expect("no errors");
    let change = |change: Change| (format!("{} {}", change.kind, change.name), change.action);
    compare(&others, &manifests, against).into_iter().map(change).collect()
}

#[test]
fn an_object_of_another_namespace_is_another_object() {
    let yaml = analysis(&request("image: a", "")).yaml().unwrap_or_default();
    assert_eq!(changes(&yaml, Baseline::Rendered), []);
    let service = ("Service api".to_owned(), "create");
    let moved = yaml.replace("  namespace: shop\n", "  namespace: blog\n");
    let found = changes(&moved, Baseline::Rendered);
    assert!(found.contains(&service), "{found:?}");
    assert!(found.contains(&(service.0.clone(), "delete")), "{found:?}");
    assert!(changes(&moved, Baseline::Cluster).contains(&service));
}

#[test]
fn objects_of_a_cluster_that_are_not_rendered_are_not_deleted() {
    let yaml = analysis(&request("image: a", "")).yaml().unwrap_or_default();
    let more = format!("{yaml}---\nkind: ConfigMap\nmetadata: {{name: other, namespace: shop}}\n");
    assert_eq!(changes(&more, Baseline::Cluster), []);
    let deleted = [("ConfigMap other".to_owned(), "delete")];
    assert_eq!(changes(&more, Baseline::Rendered), deleted);
}
