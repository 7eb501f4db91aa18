//! The bundles of the tests.

use std::path::{Path, PathBuf};

use optakit_core::api::{self, Choices, RdsCertificates, Request, ServiceFile, SourceText};
use optakit_core::bundle::Bundle;
use optakit_core::model::exposure::Exposure;
use optakit_core::render::{Hardening, Profile};
use serde_json::Value;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render")
}

pub(crate) fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the folder of cases exists");
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    paths.filter(|path| path.is_dir()).collect()
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn request(case: &Path, with_values: bool, choices: Choices) -> Request {
    let values = case.join("values.yml");
    let values = (with_values && values.exists())
        .then(|| SourceText { name: "values.yml".to_owned(), text: read(&values) });
    Request {
        service: ServiceFile::parse("opta.yml", &read(&case.join("opta.yml"))),
        environment_files: [("env.yml".to_owned(), Ok(read(&folder().join("env.yml"))))].into(),
        values,
        choices,
        rds_certificates: RdsCertificates::always("-----BEGIN CERTIFICATE-----\n"),
        ..Request::default()
    }
}

/// Returns a bundle of every case with every choice that affects the manifests.
pub(crate) fn bundles() -> Vec<Bundle> {
    let mut bundles = Vec::new();
    for case in cases() {
        for (profile, _) in Profile::ALL {
            for (hardening, _) in Hardening::ALL {
                for (exposure, _) in Exposure::ALL {
                    for with_values in [true, false] {
                        let choices = Choices {
                            profile: Some((*profile).to_owned()),
                            hardening: Some((*hardening).to_owned()),
                            exposure: Some((*exposure).to_owned()),
                            ..Choices::default()
                        };
                        bundles.extend(api::bundle(&request(&case, with_values, choices)).ok());
                    }
                }
            }
        }
    }
    assert!(bundles.len() > 100, "the cases make bundles");
    bundles
}

/// A bundle with every kind of object, with links, and with unknown values.
pub(crate) fn full(exposure: &str, hardening: &str) -> Bundle {
    let text = "\
name: shop
environments: [{name: staging, path: env.yml}]
modules:
  - type: k8s-service
    name: api
    image: AUTO
    port: {http: 8000}
    public_uri: [\"api.{parent.domain}/v1\", all]
    min_containers: 2
    max_containers: 4
    healthcheck_path: /health
    sticky_session: true
    consistent_hash: $request_uri
    env_vars: {MODE: fast}
    secrets: [TOKEN]
    links: [db, files, {queue: [publish]}]
    additional_iam_policies: [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]
  - {type: postgres, name: db}
  - {type: s3, name: files, bucket_name: acme-files}
  - {type: sqs, name: queue}
";
    let choices = Choices {
        exposure: Some(exposure.to_owned()),
        hardening: Some(hardening.to_owned()),
        ..Choices::default()
    };
    let request = Request {
        service: ServiceFile::parse("opta.yml", text),
        ..request(&folder().join("minimal"), false, choices)
    };
    match api::bundle(&request) {
        Ok(bundle) => bundle,
        Err(reason) => panic!("{reason:?}"),
    }
}

/// A bundle of one small service.
pub(crate) fn minimal() -> Bundle {
    let case = folder().join("minimal");
    api::bundle(&request(&case, false, Choices::default())).expect("the case has no errors")
}

pub(crate) fn json(bundle: &Bundle) -> Value {
    serde_json::to_value(bundle).expect("a bundle is JSON")
}

/// Fills every hole, so that a change of a value cannot make a hole invalid.
pub(crate) fn filled(mut bundle: Bundle) -> Value {
    bundle.fill("image_digest", &format!("sha256:{}", "a".repeat(64)));
    bundle.fill("parent.k8s_openid_provider_url", "oidc.eks.us-east-1.amazonaws.com/id/A1");
    bundle.fill("module.queue.queue_arn", "arn:aws:sqs:us-east-1:123456789012:queue");
    bundle.fill("module.queue.kms_arn", "arn:aws:kms:us-east-1:123456789012:key/1");
    assert_eq!(bundle.holes, []);
    json(&bundle)
}
