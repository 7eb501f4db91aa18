//! Values that users of Opta often write, and the fix for each of them.

mod fixed;

use fixed::apply;
use optakit_core::api::{self, Diagnostic, Request, ServiceFile, SourceText};

const HEAD: &str = "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\nmodules:\n";
const SERVICE: &str =
    "  - type: k8s-service\n    name: api\n    image: nginx\n    port: {http: 80}\n";
const ENVIRONMENT: &str = "name: staging\norg_name: acme\nproviders:\n  aws:\n    \
                           region: us-east-1\n    account_id: \"123456789012\"\n";

fn request(text: &str, environment: &str, values: Option<&str>) -> Request {
    Request {
        service: ServiceFile::parse("opta.yml", text),
        environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
        values: values.map(|text| SourceText { name: "values.yml".into(), text: text.into() }),
        own_values: true,
        ..Request::default()
    }
}

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    api::check(&request(text, ENVIRONMENT, None)).diagnostics
}

fn messages(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|diagnostic| &*diagnostic.message).collect()
}

/// Checks the message of the only diagnostic, and the text after its fix.
#[track_caller]
fn check(text: &str, message: &str, expected: &str) {
    let found = diagnostics(text);
    let [diagnostic] = found.as_slice() else { panic!("one diagnostic in\n{text}\n{found:#?}") };
    assert_eq!(diagnostic.message, message);
    let fixed = diagnostic.fixes.first().map(|fix| apply(text, fix)).unwrap_or_default();
    assert_eq!(fixed, expected);
    assert_eq!(diagnostics(&fixed), [], "after the fix\n{fixed}");
}

/// Checks fields of the service, before and after the fix.
#[track_caller]
fn check_fields(before: &str, message: &str, after: &str) {
    let modules = "  - {type: postgres, name: db}\n";
    let file = |fields: &str| format!("{HEAD}{SERVICE}{fields}{modules}");
    check(&file(before), message, &file(after));
}

#[test]
fn scheme_of_an_image_is_removed() {
    let file = |image: &str| format!("{HEAD}{}", SERVICE.replace("nginx", image));
    let message = "`docker://nginx:1.29` is not a valid image reference: it contains a scheme, \
                   expected a registry or a name first";
    check(&file("docker://nginx:1.29"), message, &file("nginx:1.29"));
}

#[test]
fn wildcard_domain_gets_quotes() {
    let message = "unknown anchor `.acme.io`, expected one defined above this line";
    check_fields("    public_uri: *.acme.io\n", message, "    public_uri: \"*.acme.io\"\n");
    check_fields(
        "    public_uri:\n      - *.acme.io\n",
        message,
        "    public_uri:\n      - \"*.acme.io\"\n",
    );
    check_fields(
        "    public_uri: [*.acme.io, acme.io]\n",
        message,
        "    public_uri: [\"*.acme.io\", acme.io]\n",
    );
}

#[test]
fn links_as_a_map_become_a_list() {
    let message = "`links` is a map, expected a list like `[db, {media: [read, write]}]`";
    check_fields("    links:\n      db: []\n", message, "    links:\n      - db\n");
    check_fields("    links: {db: }\n", message, "    links: [db]\n");
}

#[test]
fn link_in_env_vars_moves_to_links() {
    let message = "unknown key `_link` in an environment variable";
    let file = |service: &str| format!("{HEAD}{service}  - {{type: postgres, name: db}}\n");
    let before = "    env_vars:\n      - name: A\n        value: b\n      - _link: db\n";
    let after = "    env_vars:\n      - name: A\n        value: b\n";
    let linked = SERVICE.replace("    name:", "    links:\n      - db\n    name:");
    check(&file(&format!("{SERVICE}{before}")), message, &file(&format!("{linked}{after}")));
}

#[test]
fn empty_variable_becomes_an_empty_text() {
    let message = "`EMPTY` is empty, expected text";
    check_fields("    env_vars:\n      EMPTY:\n", message, "    env_vars:\n      EMPTY: \"\"\n");
    check_fields("    env_vars: {EMPTY: }\n", message, "    env_vars: {EMPTY: \"\" }\n");
}

#[test]
fn meta_beside_environments_is_one_error() {
    let rest = HEAD.strip_prefix("name: shop\n").expect("the name is first");
    let message = "the file has the form of Opta before March 2021, with `meta` and `envs`";
    let today = format!("{HEAD}{SERVICE}");
    check(&format!("meta:\n  name: shop\n{rest}{SERVICE}"), message, &today);
    check(&format!("meta: {{name: shop}}\n{rest}{SERVICE}"), message, &today);
}

#[test]
fn parent_of_an_environment_is_one_error() {
    let file = |entry: &str| format!("name: shop\nenvironments:\n  - {entry}\nmodules:\n{SERVICE}");
    let found = diagnostics(&file("parent: staging/opta.yml"));
    assert_eq!(messages(&found), ["unknown key `parent` in an environment"]);
    let fixed = apply(&file("parent: staging/opta.yml"), &found[0].fixes[0]);
    assert_eq!(fixed, file("name: staging\n    path: staging/opta.yml"));
}

#[test]
fn ports_without_a_value_do_not_replace_a_port() {
    let text = |ports: &str| format!("{HEAD}{}", SERVICE.replace("port: {http: 80}", ports));
    assert_eq!(messages(&diagnostics(&text("ports:"))), ["`port` is required"]);
    assert_eq!(diagnostics(&text("ports: []")), []);
}

#[test]
fn empty_path_of_an_environment_is_an_error() {
    let text = HEAD.replace("env.yml", "\"\"") + SERVICE;
    assert_eq!(messages(&diagnostics(&text)), ["`path` is empty"]);
}

#[test]
fn two_clouds_in_one_environment_are_an_error() {
    let environment = ENVIRONMENT.to_owned() + "  google: {region: us-central1, project: acme}\n";
    let text = format!("{HEAD}{SERVICE}");
    let found = api::check(&request(&text, &environment, None)).diagnostics;
    assert_eq!(messages(&found), ["`providers` has `aws` and `google`, expected one cloud"]);
}

#[test]
fn redis_of_a_local_cluster_has_no_password() {
    let environment = "name: staging\norg_name: acme\nproviders: {local: {}}\n";
    let redis = "  - {type: redis, name: cache}\n";
    let errors = |link: &str| {
        let text = format!("{HEAD}{SERVICE}    links: [{link}]\n{redis}");
        let found = api::check(&request(&text, environment, None)).diagnostics;
        found.into_iter().filter(|found| found.rule == "invalid-link").count()
    };
    assert_eq!(errors("cache"), 0);
    assert_eq!(errors("{cache: [{cache_host: HOST}]}"), 0);
    assert_eq!(errors("{cache: [{cache_host: HOST, cache_auth_token: TOKEN}]}"), 0);
    assert_eq!(errors("{cache: [{cache_auth_token: TOKEN}]}"), 1);
}

#[test]
fn secret_output_that_does_not_exist_is_an_error() {
    let text = format!(
        "{HEAD}{SERVICE}    env_vars: {{A: \"${{{{module.db.password}}}}\"}}\n  \
         - {{type: postgres, name: db}}\n"
    );
    assert_eq!(messages(&diagnostics(&text)), ["the module `db` has no output `password`"]);
}

#[test]
fn dollar_signs_of_commands_are_reported_if_they_can_mean_two_things() {
    let count = |fields: &str| diagnostics(&format!("{HEAD}{SERVICE}{fields}")).len();
    assert_eq!(count("    commands: [sh, -c, \"echo $$\"]\n"), 1);
    assert_eq!(count("    commands: [sh, -c, \"echo $HOME $(date)\"]\n"), 0);
    let date = "    env_vars: {date: today, PORT: \"80\"}\n";
    assert_eq!(count(&format!("{date}    commands: [sh, -c, \"echo $(date)\"]\n")), 1);
    assert_eq!(count(&format!("{date}    commands: [sh, -c, \"echo $$(date)\"]\n")), 0);
    assert_eq!(count(&format!("{date}    commands: [app, $(PORT)]\n    args: [$(date)]\n")), 0);
}

#[test]
fn values_that_nothing_uses_are_warnings() {
    let text = format!("input_variables: [{{name: color}}]\n{HEAD}{SERVICE}");
    let values = "vars: {colour: red}\nrandom: {web: a1b2}\n";
    let found = api::check(&request(&text, ENVIRONMENT, Some(values))).diagnostics;
    assert_eq!(
        messages(&found),
        [
            "`colour` has no effect: there is no such input variable",
            "`web` has no effect: there is no such module",
        ]
    );
    assert_eq!(found[0].help.as_deref(), Some("did you mean `color`?"));
}

#[test]
fn wildcard_in_a_values_file_is_an_error() {
    let text = format!("{HEAD}{SERVICE}    links: [jobs]\n  - {{type: sqs, name: jobs}}\n");
    let values = "modules: {jobs: {queue_arn: \"*\"}}\n";
    let found = api::check(&request(&text, ENVIRONMENT, Some(values))).diagnostics;
    assert_eq!(messages(&found), ["`queue_arn` is not the ARN of one resource of `sqs`"]);
    assert_eq!(found[0].path, "modules.jobs.queue_arn");
}

#[test]
fn limit_in_another_unit_is_one_error() {
    let before = "    resource_limits: {memory: 16}\n";
    let after = "    resource_limits: {memory: 16384}\n";
    check_fields(before, "the memory limit is 16, less than the request of 128", after);
}

#[test]
fn value_in_curly_quotes_is_one_error() {
    let message = "`max_containers` is the text `“8”`, expected a whole number";
    check_fields("    max_containers: “8”\n", message, "    max_containers: \"8\"\n");
}

#[test]
fn secret_in_braces_keeps_its_name() {
    let message = "secret `TOKEN` has a value, expected only its name";
    check_fields("    secrets: [{TOKEN: a}]\n", message, "    secrets: [TOKEN]\n");
}

#[test]
fn single_map_becomes_a_list() {
    let found = diagnostics(&format!("{HEAD}{SERVICE}    cron_jobs: daily\n"));
    assert_eq!(found[0].fixes, [], "a text is not an item");
    let message = "`persistent_storage` is a map, expected a list like `[{path: /data, size: 10}]`";
    check_fields(
        "    persistent_storage: {path: /data, size: 1}\n",
        message,
        "    persistent_storage: [{path: /data, size: 1}]\n",
    );
}

#[test]
fn json_in_a_variable_gets_quotes_and_literal_braces() {
    let message = "`A` is a map, expected text";
    let before = "    env_vars:\n      A: {\"a\": 1}\n";
    check_fields(before, message, "    env_vars:\n      A: \"{{\\\"a\\\": 1}}\"\n");
    check_fields("    env_vars: {A: {}}\n", message, "    env_vars: {A: \"{{}}\"}\n");
}

#[test]
fn reference_without_quotes_gets_quotes() {
    let message = "`public_uri` is a map, expected text or a list of texts";
    let host = |value: &str| format!("    env_vars: {{A: {value}}}\n");
    let before = "    public_uri: {env}\n";
    check_fields(before, message, "    public_uri: \"{env}\"\n");
    check_fields(&host("{env}"), "`A` is a map, expected text", &host("\"{env}\""));
}

#[test]
fn quotes_are_suggested_only_if_they_make_a_number_valid() {
    let fixes = |field: &str| {
        let found = diagnostics(&format!("{HEAD}{SERVICE}    {field}\n"));
        found.iter().map(|found| found.fixes.len()).sum::<usize>()
    };
    assert_eq!(fixes("commands: [8]"), 1);
    assert_eq!(fixes("tolerations: [{key: a, value: 8}]"), 1);
    for field in ["probe_port: 8", "public_uri: 8", "consistent_hash: 8", "healthcheck_path: 8"] {
        assert_eq!(fixes(field), 0, "{field}");
    }
}

#[test]
fn literal_braces_are_suggested_only_where_they_are_valid() {
    let file = |value: &str| format!("{HEAD}{SERVICE}    env_vars: {{A: \"{value}\"}}\n");
    for (value, fixed) in [("${HOME}", "${{HOME}}"), ("{id}", "{{id}}"), ("${A:-b}", "${{A:-b}}")] {
        let found = diagnostics(&file(value));
        let last = found[0].fixes.last().expect(value);
        assert_eq!(apply(&file(value), last), file(fixed));
        assert_eq!(diagnostics(&file(fixed)), [], "{fixed}");
    }
    assert_eq!(diagnostics(&file("{vars.none}"))[0].fixes, []);
    let uri = format!("{HEAD}{SERVICE}    public_uri: \"{{id}}\"\n");
    assert_eq!(diagnostics(&uri)[0].fixes, []);
}

#[test]
fn list_of_accounts_is_one_error() {
    let environment = ENVIRONMENT.replace("account_id:", "allowed_account_ids:");
    let text = format!("{HEAD}{SERVICE}");
    let found = api::check(&request(&text, &environment, None)).diagnostics;
    assert_eq!(messages(&found), ["unknown key `allowed_account_ids` in `aws`"]);
    assert_eq!(found[0].help.as_deref(), Some("rename it to `account_id`"));
}

#[test]
fn reference_to_the_parent_of_a_file_without_environment_is_not_another_error() {
    let text = "name: shop\nmodules:\n  - type: k8s-service\n    name: api\n    image: nginx\n    \
                port: {http: 80}\n    public_uri: \"api.{parent.domain}\"\n";
    assert_eq!(messages(&diagnostics(text)), ["the file has no environment"]);
}

#[test]
fn dots_of_an_example_are_a_placeholder() {
    let text = format!("{HEAD}{}", SERVICE.replace("nginx", "..."));
    assert_eq!(messages(&diagnostics(&text)), ["`...` is a placeholder, expected your value"]);
}
