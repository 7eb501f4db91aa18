//! Reads, checks and renders random bytes as a service file, applies every fix, and asks for
//! completions and hovers. Nothing panics, ranges are inside the text, and manifests are valid
//! YAML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optakit_core::api::{self, Choices, Request, ServiceFile};

const ENVIRONMENT: &str = "name: staging\norg_name: acme\nproviders:\n  aws: {region: us-east-1, account_id: 123456789012}\n\
                           modules:\n  - type: base\n  - {type: dns, domain: staging.acme.io}\n";

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let request = Request {
        service: ServiceFile::parse("opta.yml", &text),
        environment_files: [("env.yml".to_owned(), Ok(ENVIRONMENT.to_owned()))].into(),
        choices: Choices { image_tag: Some("1".to_owned()), ..Choices::default() },
        rds_certificates: optakit_core::api::RdsCertificates::always("certificates"),
        ..Request::default()
    };
    let analysis = api::analyze(&request, false);
    for diagnostic in &analysis.diagnostics {
        if diagnostic.file == "opta.yml" {
            assert!(
                diagnostic.place.byte_start <= diagnostic.place.byte_end
                    && diagnostic.place.byte_end <= text.len()
            );
            assert!(
                text.is_char_boundary(diagnostic.place.byte_start)
                    && text.is_char_boundary(diagnostic.place.byte_end)
            );
        }
        for fix in &diagnostic.fixes {
            let mut after = text.clone();
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.byte_start));
            for edit in edits {
                after.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
            }
        }
    }
    assert_eq!(analysis.manifests.is_some(), !analysis.has_errors() && analysis.refusal.is_none());
    for manifest in analysis.manifests.iter().flatten() {
        assert_eq!(manifest.to_value()["kind"], manifest.kind.name());
    }
    let again = api::analyze(&request, false);
    assert_eq!(analysis.yaml(), again.yaml());
    let length = text.encode_utf16().count();
    for offset in (0..=length).step_by(length / 2 + 1) {
        let _ = api::complete(&request, "opta.yml", offset);
        let _ = api::hover(&request, "opta.yml", offset);
    }
});
