//! Values files, and the choice of an environment.

use super::{AWS, HEAD, check, only, request, service, words};
use optakit_core::api::analyze;

/// Returns message, path and place of the only diagnostic about a values file.
#[track_caller]
fn fault(values: &str) -> (String, String, u32) {
    let text = service("", "");
    let analysis = check(&text, AWS, Some(values));
    let found = only(&analysis, "wrong-type");
    assert_eq!(found.file, "values.yml");
    (found.message.clone(), found.path.clone(), found.place.line)
}

#[test]
fn wrong_types_in_a_values_file_are_reported_without_the_value() {
    let check = |values: &str, message: &str, path: &str| {
        let (found, at, _) = fault(values);
        assert_eq!((&*found, &*at), (message, path), "{values}");
    };
    check(
        "[hunter2]",
        "the values file is not a map, expected a map with `parent` and `modules`",
        "",
    );
    for key in ["parent", "vars", "random"] {
        check(
            &format!("{key}: hunter2"),
            &format!("`{key}` is not a map, expected a map from output to value"),
            key,
        );
    }
    check(
        "modules: hunter2",
        "`modules` is not a map, expected a map from module name to outputs",
        "modules",
    );
    check(
        "modules: {db: hunter2}",
        "`db` is not a map, expected a map from output to value",
        "modules.db",
    );
    let account = "`account_id` is not an AWS account ID, expected 12 digits";
    check("account_id: 12345678901", account, "account_id");
    check("account_id: 1234567890123", account, "account_id");
    check("account_id: 12345678901a", account, "account_id");
}

#[test]
fn empty_parts_of_a_values_file_are_accepted() {
    let text = service("", "");
    for values in [
        "",
        "~",
        "parent:\nmodules:\nvars:\nrandom:\n",
        "modules: {db: }",
        "account_id: 123456789012",
    ] {
        let analysis = check(&text, AWS, Some(values));
        assert_eq!(analysis.diagnostics, [], "{values}");
    }
    let analysis = check(&text, AWS, Some("parents: {}"));
    assert_eq!(words(&analysis, "unknown-field").1, "did you mean `parent`?");
}

#[test]
fn a_syntax_error_in_a_values_file_does_not_show_the_line() {
    let analysis = check(&service("", ""), AWS, Some("parent: {password: \"hunter2}\n"));
    let shown = format!("{:?}", analysis.diagnostics);
    assert!(shown.contains("the values file has a syntax error here"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(analysis.diagnostics.iter().all(|found| found.label.is_none()));
}

/// Returns the values of variables with an output of the environment.
fn rendered(values: &str, reference: &str) -> Option<String> {
    let text = service("", &format!("env_vars: {{A: \"{reference}\"}}"));
    let yaml = check(&text, AWS, Some(values)).yaml()?;
    Some(yaml.split_once("name: A\n")?.1.lines().next()?.trim().to_owned())
}

#[test]
fn the_output_of_terraform_has_the_values_of_the_environment() {
    let output = |name: &str, sensitive: &str| {
        format!("{{\"{name}\": {{\"value\": \"v1\", \"type\": \"string\"{sensitive}}}}}")
    };
    let read = |sensitive: &str| rendered(&output("vpc_id", sensitive), "{parent.vpc_id}");
    assert_eq!(read("").as_deref(), Some("value: v1"));
    assert_eq!(read(", \"sensitive\": false").as_deref(), Some("value: v1"));
    let text = service("", "env_vars: {A: \"{parent.vpc_id}\"}");
    let secret = check(&text, AWS, Some(&output("vpc_id", ", \"sensitive\": true")));
    assert_eq!(secret.yaml(), None, "a secret is not rendered");
    assert!(!format!("{secret:?}").contains("v1"), "{secret:?}");
    // Without a type, it is not an output of Terraform.
    assert_eq!(rendered("{vpc_id: {value: v1}}", "{parent.vpc_id}"), None);
}

/// Returns the message about the choice of an environment.
fn choice(environments: &str, chosen: Option<&str>) -> Option<String> {
    let text = service("", "").replace("[{name: staging, path: env.yml}]", environments);
    let mut request = request(&text, AWS, None);
    request.choices.environment = chosen.map(str::to_owned);
    analyze(&request, false).refusal
}

const TWO: &str = "[{name: staging, path: env.yml}, {name: production, path: env.yml}]";

#[test]
fn one_environment_is_chosen_without_an_option() {
    assert_eq!(choice("[{name: staging, path: env.yml}]", None), None);
    assert_eq!(choice("[{name: staging, path: env.yml}]", Some("staging")), None);
    assert_eq!(choice(TWO, Some("staging")), None);
    assert_eq!(
        choice(TWO, None).as_deref(),
        Some(
            "the file has several environments, choose one of `staging` and `production` with `--env`"
        )
    );
    assert_eq!(
        choice(TWO, Some("prod")).as_deref(),
        Some(
            "there is no environment `prod`, choose one of `staging` and `production` with `--env`"
        )
    );
}

#[test]
fn environments_with_the_same_name_are_reported_at_the_second_one() {
    let text = service("", "").replace(
        "[{name: staging, path: env.yml}]",
        "[{name: a, path: env.yml}, {name: b, path: env.yml}, {name: a, path: env.yml}]",
    );
    let analysis = check(&text, AWS, None);
    let found = only(&analysis, "duplicate-environment-name");
    assert_eq!(found.path, "environments[2].name");
    assert_eq!(found.message, "two environments have the name `a`");
    let label = found.label.as_ref().expect("the first one is shown");
    assert!(label.place.byte_start < found.place.byte_start);
}

#[test]
fn a_file_without_an_environment_gets_one() {
    let modules = HEAD.split_once("modules").expect("the file has modules").1;
    let none = |text: &str| {
        let found = check(text, AWS, None).diagnostics;
        found.iter().any(|found| found.rule == "no-environment")
    };
    assert!(none(&format!("name: shop\nmodules{modules}")));
    assert!(none(&format!("name: shop\nenvironments: []\nmodules{modules}")));
    assert!(!none(&format!("name: shop\norg_name: acme\nmodules{modules}")));
    assert!(!none(&format!("name: shop\nenvironments: 3\nmodules{modules}")));
    let providers = "providers: {aws: {region: us-east-1, account_id: 123456789012}}";
    assert!(!none(&format!("name: shop\norg_name: acme\n{providers}\nmodules{modules}")));
}
