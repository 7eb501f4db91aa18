//! Reads random bytes as an environment file and, after a line `---8<---`, a values file. Nothing
//! panics, and no diagnostic or bundle contains the value of a secret.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optakit_core::api::{self, Choices, Request, ServiceFile, SourceText};

const SERVICE: &str = "name: app\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  - {type: postgres, name: db}\n  - type: k8s-service\n    \
                       name: api\n    image: AUTO\n    port: {http: 80}\n    public_uri: \"{parent.domain}/a\"\n    env_vars: {A: \"{vars.a}\", B: \
                       \"{parent.kms_account_key_arn}\"}\n    links: [db]\n";

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (environment, values) =
        text.split_once("\n---8<---\n").unwrap_or(("name: staging\norg_name: acme\n", &text));
    let request = Request {
        service: ServiceFile::parse("opta.yml", SERVICE),
        environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
        values: Some(SourceText { name: "values.yml".to_owned(), text: values.to_owned() }),
        choices: Choices::default(),
        rds_certificates: optakit_core::api::RdsCertificates::always("certificates"),
        ..Request::default()
    };
    let analysis = api::analyze(&request, true);
    for diagnostic in &analysis.diagnostics {
        let text = if diagnostic.file == "values.yml" {
            values
        } else if diagnostic.file == "env.yml" {
            environment
        } else {
            SERVICE
        };
        assert!(
            diagnostic.place.byte_start <= diagnostic.place.byte_end
                && diagnostic.place.byte_end <= text.len()
        );
        assert!(
            text.is_char_boundary(diagnostic.place.byte_start)
                && text.is_char_boundary(diagnostic.place.byte_end)
        );
    }
    assert_eq!(analysis.manifests.is_some(), !analysis.has_errors() && analysis.refusal.is_none());
    if let Ok(bundle) = api::bundle(&request) {
        optakit_core::bundle::Bundle::parse(&bundle.to_text()).expect("a new bundle is valid");
    }
    let _ = api::credentials(&[SourceText { name: "a".to_owned(), text: values.to_owned() }]);
    if let Ok(objects) = api::read_objects(values) {
        let _ = api::compare(
            &objects,
            analysis.manifests.as_deref().unwrap_or_default(),
            api::Baseline::Cluster,
        );
    }
});
