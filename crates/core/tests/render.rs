//! What is rendered: each folder below `render/` is a service file whose manifests and AWS
//! documents are kept beside it for every profile, typed by Kubernetes' own schema, and the same
//! bytes each time.
#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use optakit_core::api::{self, Choices, Manifest, Request, SourceText};
use optakit_core::model::k8s_service::K8sService;
use serde::de::DeserializeOwned;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the folder of cases is there");
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() > 8, "the cases were found");
    cases
}

fn request(case: &Path, profile: &str) -> Request {
    let values = case.join("values.yml");
    Request {
        service: SourceText { name: "opta.yml".to_owned(), text: read(&case.join("opta.yml")) },
        environment_files: [("env.yml".to_owned(), Ok(read(&folder().join("env.yml"))))].into(),
        values: values
            .exists()
            .then(|| SourceText { name: "values.yml".to_owned(), text: read(&values) }),
        choices: Choices { profile: Some(profile.to_owned()), ..Choices::default() },
        rds_certificates: api::RdsCertificates::always("-----BEGIN CERTIFICATE-----\n"),
    }
}

/// The ways in which every case is rendered, with what they choose.
const WAYS: &[(&str, &str, &str)] = &[
    ("default", "default", "nginx"),
    ("opta-2021", "opta-2021", "nginx"),
    ("gateway", "default", "gateway"),
    ("alb", "default", "alb"),
];

fn request_for(case: &Path, profile: &str, exposure: &str) -> Request {
    let mut request = request(case, profile);
    request.choices.exposure = Some(exposure.to_owned());
    request
}

/// All that a service becomes.
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

/// The same, with what is said about it.
fn shown(request: &Request) -> String {
    let analysis = api::analyze(request, true);
    let warnings = analysis
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{}: {}\n", diagnostic.path, diagnostic.message));
    format!("{}=== warnings\n{}", rendered(request), warnings.collect::<String>())
}

#[test]
fn every_case_renders_what_is_kept_beside_it() {
    for case in cases() {
        for (way, profile, exposure) in WAYS {
            // Without a public URI all exposures are the same.
            if *exposure != "nginx" && !read(&case.join("opta.yml")).contains("public_uri") {
                continue;
            }
            let request = request_for(&case, profile, exposure);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(&case);
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(*way, shown(&request)));
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for case in cases() {
        let request = request(&case, "default");
        assert_eq!(shown(&request), shown(&request));
        let bundle = || api::bundle(&request).expect("a case has no errors").to_text();
        assert_eq!(bundle(), bundle());
    }
}

#[test]
fn every_object_is_one_of_kubernetes_with_nothing_unknown_in_it() {
    let mut seen = std::collections::BTreeSet::new();
    for case in cases() {
        for (_, profile, exposure) in WAYS {
            for manifest in api::analyze(&request_for(&case, profile, exposure), true)
                .manifests
                .expect("a case has no errors")
            {
                typed(&manifest, &case);
                seen.insert(manifest.kind);
            }
        }
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
}

fn typed(manifest: &Manifest, case: &Path) {
    fn through<T: DeserializeOwned + serde::Serialize>(
        value: &serde_json::Value,
    ) -> serde_json::Value {
        let typed: T = serde_json::from_value(value.clone()).expect("the object is of its kind");
        serde_json::to_value(typed).expect("an object is JSON")
    }
    let value = manifest.to_value();
    let again = match manifest.kind {
        "Namespace" => through::<Namespace>(&value),
        "ServiceAccount" => through::<ServiceAccount>(&value),
        "ConfigMap" => through::<ConfigMap>(&value),
        "Secret" => through::<Secret>(&value),
        "Service" => through::<Service>(&value),
        "Deployment" => through::<Deployment>(&value),
        "HorizontalPodAutoscaler" => through::<HorizontalPodAutoscaler>(&value),
        "PodDisruptionBudget" => through::<PodDisruptionBudget>(&value),
        "Ingress" => through::<Ingress>(&value),
        // The Gateway API is not part of Kubernetes: a real API server takes these by its own
        // definitions (tests/cluster.rs).
        "HTTPRoute" | "GRPCRoute" => value.clone(),
        other => panic!("{other} is not checked"),
    };
    // A field that the type does not know is lost on the way, and shows here.
    assert_eq!(again, value, "{} of {}", manifest.kind, case.display());
}

/// Every field's own example is valid, and changes what the service becomes: no field is read and
/// forgotten.
#[test]
fn each_field_changes_something() {
    let service = |field: &str| {
        format!(
            "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n  - {{type: postgres, name: db}}\n  \
             - {{type: s3, name: media, bucket_name: acme}}\n  - type: k8s-service\n{field}"
        )
    };
    let base = |without: &str| {
        let lines = [
            "name: base",
            "image: acme/api",
            "port: {http: 80}",
            "public_uri: acme.io",
            "sticky_session: true",
        ];
        let kept = lines.iter().filter(|line| !line.starts_with(&format!("{without}:")));
        kept.map(|line| format!("    {line}\n")).collect::<String>()
    };
    let analyze = |text: String| {
        let mut request = request(&folder().join("minimal"), "default");
        request.service.text = text;
        rendered(&request)
    };
    let before = analyze(service(&base("")));
    for field in K8sService::FIELDS.iter().filter(|field| field.name != "type") {
        let example = if field.name == "sticky_session" { "false" } else { field.example };
        let text = service(&format!("{}    {}: {example}\n", base(field.name), field.name));
        assert!(analyze(text) != before, "`{}` changes nothing", field.name);
    }
}

#[test]
fn declared_defaults_are_what_is_rendered_without_the_field() {
    let with = |lines: &str| {
        let mut request = request(&folder().join("minimal"), "default");
        request.service.text = read(&folder().join("minimal/opta.yml")) + lines;
        rendered(&request)
    };
    let mut compared = 0;
    for field in K8sService::FIELDS {
        if let Some(default) = field.default {
            // The age alone warns that it has no effect, which is no part of what is rendered.
            assert_eq!(
                with(&format!("    {}: {default}\n", field.name)),
                with(""),
                "{}",
                field.name
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 11);
}
