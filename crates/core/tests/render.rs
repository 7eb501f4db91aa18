//! Renders each folder below `render/` and compares the output with its snapshots.
//!
//! Kubernetes' own types check the manifests, and a second run must give the same bytes.
#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::CronJob;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use optakit_core::api::{self, Choices, Kind, Manifest, Request, ServiceFile, SourceText};
use optakit_core::model::environment::EnvironmentFile;
use optakit_core::model::k8s_service::K8sService;
use optakit_core::model::layer::{EnvironmentEntry, Layer};
use optakit_core::model::providers::Aws;
use optakit_core::model::rendered::{Rendered, RenderedKind};
use optakit_core::model::resource_request::ResourceRequest;
use serde::de::DeserializeOwned;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the folder of cases exists");
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() > 8, "the cases were found");
    cases
}

fn request(case: &Path, profile: &str) -> Request {
    let values = case.join("values.yml");
    Request {
        service: ServiceFile::parse("opta.yml", &read(&case.join("opta.yml"))),
        environment_files: [("env.yml".to_owned(), Ok(read(&folder().join("env.yml"))))].into(),
        values: values
            .exists()
            .then(|| SourceText { name: "values.yml".to_owned(), text: read(&values) }),
        choices: Choices { profile: Some(profile.to_owned()), ..Choices::default() },
        own_values: true,
        variables: BTreeMap::new(),
        rds_certificates: api::RdsCertificates::always("-----BEGIN CERTIFICATE-----\n"),
    }
}

/// The choices that each case is rendered with: name of the snapshot, profile, exposure.
const VARIANTS: &[(&str, &str, &str)] = &[
    ("default", "default", "nginx"),
    ("opta-2021", "opta-2021", "nginx"),
    ("opta-2022", "opta-2022", "nginx"),
    ("gateway", "default", "gateway"),
    ("alb", "default", "alb"),
];

fn request_for(case: &Path, profile: &str, exposure: &str) -> Request {
    let mut request = request(case, profile);
    request.choices.exposure = Some(exposure.to_owned());
    request
}

/// Returns manifests, AWS resources and requirements as text.
fn rendered(request: &Request) -> String {
    let analysis = api::analyze(request, true);
    assert!(!analysis.has_errors(), "{:#?}", analysis.diagnostics);
    let aws = api::aws_documents(request);
    let aws: Vec<&str> = aws.iter().map(|document| document.json.as_str()).collect();
    let secrets = analysis
        .secrets
        .iter()
        .map(|secret| format!("{}: {}", secret.name, secret.keys.join(", ")));
    let rest = BTreeMap::from([
        ("inputs", analysis.inputs.join(", ")),
        ("secrets", secrets.collect::<Vec<_>>().join("; ")),
        ("without image", analysis.without_image.join(", ")),
    ]);
    format!(
        "{}\n=== aws\n{}\n=== rest\n{rest:#?}\n",
        analysis.yaml().unwrap_or_default(),
        aws.join("\n")
    )
}

/// Returns the rendered text with all warnings.
fn rendered_with_warnings(request: &Request) -> String {
    let analysis = api::analyze(request, true);
    let warnings = analysis
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{}: {}\n", diagnostic.path, diagnostic.message));
    format!("{}=== warnings\n{}", rendered(request), warnings.collect::<String>())
}

#[test]
fn every_case_renders_its_snapshots() {
    for case in cases() {
        for (snapshot, profile, exposure) in VARIANTS {
            // All exposures render the same without a public URI.
            if *exposure != "nginx" && !read(&case.join("opta.yml")).contains("public_uri") {
                continue;
            }
            let request = request_for(&case, profile, exposure);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(&case);
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(*snapshot, rendered_with_warnings(&request)));
        }
    }
}

#[test]
fn the_same_input_renders_the_same_bytes() {
    for case in cases() {
        let request = request(&case, "default");
        assert_eq!(rendered_with_warnings(&request), rendered_with_warnings(&request));
        let bundle = || api::bundle(&request).expect("a case has no errors").to_text();
        assert_eq!(bundle(), bundle());
    }
}

#[test]
fn every_manifest_is_a_valid_kubernetes_object() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        for (_, profile, exposure) in VARIANTS {
            let analysis = api::analyze(&request_for(&case, profile, exposure), true);
            for manifest in analysis.manifests.expect("a case has no errors") {
                let value = manifest.to_value();
                // A field that the type does not know is lost, so the objects differ.
                assert_eq!(typed(&manifest), value, "{} of {}", manifest.kind, case.display());
                seen.insert(manifest.kind);
            }
        }
    }
    assert!(seen.iter().eq(Kind::ALL), "some kinds are not rendered by any case: {seen:?}");
}

/// Converts a manifest to its Kubernetes type and back.
fn typed(manifest: &Manifest) -> serde_json::Value {
    fn through<T: DeserializeOwned + serde::Serialize>(
        value: serde_json::Value,
    ) -> serde_json::Value {
        let typed: T =
            serde_json::from_value(value).expect("the object has the fields of its kind");
        serde_json::to_value(typed).expect("an object can be written as JSON")
    }
    let value = manifest.to_value();
    match manifest.kind {
        Kind::Namespace => through::<Namespace>(value),
        Kind::ServiceAccount => through::<ServiceAccount>(value),
        Kind::ConfigMap => through::<ConfigMap>(value),
        Kind::Secret => through::<Secret>(value),
        Kind::Service => through::<Service>(value),
        Kind::Deployment => through::<Deployment>(value),
        Kind::StatefulSet => through::<StatefulSet>(value),
        Kind::CronJob => through::<CronJob>(value),
        Kind::HorizontalPodAutoscaler => through::<HorizontalPodAutoscaler>(value),
        Kind::PodDisruptionBudget => through::<PodDisruptionBudget>(value),
        Kind::Ingress => through::<Ingress>(value),
        // The Gateway API has no types in k8s-openapi. The cluster tests apply these objects.
        Kind::HttpRoute | Kind::GrpcRoute | Kind::TcpRoute => value,
    }
}

#[test]
fn every_field_changes_the_output() {
    for field in K8sService::FIELDS.iter().filter(|field| field.name != "type") {
        let example = if field.name == "sticky_session" { "false" } else { field.example };
        let (replaced, other) = needed_field(field.name);
        let line = format!("{other}    {}: {example}\n", field.name);
        let without = replaced.unwrap_or(field.name);
        let before = if field.name == "ports" {
            rendered_service("", other)
        } else {
            rendered_service(replaced.unwrap_or_default(), other)
        };
        assert!(rendered_service(without, &line) != before, "`{}` changes nothing", field.name);
    }
}

/// Returns the line with another field that a field needs to have an effect, and the field that
/// this line replaces.
fn needed_field(field: &str) -> (Option<&'static str>, &'static str) {
    match field {
        "probe_port" => {
            let ports = concat!(
                "    healthcheck_path: /health\n",
                "    ports: [{name: main, type: http, port: 80}, ",
                "{name: admin, type: tcp, port: 81}]\n",
            );
            (Some("port"), ports)
        }
        "initial_liveness_delay" | "initial_readiness_delay" => {
            (None, "    healthcheck_path: /health\n")
        }
        "ports" => (Some("port"), "    # The field replaces `port`.\n"),
        _ => (None, ""),
    }
}

/// Renders a service with some fields, without the field `without` and with the `extra` line.
fn rendered_service(without: &str, extra: &str) -> String {
    let modules = concat!(
        "name: shop\n",
        "environments: [{name: staging, path: env.yml}]\n",
        "modules:\n",
        "  - {type: postgres, name: db}\n",
        "  - {type: s3, name: media, bucket_name: acme}\n",
        "  - type: k8s-service\n",
    );
    let fields = [
        "name: base",
        "image: acme/api",
        "port: {http: 80}",
        "public_uri: acme.io/v1",
        "sticky_session: true",
    ];
    let kept = fields.iter().filter(|line| !line.starts_with(&format!("{without}:")));
    let kept = kept.map(|line| format!("    {line}\n")).collect::<String>();
    let mut request = request(&folder().join("minimal"), "default");
    request.service = ServiceFile::parse("opta.yml", &format!("{modules}{kept}{extra}"));
    rendered(&request)
}

#[test]
fn a_missing_field_renders_its_declared_default() {
    let with = |lines: &str| {
        let mut request = request(&folder().join("minimal"), "default");
        let text = read(&folder().join("minimal/opta.yml")) + lines;
        request.service = ServiceFile::parse("opta.yml", &text);
        rendered(&request)
    };
    let mut compared = 0;
    for field in K8sService::FIELDS {
        if let Some(default) = field.default {
            let line = format!("    {}: {default}\n", field.name);
            assert_eq!(with(&line), with(""), "{}", field.name);
            compared += 1;
        }
    }
    assert_eq!(compared, 24);
}

#[test]
fn every_declared_part_is_rendered_by_a_case() {
    let (mut parts, mut resources) = (BTreeSet::new(), BTreeSet::new());
    for case in cases() {
        for (_, profile, exposure) in VARIANTS {
            let request = request_for(&case, profile, exposure);
            for manifest in api::analyze(&request, true).manifests.expect("a case has no errors") {
                add_parts(manifest.kind, "", &manifest.to_value(), &mut parts);
            }
            resources.extend(api::aws_documents(&request).into_iter().map(|aws| aws.resource.kind));
        }
    }
    let is_rendered = |part: &Rendered| match part.kind {
        RenderedKind::AllObjects => true,
        RenderedKind::EcrRepository => resources.contains("ecr-repository"),
        RenderedKind::IamRole => resources.contains("iam-role"),
        RenderedKind::Kubernetes(kind) => parts.contains(&(kind, part.path.to_owned())),
    };
    let maps =
        [K8sService::FIELDS, ResourceRequest::FIELDS, Layer::FIELDS, EnvironmentEntry::FIELDS];
    let maps = maps.into_iter().chain([EnvironmentFile::FIELDS, Aws::FIELDS]);
    for field in maps.flatten() {
        for part in field.renders {
            assert!(is_rendered(part), "no case renders {part}, which `{}` declares", field.name);
        }
    }
}

/// Adds the path of every part of an object, in the notation of [`Rendered::path`].
fn add_parts(
    kind: Kind,
    path: &str,
    value: &serde_json::Value,
    parts: &mut BTreeSet<(Kind, String)>,
) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let separator = if path.is_empty() { "" } else { "." };
                add_parts(kind, &format!("{path}{separator}{key}"), value, parts);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                add_parts(kind, &format!("{path}[]"), item, parts);
            }
        }
        _ => {}
    }
    parts.insert((kind, path.to_owned()));
}
