//! Environments on other clouds than AWS.

use tempfile::TempDir;

use crate::program::{SERVICE, folder, run};

/// Creates a repository with an environment on a cloud.
fn on(providers: &str, service: &str) -> TempDir {
    let folder = folder(service);
    let text = format!(
        "name: staging\norg_name: acme\nproviders:\n  {providers}\n\
         modules:\n  - {{type: base}}\n"
    );
    std::fs::write(folder.path().join("env/staging.yml"), text).expect("it is written");
    folder
}

const CLOUDS: &[(&str, &str)] = &[
    ("google: {region: us-central1, project: acme}", "Google Cloud"),
    ("azurerm: {location: westeurope, tenant_id: a, subscription_id: b}", "Azure"),
    ("local: {}", "a local cluster"),
    ("helm: {}", "an existing cluster"),
];

#[test]
fn objects_without_aws_are_rendered() {
    let service = SERVICE.replace("AUTO", "nginx:1.29")
        + "    public_uri: api.acme.io\n    links: [db]\n  - {type: postgres, name: db}\n";
    for (providers, name) in CLOUDS {
        let folder = on(providers, &service);
        let outcome = run(&folder, &["validate"]);
        assert_eq!(outcome.code, 0, "{}", outcome.out);
        let hint = format!("the environment is on {name}, so Optakit manages only Kubernetes");
        assert!(outcome.out.contains(&hint), "{}", outcome.out);
        let outcome = run(&folder, &["render"]);
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        for kind in ["ServiceAccount", "Deployment", "HorizontalPodAutoscaler", "Ingress"] {
            assert!(outcome.out.contains(&format!("kind: {kind}\n")), "{kind} for {name}");
        }
        assert!(!outcome.out.contains("arn:aws"), "{}", outcome.out);
        assert!(!outcome.out.contains("rds_ca"), "{}", outcome.out);
        let outcome = run(&folder, &["bundle"]);
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        let outcome = run(&folder, &["bundle", "verify", "shop-staging.bundle.json"]);
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        let outcome = run(&folder, &["apply", "shop-staging.bundle.json", "--yes"]);
        assert!(outcome.err.contains("help: name a context"), "{}", outcome.err);
    }
}

#[test]
fn each_field_that_needs_aws_is_one_error() {
    let more = "    links: [media, \"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n    \
                additional_iam_policies: [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n  \
                - {type: aws-s3, name: media, bucket_name: media}\n";
    let folder = on(CLOUDS[0].0, &format!("{SERVICE}{more}"));
    let outcome = run(&folder, &["validate"]);
    assert_eq!(outcome.code, 1);
    for expected in [
        "`image: AUTO` needs AWS, but the environment is on Google Cloud",
        "help: write an image reference, such as `registry.example.com/api:1.0`",
        "the link to `arn:aws:iam::aws:policy/ReadOnlyAccess` needs AWS",
        "`additional_iam_policies` needs AWS",
        "`aws-s3` is a module type for AWS, but the environment is on Google Cloud",
    ] {
        assert!(outcome.out.contains(expected), "`{expected}` is missing in {}", outcome.out);
    }
    assert!(outcome.err.contains("4 errors"), "{}", outcome.err);
}

#[test]
fn a_file_for_two_clouds_names_the_valid_environment() {
    let two = SERVICE.replace(
        "staging.yml}\n",
        "staging.yml}\n  - {name: production, path: ../env/production.yml}\n",
    );
    let folder = on(CLOUDS[1].0, &two);
    let outcome = run(&folder, &["validate"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("only in the environment `staging`"), "{}", outcome.out);
    assert!(
        outcome.err.ends_with("staging: 1 error; production: no problems\n"),
        "{}",
        outcome.err
    );
}

#[test]
fn values_of_aws_are_unknown_on_other_clouds() {
    let uses = |reference: &str| {
        SERVICE.replace("AUTO", "nginx:1.29")
            + &format!("    env_vars: {{WHERE: \"{{{reference}}}\"}}\n")
    };
    let outcome = run(&on(CLOUDS[1].0, &uses("region")), &["render"]);
    assert!(outcome.out.contains("value: westeurope"), "{}{}", outcome.out, outcome.err);
    let outcome = run(&on(CLOUDS[1].0, &uses("parent.acr_login_url")), &["validate"]);
    assert_eq!(outcome.code, 0, "{}", outcome.out);
    for reference in ["account_id", "aws.account_id", "parent.kms_account_key_arn"] {
        let outcome = run(&on(CLOUDS[1].0, &uses(reference)), &["validate"]);
        assert!(outcome.out.contains("error[unknown-reference]"), "{}", outcome.out);
    }
}
