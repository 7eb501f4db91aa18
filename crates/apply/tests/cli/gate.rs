//! Every command refuses a bundle that touches more than its own layer.

use optakit_core::bundle::Bundle;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Outcome, SERVICE, folder, run};

const BUNDLE: &str = "shop-staging.bundle.json";

/// The commands that read a bundle, with their other arguments.
const COMMANDS: &[&[&str]] = &[
    &["plan"],
    &["plan", "--allow-modified"],
    &["apply"],
    &["apply", "--allow-modified", "--skip-aws", "--yes"],
    &["deploy", BUNDLE, "app.tar"],
    &["deploy", BUNDLE, "app.tar", "--allow-modified"],
    &["push", "app.tar", "--bundle", BUNDLE],
    &["status"],
    &["history"],
    &["rollback"],
    &["drift"],
    &["secret", "list", "--bundle", BUNDLE],
    &["secret", "delete", "TOKEN", "--bundle", BUNDLE],
    &["takeover"],
    &["destroy", "--yes"],
    &["permissions"],
    &["permissions", "--aws"],
    &["bundle", "inspect"],
    &["bundle", "verify"],
];

/// Runs a command with the bundle of the folder.
fn run_command(folder: &TempDir, command: &[&str]) -> Outcome {
    let names_bundle = command.contains(&BUNDLE);
    let bundle = (!names_bundle).then_some(BUNDLE);
    let arguments: Vec<&str> = match command {
        ["bundle", rest] => vec!["bundle", rest, BUNDLE],
        _ => {
            command[..1].iter().copied().chain(bundle).chain(command[1..].iter().copied()).collect()
        }
    };
    run(folder, &arguments)
}

/// Writes a bundle that a function changed. Its digest fits the change.
fn write_changed(folder: &TempDir, change: impl FnOnce(&mut Value)) {
    let path = folder.path().join("service").join(BUNDLE);
    let text = std::fs::read_to_string(&path).expect("the bundle was written");
    let mut bundle: Value = serde_json::from_str(&text).expect("the bundle is JSON");
    change(&mut bundle);
    std::fs::write(&path, bundle.to_string()).expect("the bundle can be written");
}

fn folder_with_bundle() -> TempDir {
    let folder = folder(SERVICE);
    assert_eq!(run(&folder, &["bundle"]).code, 0);
    folder
}

/// Changes the object of a kind.
fn change_object(bundle: &mut Value, kind: &str, change: impl FnOnce(&mut Value)) {
    let manifests = bundle["manifests"].as_array_mut().expect("a list").iter_mut();
    let mut found = manifests.filter(|manifest| manifest["kind"] == kind);
    change(found.next().expect("the bundle has the kind"));
}

#[test]
fn every_command_refuses_an_object_of_another_namespace() {
    let folder = folder_with_bundle();
    write_changed(&folder, |bundle| {
        bundle["renderer"] = "9.9.9".into();
        change_object(bundle, "ServiceAccount", |object| {
            object["metadata"]["namespace"] = "kube-system".into();
        });
    });
    for command in COMMANDS {
        let outcome = run_command(&folder, command);
        let expected =
            "ServiceAccount api: `/metadata/namespace` is `kube-system`, expected `shop`";
        assert!(outcome.err.contains(expected), "{command:?}: {}", outcome.err);
        assert!(outcome.err.starts_with("error: "), "{command:?}: {}", outcome.err);
        assert_eq!(outcome.code, 1, "{command:?}: {}", outcome.err);
    }
}

#[test]
fn a_modified_bundle_is_refused_with_its_differences() {
    let folder = folder_with_bundle();
    write_changed(&folder, |bundle| {
        let role = bundle["aws"].as_array_mut().and_then(|list| list.last_mut()).expect("a role");
        let admin = json!("arn:aws:iam::aws:policy/AdministratorAccess");
        role["resource"]["attachedPolicies"].as_array_mut().expect("a list").push(admin);
    });
    for command in [
        &["plan"] as &[&str],
        &["apply"],
        &["deploy", BUNDLE, "app.tar"],
        &["push", "app.tar", "--bundle", BUNDLE],
        &["takeover"],
        &["permissions"],
        &["bundle", "verify"],
    ] {
        let outcome = run_command(&folder, command);
        assert_eq!(outcome.code, 1, "{command:?}: {}", outcome.err);
        let expected = "error: the bundle was modified after it was built";
        assert!(outcome.err.starts_with(expected), "{command:?}: {}", outcome.err);
        assert!(outcome.err.contains("iam-role staging-shop-api"), "{}", outcome.err);
        assert!(outcome.err.contains("+  - arn:aws:iam::aws:policy/Admin"), "{}", outcome.err);
    }
}

#[test]
fn a_changed_bundle_of_another_version_is_refused_with_its_differences() {
    let folder = folder(&SERVICE.replace("AUTO", "nginx:1.29"));
    assert_eq!(run(&folder, &["bundle"]).code, 0);
    write_changed(&folder, |bundle| {
        bundle["renderer"] = "9.9.9".into();
        change_object(bundle, "Deployment", |object| {
            let container = &mut object["spec"]["template"]["spec"]["containers"][0];
            container["image"] = "evil:1".into();
        });
        let mut changed = Bundle::parse(&bundle.to_string()).expect("it is still a bundle");
        changed.digest = changed.actual_digest();
        *bundle = serde_json::from_str(&changed.to_text()).expect("a bundle is JSON");
    });
    let expected = "error: the bundle was built by optakit 9.9.9, and optakit ";
    for command in [&["bundle", "verify"] as &[&str], &["plan"], &["apply", "--skip-aws", "--yes"]]
    {
        let outcome = run_command(&folder, command);
        assert_eq!(outcome.code, 1, "{command:?}: {}", outcome.err);
        assert!(outcome.err.starts_with(expected), "{command:?}: {}", outcome.err);
        assert!(outcome.err.contains("image: evil:1"), "{command:?}: {}", outcome.err);
        assert_eq!(outcome.out, "", "{command:?}");
    }
    let outcome = run_command(&folder, &["apply", "--skip-aws", "--yes"]);
    assert!(outcome.err.contains("pass `--allow-modified`"), "{}", outcome.err);
}
