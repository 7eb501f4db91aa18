//! Tests of commands that take a service file or a bundle.

use std::fs;

use crate::program::{Outcome, SERVICE, folder, run, run_with_input};
use tempfile::TempDir;

const BUNDLE: &str = "shop-staging.bundle.json";

/// Returns the IAM role in the output of `optakit permissions`.
fn is_printed(outcome: &Outcome) -> bool {
    outcome.code == 0 && outcome.out.contains("\"name\": \"optakit-shop\"")
}

fn rename(folder: &TempDir, from: &str, to: &str) {
    let service = folder.path().join("service");
    fs::rename(service.join(from), service.join(to)).expect("the file can be renamed");
}

#[test]
fn a_service_file_is_taken_instead_of_a_bundle() {
    let folder = folder(SERVICE);
    for arguments in [&["permissions"][..], &["permissions", "opta.yml"], &["permissions", "."]] {
        let outcome = run(&folder, arguments);
        assert!(is_printed(&outcome), "{}", outcome.err);
        let line = outcome.err.lines().next().unwrap_or_default();
        assert!(line.starts_with("bundle of "), "{line}");
        assert!(line.contains("opta.yml for staging: sha256:"), "{line}");
    }
    let outcome = run_with_input(&folder, &["permissions", "-"], SERVICE);
    assert!(is_printed(&outcome), "{}", outcome.err);
    // The options of `bundle` are accepted too.
    let made = run(&folder, &["bundle", "-o", "-", "--exposure", "alb", "--image-tag", "7"]);
    let options = ["--env", "staging", "--exposure", "alb", "--image-tag", "7"];
    let outcome = run(&folder, &[&["permissions"], &options[..]].concat());
    let digest = outcome.err.trim_end().rsplit(' ').next().unwrap_or_default();
    assert!(made.out.contains(&format!("\"digest\": \"{digest}\"")), "{}", outcome.err);
}

#[test]
fn opta_yaml_is_the_default_too() {
    let folder = folder(SERVICE);
    rename(&folder, "opta.yml", "opta.yaml");
    for command in ["validate", "render", "bundle", "permissions"] {
        let outcome = run(&folder, &[command]);
        assert_eq!(outcome.code, 0, "{}", outcome.err);
    }
    for command in ["validate", "render", "bundle", "permissions"] {
        let outcome = run(&folder, &[command, "opta.yml"]);
        assert_ne!(outcome.code, 0);
        assert!(outcome.err.contains("did you mean opta.yaml?"), "{}", outcome.err);
    }
    rename(&folder, "opta.yaml", "other.yml");
    for command in ["validate", "render", "bundle", "permissions"] {
        let outcome = run(&folder, &[command]);
        assert_ne!(outcome.code, 0);
        assert!(outcome.err.contains("no opta.yml or opta.yaml in this folder"), "{}", outcome.err);
    }
}

#[test]
fn options_that_cannot_change_a_bundle_are_rejected() {
    let folder = folder(SERVICE);
    assert_eq!(run(&folder, &["bundle"]).code, 0);
    let with = |options: &[&str]| run(&folder, &[&["permissions", BUNDLE], options].concat());
    assert!(is_printed(&with(&["--env", "staging"])));
    for (options, text) in [
        (["--env", "production"], "is a bundle for the environment `staging`"),
        (["--values", "v.yml"], "`--values` has no effect"),
        (["--profile", "opta-2021"], "`--profile` has no effect"),
    ] {
        let outcome = with(&options);
        assert_eq!(outcome.code, 64);
        assert!(outcome.err.contains(text), "{}", outcome.err);
        assert!(outcome.err.contains("help: pass the service file"), "{}", outcome.err);
    }
}

#[test]
fn an_outdated_bundle_is_reported_with_both_names() {
    let folder = folder(SERVICE);
    let service = folder.path().join("service");
    assert_eq!(run(&folder, &["bundle"]).code, 0);
    let warning = |arguments: &[&str]| {
        let outcome = run(&folder, arguments);
        assert!(is_printed(&outcome), "{}", outcome.err);
        outcome.err.contains("shop-staging.bundle.json is outdated: ")
            && outcome.err.contains("opta.yml now renders different manifests")
    };
    let bundle = ["permissions", BUNDLE];
    assert!(!warning(&bundle));
    // A comment changes nothing.
    fs::write(service.join("opta.yml"), format!("# a comment\n{SERVICE}")).expect("it is written");
    assert!(!warning(&bundle));
    fs::write(service.join("opta.yml"), SERVICE.replace("8000", "8001")).expect("it is written");
    assert!(warning(&bundle));
    fs::create_dir(service.join("dist")).expect("the folder can be created");
    rename(&folder, BUNDLE, &format!("dist/{BUNDLE}"));
    assert!(warning(&["permissions", &format!("dist/{BUNDLE}")]));
    // The file of another service is not its source.
    let other = SERVICE.replace("name: shop", "name: other");
    fs::write(service.join("opta.yml"), other).expect("it is written");
    assert!(!warning(&["permissions", &format!("dist/{BUNDLE}")]));
}

#[test]
fn a_file_without_a_service_is_explained() {
    let folder = folder(SERVICE);
    let database = SERVICE.split("  - type").next().unwrap_or_default().to_owned()
        + "  - {type: postgres, name: db}\n";
    fs::write(folder.path().join("service/db.yml"), database).expect("it is written");
    for (file, text) in [
        ("../env/staging.yml", "../env/staging.yml is an environment file"),
        ("db.yml", "db.yml has no `k8s-service` module"),
    ] {
        for command in ["render", "bundle", "permissions"] {
            let outcome = run(&folder, &[command, file]);
            assert!(outcome.code != 0 && outcome.err.contains(text), "{command}: {}", outcome.err);
            assert_eq!(outcome.out, "");
        }
        let outcome = run(&folder, &["validate", file]);
        assert!(outcome.code == 0 && outcome.err.contains(text), "{}", outcome.err);
    }
}

#[test]
fn other_files_name_the_command_for_them() {
    let folder = folder(SERVICE);
    assert_eq!(run(&folder, &["bundle"]).code, 0);
    let outcome = run(&folder, &["validate", BUNDLE]);
    assert_eq!(outcome.code, 4);
    let help = format!("help: run `optakit bundle verify {BUNDLE}`");
    assert!(outcome.err.contains(&help), "{}", outcome.err);
    let plan = "{\"apiVersion\": \"optakit.dev/v1\", \"kind\": \"Plan\"}\n";
    fs::write(folder.path().join("service/plan.json"), plan).expect("it is written");
    let outcome = run(&folder, &["permissions", "plan.json"]);
    assert!(outcome.err.contains("plan.json is a saved plan"), "{}", outcome.err);
    // A service file may be JSON.
    let json = "{\"name\": \"shop\", \"environments\": [{\"name\": \"staging\", \
                \"path\": \"../env/staging.yml\"}], \"modules\": [{\"type\": \"k8s-service\", \
                \"name\": \"api\", \"image\": \"AUTO\", \"port\": {\"http\": 80}}]}\n";
    fs::write(folder.path().join("service/opta.json"), json).expect("it is written");
    let outcome = run(&folder, &["permissions", "opta.json"]);
    assert!(is_printed(&outcome), "{}", outcome.err);
}
