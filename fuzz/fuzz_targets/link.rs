//! Reads random bytes as the content of a link of the page: texts, environment and choices.
//! Analyzes a valid link and creates all data that the page shows.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use optakit_core::api::{self, Choices, Request, ServiceFile};

fuzz_target!(|data: &[u8]| {
    let Ok(mut link) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    if !link.is_object() {
        return;
    }
    let Ok(choices) = serde_json::from_value::<Choices>(link["target"].take()) else { return };
    let files: BTreeMap<String, String> =
        serde_json::from_value(link["environment_files"].take()).unwrap_or_default();
    let request = Request {
        service: ServiceFile::parse("opta.yml", link["service"].as_str().unwrap_or_default()),
        environment_files: files.into_iter().map(|(path, text)| (path, Ok(text))).collect(),
        choices: Choices {
            environment: link["environment"].as_str().map(str::to_owned),
            image_tag: link["image"].as_str().map(str::to_owned),
            ..choices
        },
        rds_certificates: optakit_core::api::RdsCertificates::always("certificates"),
        ..Request::default()
    };
    let analysis = api::analyze(&request, false);
    let manifests = analysis.manifests.iter().flatten();
    for (index, manifest) in manifests.enumerate().take(3) {
        for line in api::trace(&request, index) {
            let _ = api::explain_line(&request, manifest.kind, &line);
        }
    }
    let _ = api::diagram(&request);
    let _ = api::aws_documents(&request);
    let _ = api::bundle(&request);
    for line in [1, 5, 9] {
        let _ = api::decided_lines(&request, "opta.yml", line);
    }
});
