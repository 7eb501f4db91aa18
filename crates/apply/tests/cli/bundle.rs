//! Tests of `optakit bundle`.

use crate::program::{SERVICE, folder, run};

#[test]
fn bundles_are_written_inspected_and_verified() {
    let folder = folder(&format!("{SERVICE}    secrets: [STRIPE_KEY]\n"));
    let outcome = run(&folder, &["bundle"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.err.starts_with("wrote shop-staging.bundle.json (sha256:"), "{}", outcome.err);
    let path = folder.path().join("service/shop-staging.bundle.json");
    let text = std::fs::read_to_string(&path).expect("the bundle was written");
    assert_eq!(
        run(&folder, &["bundle", "-o", "-"]).out,
        text,
        "a bundle always has the same bytes"
    );
    let inspected = run(&folder, &["bundle", "inspect", "shop-staging.bundle.json"]).out;
    assert!(
        inspected.contains("cluster      opta-staging\n")
            && inspected.contains("  manual-secrets: STRIPE_KEY\n"),
        "{inspected}"
    );
    assert_eq!(run(&folder, &["bundle", "verify", "shop-staging.bundle.json"]).code, 0);
    let as_yaml = ["bundle", "verify", "shop-staging.bundle.json", "-o", "yaml"];
    assert!(run(&folder, &as_yaml).out.contains("unmodified: true"));
    std::fs::write(&path, text.replace("\"containerPort\": 8000", "\"containerPort\": 8001"))
        .expect("the file can be written");
    let outcome = run(&folder, &["bundle", "verify", "shop-staging.bundle.json"]);
    assert_eq!(outcome.code, 1);
    assert!(run(&folder, &as_yaml).out.contains("unmodified: false"));
    assert!(outcome.err.contains("Deployment shop-api-k8s-service"), "{}", outcome.err);
    let has_line = |sign: char, end: &str| {
        outcome.err.lines().any(|line| line.starts_with(sign) && line.ends_with(end))
    };
    assert!(has_line('-', "containerPort: 8000"), "{}", outcome.err);
    assert!(has_line('+', "containerPort: 8001"), "{}", outcome.err);
}

#[test]
fn missing_values_of_a_bundle_are_reported() {
    let variable = "    env_vars: {DB: \"${{module.db.db_host}}\"}\n";
    let database = "  - {type: postgres, name: db}\n";
    let folder = folder(&format!("{SERVICE}{variable}{database}"));
    let outcome = run(&folder, &["bundle"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let notes: Vec<&str> = outcome.err.lines().skip(1).collect();
    assert_eq!(
        notes,
        [
            "no image given: `optakit apply` keeps the image that runs, unless you pass \
                 `--image-digest` or `--image-tag`",
            "`optakit apply` reads these values from AWS: parent.k8s_openid_provider_url",
            "missing values: module.db.db_host; write the bundle again with `optakit bundle --values FILE`",
        ]
    );
    let inspected = run(&folder, &["bundle", "inspect", "shop-staging.bundle.json"]).out;
    assert!(
        inspected.ends_with(
            "filled in by apply\n  image_digest\n  parent.k8s_openid_provider_url\n\
             missing values\n  module.db.db_host\n"
        ),
        "{inspected}"
    );
}

#[test]
fn a_bundle_that_no_command_would_read_is_not_written() {
    let value = "x".repeat(120_000);
    let service = |index| {
        let variables: String = (0..8).map(|key| format!("K{key}: {value}, ")).collect();
        format!(
            "  - {{type: k8s-service, name: m{index}, image: nginx, port: {{http: 80}}, \
             env_vars: {{{variables}}}}}\n"
        )
    };
    let services: String = (0..5).map(service).collect();
    let text = format!(
        "name: shop\nenvironments: [{{name: staging, path: ../env/staging.yml}}]\nmodules:\n{services}"
    );
    let folder = folder(&text);
    let outcome = run(&folder, &["bundle"]);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    assert!(outcome.err.contains("bytes, expected at most 8388608"), "{}", outcome.err);
    assert!(!folder.path().join("service/shop-staging.bundle.json").exists());
}
