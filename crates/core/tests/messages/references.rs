//! The values of references, and the messages about unknown ones.

use super::{AWS, GOOGLE, check, service, words};

/// Returns the value of an environment variable, without diagnostics.
#[track_caller]
fn value(text: &str, environment: &str, values: Option<&str>) -> String {
    let service = service(
        "{type: postgres, name: db}\n{type: s3, name: media, bucket_name: acme-media}",
        &format!("env_vars: {{A: \"{text}\"}}"),
    );
    let analysis = check(&service, environment, values);
    let yaml = analysis.yaml().unwrap_or_else(|| panic!("{:#?}", analysis.diagnostics));
    let (_, rest) = yaml.split_once("name: A\n").expect("the variable is rendered");
    let line = rest.lines().next().unwrap_or_default().trim();
    line.strip_prefix("value: ").unwrap_or(line).trim_matches(['\'', '"']).to_owned()
}

/// Checks message and help about a reference.
#[track_caller]
fn unknown(text: &str, message: &str, help: &str) {
    unknown_in(AWS, text, message, help);
}

#[track_caller]
fn unknown_in(environment: &str, text: &str, message: &str, help: &str) {
    let service = service(
        "{type: postgres, name: db}\n{type: s3, name: media, bucket_name: acme-media}",
        &format!("env_vars: {{A: \"{text}\"}}"),
    )
    .replace("path: env.yml", "path: env.yml, variables: {size: 2, list: [1]}");
    let analysis = check(&service, environment, None);
    assert_eq!(words(&analysis, "unknown-reference"), (message, help), "{text}");
}

#[test]
fn references_have_the_facts_of_the_environment() {
    for (text, expected) in [
        ("{env}", "staging"),
        ("{layer_name}", "shop"),
        ("{parent_name}", "staging"),
        ("{region}", "us-east-1"),
        ("{aws.region}", "us-east-1"),
        ("{account_id}", "123456789012"),
        ("{aws.account_id}", "123456789012"),
        ("{state_storage}", "opta-tf-state-acme-staging"),
    ] {
        assert_eq!(value(text, AWS, None), expected, "{text}");
    }
    let with_domain = format!("{AWS}  - {{type: dns, domain: acme.io}}\n");
    assert_eq!(value("{parent.domain}", &with_domain, None), "acme.io");
    let with_cluster = format!("{AWS}  - {{type: k8s-cluster}}\n");
    assert_eq!(value("{parent.k8s_cluster_name}", &with_cluster, None), "opta-staging");
}

#[test]
fn the_values_file_has_outputs() {
    let values = "parent: {vpc_id: vpc-1}\nmodules: {media: {bucket_id: acme-1}}\n";
    assert_eq!(value("{parent.vpc_id}", AWS, Some(values)), "vpc-1");
    assert_eq!(value("${{module.media.bucket_id}}", AWS, Some(values)), "acme-1");
    assert_eq!(value("${{module.media.outputs.bucket_id}}", AWS, Some(values)), "acme-1");
}

#[test]
fn unknown_variables_and_outputs_have_a_suggestion() {
    unknown("{vars.sizes}", "unknown variable `sizes`", "did you mean `{vars.size}`?");
    unknown(
        "{vars.other}",
        "unknown variable `other`",
        "add `other` to the `variables` of the environment",
    );
    unknown(
        "{vars.list}",
        "`list` is a list, expected text, a number or a boolean",
        "change the variable",
    );
    unknown("{vars}", "`{vars}` has no name after `vars`", "write `{vars.name}`");
    unknown("{size}", "unknown reference `{size}`", "did you mean `{vars.size}`?");
    unknown("{evn}", "unknown reference `{evn}`", "did you mean `{env}`?");
    unknown(
        "{parents.domain}",
        "unknown reference `{parents.domain}`",
        "did you mean `{parent.domain}`?",
    );
    unknown(
        "${{module.media.bucket_ids}}",
        "the module `media` has no output `bucket_ids`",
        "did you mean `bucket_id`?",
    );
    unknown(
        "${{module.medai.bucket_id}}",
        "there is no module `medai` in this file",
        "did you mean `media`?",
    );
    unknown(
        "${{module.orders.bucket_id}}",
        "there is no module `orders` in this file",
        "use one of `db`, `media` and `api`",
    );
}

#[test]
fn outputs_of_missing_modules_name_the_type_to_add() {
    unknown(
        "{parent.domain}",
        "the environment has no output `domain`",
        "add a module of the type `dns` to the environment file",
    );
}

#[test]
fn facts_of_aws_are_unknown_in_other_clouds() {
    for text in ["{account_id}", "{aws.account_id}", "{aws.region}"] {
        unknown_in(
            GOOGLE,
            text,
            "the reference needs AWS, but the environment is on Google Cloud",
            "remove the reference",
        );
    }
}
