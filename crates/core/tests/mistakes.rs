//! Mistakes of users who know other tools, and wrong indentation: the message and the fix.

mod fixed;

use fixed::apply;
use optakit_core::api::{self, Diagnostic, Request, ServiceFile};

const HEAD: &str = "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: \
                    123456789012}}\nmodules:\n";
const SERVICE: &str = "  - type: k8s-service\n    name: api\n    image: AUTO\n    port:\n      \
                       http: 8000\n    env_vars:\n      LOG: info\n";

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let service = ServiceFile::parse("opta.yml", text);
    api::check(&Request { service, ..Request::default() }).diagnostics
}

/// Returns the message, the help and the lines after the fix of the only diagnostic.
fn only(text: &str) -> (String, String, String) {
    let found = diagnostics(text);
    let [diagnostic] = found.as_slice() else { panic!("one diagnostic in\n{text}\n{found:#?}") };
    let fixed = match diagnostic.fixes.first() {
        None => String::new(),
        Some(fix) => {
            let fixed = apply(text, fix);
            assert_eq!(diagnostics(&fixed), [], "after the fix\n{fixed}");
            let mark = if fix.safe { "" } else { "unsafe: " };
            format!("{mark}{}", fixed.strip_prefix(HEAD).unwrap_or(&fixed))
        }
    };
    (diagnostic.message.clone(), diagnostic.help.clone().unwrap_or_default(), fixed)
}

fn moved(from: &str, to: &str) -> (String, String, String) {
    let text = format!("{HEAD}{}", SERVICE.replacen(from, to, 1));
    only(&text)
}

/// Checks the message, the help, and that the fix restores the service.
fn check_moved(from: &str, to: &str, message: &str, column: usize, safe: bool) {
    let (found, help, fixed) = moved(from, to);
    assert_eq!(found, message);
    assert_eq!(help, format!("start the line at column {column}"));
    let mark = if safe { "" } else { "unsafe: " };
    assert_eq!(fixed, format!("{mark}{SERVICE}"));
}

#[test]
fn a_line_with_the_wrong_indentation_has_an_expected_column() {
    let at =
        |found, expected| format!("the line starts at column {found}, expected column {expected}");
    check_moved("    image", "   image", &at(4, 5), 5, true);
    check_moved("    image", "  image", &at(3, 5), 5, true);
    check_moved("    image", "     image", &at(6, 5), 5, true);
    check_moved("    image", "image", &at(1, 5), 5, false);
    check_moved("    port", "      port", &at(7, 5), 5, false);
    check_moved("      LOG", "   LOG", &at(4, 7), 7, false);
    check_moved(
        "      http",
        "\thttp",
        "the line is indented with a tab, expected 6 spaces",
        7,
        false,
    );
    check_moved(
        "    port",
        "\tport",
        "the line is indented with a tab, expected 4 spaces",
        5,
        true,
    );
}

#[test]
fn all_fields_below_a_dash_move_together() {
    let (message, _, fixed) = moved("  - type", "- type");
    assert_eq!(message, "the line starts at column 5, expected column 3");
    let expected: String = SERVICE.lines().map(|line| format!("{}\n", &line[2..])).collect();
    assert_eq!(fixed, expected);
}

#[test]
fn the_line_breaks_of_windows_stay() {
    let text = format!("{HEAD}{}", SERVICE.replace("    image", "   image")).replace('\n', "\r\n");
    let (message, _, fixed) = only(&text);
    assert_eq!(message, "the line starts at column 4, expected column 5");
    assert_eq!(fixed, format!("{HEAD}{SERVICE}").replace('\n', "\r\n"));
}

#[test]
fn keys_beside_an_empty_map_belong_below_it() {
    let (message, help, fixed) = moved("      http", "    http");
    assert_eq!(message, "`http` is at column 5, expected column 7, below `port`");
    assert_eq!(help, "indent it by 2 more spaces");
    assert_eq!(fixed, SERVICE);
    let two = "      LOG: info\n      LEVEL: |\n        a\n\n        b\n";
    let unindented = "    LOG: info\n    LEVEL: |\n      a\n\n      b\n";
    let (message, _, fixed) = moved("      LOG: info\n", unindented);
    assert_eq!(message, "`LOG` is at column 5, expected column 7, below `env_vars`");
    assert_eq!(fixed, SERVICE.replace("      LOG: info\n", two));
}

#[test]
fn a_misspelled_field_beside_an_empty_map_is_not_below_it() {
    let (message, help, _) = moved("      LOG: info\n", "    min_container: 2\n");
    assert_eq!(message, "unknown key `min_container` in a `k8s-service`");
    assert_eq!(help, "did you mean `min_containers`?");
}

/// Checks the help for a field, and the service after its fix; none if there is no fix.
fn check_field(field: &str, help: &str, fixed: Option<&str>) {
    let (_, found, after) = only(&format!("{HEAD}{SERVICE}{field}"));
    assert_eq!(found, help, "{field}");
    let expected = fixed.map(|fixed| format!("{SERVICE}{fixed}")).unwrap_or_default();
    assert_eq!(after, expected, "{field}");
}

#[test]
fn words_of_other_tools_are_renamed() {
    let service = SERVICE.replace("    env_vars:\n      LOG: info\n", "");
    for word in ["env", "environment", "variables", "config_vars"] {
        let text = format!("{HEAD}{service}    {word}:\n      A: b\n");
        let (message, help, fixed) = only(&text);
        assert_eq!(message, format!("unknown key `{word}` in a `k8s-service`"));
        assert_eq!(help, "rename it to `env_vars`");
        assert_eq!(fixed, format!("{service}    env_vars:\n      A: b\n"));
    }
    check_field("    env: {A: b}\n", "merge it with `env_vars`, which is already set", None);
    for word in ["min_replicas", "minReplicas", "min-replicas"] {
        let fixed = Some("    min_containers: 2\n");
        check_field(&format!("    {word}: 2\n"), "rename it to `min_containers`", fixed);
    }
    let fixed = Some("    liveness_probe_path: /live\n");
    check_field("    livenessProbe: /live\n", "rename it to `liveness_probe_path`", fixed);
    check_field("    livenessProbe: {a: b}\n", "rename it to `liveness_probe_path`", None);
}

#[test]
fn a_fixed_number_of_replicas_stays_fixed() {
    let help = "write `min_containers: 4` and `max_containers: 4`";
    let fixed = Some("    min_containers: 4\n    max_containers: 4\n");
    check_field("    replicas: 4\n", help, fixed);
    let fixed = Some("    max_containers: 9\n    min_containers: 4\n");
    check_field("    max_containers: 9\n    count: 4\n", "rename it to `min_containers`", fixed);
    check_field("    scale: {min: 1}\n", "use `min_containers` and `max_containers`", None);
    let flow = "  - {type: k8s-service, replicas: 4, image: AUTO, port: {http: 80}}\n";
    let (_, _, fixed) = only(&format!("{HEAD}{flow}"));
    assert_eq!(fixed, flow.replace("replicas: 4", "min_containers: 4, max_containers: 4"));
}

#[test]
fn cpu_and_memory_move_into_resource_request() {
    let help = "write it as `resource_request: {cpu: 250}`";
    check_field("    cpu: 250\n", help, Some("    resource_request: {cpu: 250}\n"));
    let help = "move it into `resource_request`";
    check_field(
        "    resource_request: {cpu: 250}\n    memory: 512\n",
        help,
        Some("    resource_request: {cpu: 250, memory: 512}\n"),
    );
    check_field("    resource_request:\n      cpu: 250\n    mem: 512 # much\n", help, None);
    check_field("    memory: 512\n    resource_request:\n      cpu: 250 # little\n", help, None);
    check_field(
        "    resource_request:\n      cpu: 250\n    mem: 512\n",
        help,
        Some("    resource_request:\n      cpu: 250\n      memory: 512\n"),
    );
}

#[test]
fn words_without_a_field_say_what_to_do() {
    let commands = "write the program as `commands: [/entrypoint.sh]`, and its arguments as `args: \
                    [--mode, serve]`";
    check_field("    command: run\n", commands, None);
    let storage = "write the volumes as `persistent_storage: [{path: /data, size: 10}]`, with \
                   sizes in gibibytes";
    check_field("    volumes: [a]\n", storage, None);
    let overlay = "remove it, and add the setting in a Kustomize overlay on the output of \
                   `optakit render -o kustomize`";
    check_field("    sidecars: [a]\n", overlay, None);
    let links = "name the databases, buckets and queues that the service uses in `links`";
    check_field("    depends_on: [db]\n", links, None);
    let found = diagnostics("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n");
    let help = found[0].help.as_deref().unwrap_or_default();
    assert!(help.contains("`optakit init` creates one"), "{help}");
}

#[test]
fn a_secret_with_a_value_does_not_show_the_value() {
    let secret = format!("{HEAD}{SERVICE}    secrets:\n      - TOKEN: hunter2\n");
    let (message, help, fixed) = only(&secret);
    assert_eq!(message, "secret `TOKEN` has a value, expected only its name");
    assert_eq!(help, "write `- TOKEN`, and store the value with `optakit secret set TOKEN`");
    assert_eq!(fixed, format!("unsafe: {SERVICE}    secrets:\n      - TOKEN\n"));
}

#[test]
fn permissions_as_a_text_become_a_list() {
    let bucket = "  - {type: s3, name: media, bucket_name: files}\n";
    for (text, list) in [("rw", "[read, write]"), ("ro", "[read]"), ("read,write", "[read, write]")]
    {
        let links =
            |permissions| format!("{SERVICE}    links:\n      - media: {permissions}\n{bucket}");
        let (_, help, fixed) = only(&format!("{HEAD}{}", links(text)));
        let database = "a link to a database has only a name";
        assert_eq!(help, format!("write the permissions as a list: `{list}`; {database}"));
        assert_eq!(fixed, links(list));
    }
}

#[test]
fn assignments_of_compose_become_maps() {
    let service = SERVICE.replace("      LOG: info\n", "      - LOG=a=\"b\"\n");
    let (_, help, fixed) = only(&format!("{HEAD}{service}"));
    let map = r#"{name: LOG, value: "a=\"b\""}"#;
    assert_eq!(help, format!("write it as `{map}`"));
    assert_eq!(fixed, SERVICE.replace("LOG: info", &format!("- {map}")));
}

/// Checks that the first fix of the first diagnostic of a rule removes it, and returns its result.
fn check_fix(text: &str, rule: &str, title: &str) -> String {
    let found = diagnostics(text);
    let of_rule = |found: &[Diagnostic]| found.iter().filter(|found| found.rule == rule).count();
    let diagnostic = found.iter().find(|diagnostic| diagnostic.rule == rule);
    let diagnostic = diagnostic.unwrap_or_else(|| panic!("{rule} in\n{text}\n{found:#?}"));
    let fix = diagnostic.fixes.last().unwrap_or_else(|| panic!("no fix in\n{text}"));
    assert_eq!((fix.title.as_str(), fix.safe), (title, false), "{text}");
    let fixed = apply(text, fix);
    let after = diagnostics(&fixed);
    assert_eq!(of_rule(&after), of_rule(&found) - 1, "after the fix\n{fixed}\n{after:#?}");
    assert!(after.iter().all(|found| found.rule != "yaml-syntax"), "after the fix\n{fixed}");
    fixed
}

#[test]
fn a_missing_field_can_be_added_in_every_layout() {
    let add = |module: &str| {
        let fixed = check_fix(&format!("{HEAD}{module}"), "missing-field", "add `image: AUTO`");
        fixed.strip_prefix(HEAD).unwrap_or_default().to_owned()
    };
    for (module, fixed) in [
        (
            "  - type: k8s-service\n    port: {http: 80}\n",
            "  - type: k8s-service\n    image: AUTO\n    port: {http: 80}\n",
        ),
        (
            "- type: k8s-service\r\n  name: api\r\n  port: {http: 80}\r\n",
            "- type: k8s-service\r\n  image: AUTO\r\n  name: api\r\n  port: {http: 80}\r\n",
        ),
        (
            "  - {type: k8s-service, port: {http: 80}}\n",
            "  - {image: AUTO, type: k8s-service, port: {http: 80}}\n",
        ),
        (
            "  -\n    type: k8s-service # a service\n    # its port\n    port: {http: 80}\n",
            "  -\n    type: k8s-service # a service\n    # its port\n    image: AUTO\n    \
             port: {http: 80}\n",
        ),
    ] {
        assert_eq!(add(module), fixed);
    }
    let text = "modules: [] # none\norg_name: acme\nproviders: {aws: {region: us-east-1, \
                account_id: 123456789012}}\n";
    let fixed = check_fix(text, "missing-field", "add `name: shop`");
    assert!(fixed.starts_with("modules: [] # none\nname: shop\norg_name"), "{fixed}");
    let title = "add `modules: [{type: k8s-service, image: AUTO, port: {http: 8080}}]`";
    let fixed = check_fix("name: shop # short", "missing-field", title);
    assert!(fixed.starts_with("name: shop # short\nmodules: [{type"), "{fixed}");
}

#[test]
fn an_environment_can_be_added_in_every_layout() {
    let add = |text: &str| check_fix(text, "no-environment", "add environment `staging`");
    let block = "environments:\n  - name: staging\n    path: env.yml\n";
    assert_eq!(add("name: shop\nmodules: []\n"), format!("name: shop\n{block}modules: []\n"));
    assert_eq!(
        add("name: shop\nenvironments: []\nmodules: []\n"),
        "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules: []\n"
    );
    assert_eq!(
        add("{name: shop, modules: []}"),
        "{environments: [{name: staging, path: env.yml}], name: shop, modules: []}"
    );
    assert_eq!(
        add("  name: shop\n  modules: []\n"),
        format!(
            "  name: shop\n  {}  modules: []\n",
            block.replace("\n", "\n  ").trim_end_matches(' ')
        )
    );
}

#[test]
fn the_module_of_a_link_can_be_added() {
    let add = |link: &str, title: &str| {
        let text = format!("{HEAD}{SERVICE}    links: [{link}]\n");
        let fixed = check_fix(&text, "invalid-link", title);
        fixed.strip_prefix(&text).unwrap_or_default().to_owned()
    };
    let text = add("db", "add module `db` of type postgres");
    assert_eq!(text, "  - type: postgres\n    name: db\n");
    let text = add("my-redis", "add module `my-redis` of type redis");
    assert_eq!(text, "  - type: redis\n    name: my-redis\n");
    let text = add("{files: [read]}", "add module `files` of type s3");
    assert_eq!(text, "  - type: s3\n    name: files\n    bucket_name: acme-media\n");
    let flow = HEAD.replace("modules:\n", "modules: ");
    let text =
        format!("{flow}[{{type: k8s-service, image: AUTO, port: {{http: 80}}, links: [db]}}]\n");
    let fixed = check_fix(&text, "invalid-link", "add module `db` of type postgres");
    assert!(fixed.ends_with("links: [db]}, {type: postgres, name: db}]\n"), "{fixed}");
}

#[test]
fn a_template_can_be_inserted_into_an_empty_file() {
    for text in ["", "\n", "# later", "---\n"] {
        let fixed = check_fix(text, "wrong-type", "insert a template");
        assert_eq!(diagnostics(&fixed), [], "{fixed}");
    }
}

/// Returns the message, the help and the environment file after the fix, for the only diagnostic of
/// an environment file.
fn in_environment(text: &str) -> (String, String, String) {
    let service = "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules: []\n";
    let mut request =
        Request { service: ServiceFile::parse("opta.yml", service), ..Request::default() };
    request.environment_files.insert("env.yml".to_owned(), Ok(text.into()));
    let found = api::check(&request).diagnostics;
    let [diagnostic] = found.as_slice() else { panic!("one diagnostic in\n{text}\n{found:#?}") };
    let fixed = diagnostic.fixes.first().map(|fix| apply(text, fix)).unwrap_or_default();
    (diagnostic.message.clone(), diagnostic.help.clone().unwrap_or_default(), fixed)
}

#[test]
fn fields_beside_aws_move_below_it() {
    let right = "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n    \
                 account_id: 123456789012\n";
    let is = |from: &str, to: &str, message: &str, fixed: bool| {
        let (found, help, after) = in_environment(&right.replace(from, to));
        assert_eq!(found, message);
        assert_eq!(help, "indent `region` and `account_id` below `aws`");
        assert_eq!(after, if fixed { right } else { "" });
    };
    let both = "  aws:\n    region: us-east-1\n    account_id: 123456789012\n";
    let beside = "  region: us-east-1\n  account_id: 123456789012\n";
    is(
        both,
        &format!("  aws:\n{beside}"),
        "`aws` is empty, but `region` and `account_id` are beside it",
        true,
    );
    is(
        both,
        &format!("  aws: {{}}\n{beside}"),
        "`region` and `account_id` are beside `aws`, expected below it",
        true,
    );
    is(both, beside, "`region` and `account_id` are in `providers`, expected below `aws`", true);
    is("    account_id", "  account_id", "`account_id` is beside `aws`, expected below it", true);
    is(
        both,
        "  aws: {region: us-east-1}\n  account_id: 123456789012\n",
        "`account_id` is beside `aws`, expected below it",
        false,
    );
}

#[test]
fn misspelled_keys_of_an_environment_file_are_reported() {
    let right = "name: staging\norg_name: acme\nproviders:\n  aws: {region: us-east-1, \
                 account_id: 123456789012}\nmodules: []\n";
    for (key, wrong, message, help) in [
        (
            "providers",
            "provider",
            "unknown key `provider` in an environment file",
            "did you mean `providers`?",
        ),
        (
            "org_name",
            "org_nam",
            "unknown key `org_nam` in an environment file",
            "did you mean `org_name`?",
        ),
        (
            "modules",
            "module",
            "unknown key `module` in an environment file",
            "did you mean `modules`?",
        ),
        ("aws", "AWS", "unknown cloud `AWS` in `providers`", "did you mean `aws`?"),
        (
            "aws",
            "digitalocean",
            "unknown cloud `digitalocean` in `providers`",
            "use one of `aws`, `google`, `azurerm`, `local` and `helm`",
        ),
    ] {
        let (found, found_help, fixed) = in_environment(&right.replacen(key, wrong, 1));
        assert_eq!((&*found, &*found_help), (message, help));
        assert_eq!(fixed, if wrong == "digitalocean" { "" } else { right });
    }
}

#[test]
fn an_environment_file_with_another_name_is_reported() {
    let text = "name: production\norg_name: acme\nproviders:\n  aws: {region: us-east-1, \
                account_id: 123456789012}\n";
    let (message, help, _) = in_environment(text);
    assert_eq!(
        message,
        "the environment `staging` has the name `production` in its environment file, which \
         decides the cluster"
    );
    assert!(help.starts_with("check `name: production` in the environment file"), "{help}");
}

#[test]
fn a_module_with_its_name_or_type_as_a_key_gets_fields() {
    let service = "type: k8s-service\n    image: AUTO\n    port: {http: 80}\n";
    for (written, message, fixed) in [
        (
            format!("  - api:\n    {service}"),
            "the module has its name `api` as a key",
            format!("  - name: api\n    {service}"),
        ),
        (
            "  - k8s-service:\n      name: api\n      image: AUTO\n      ports: []\n".to_owned(),
            "the module has its type `k8s-service` as a key",
            "  - type: k8s-service\n    name: api\n    image: AUTO\n    ports: []\n".to_owned(),
        ),
        (
            "  - postgres: {name: db}\n".to_owned(),
            "the module has its type `postgres` as a key",
            "  - {type: postgres, name: db}\n".to_owned(),
        ),
        (
            "  - base: {}\n".to_owned(),
            "the module has its type `base` as a key",
            "  - {type: base}\n".to_owned(),
        ),
        (
            "  - base:\n".to_owned(),
            "the module has its type `base` as a key",
            "  - type: base\n".to_owned(),
        ),
    ] {
        let (found, _, after) = only(&format!("{HEAD}{written}"));
        assert_eq!((&*found, after), (message, fixed));
    }
}

#[test]
fn curly_quotes_are_reported_wherever_a_value_stands() {
    for (written, fixed) in [
        ("    args: [“-v”, ‘-x’]\n", "    args: [\"-v\", \"-x\"]\n"),
        ("    env_vars: {A: “x y”}\n", "    env_vars: {A: \"x y\"}\n"),
        ("    env_vars:\n      A: “a: b” # c\n", "    env_vars:\n      A: \"a: b\" # c\n"),
    ] {
        let text =
            format!("{HEAD}{}{written}", SERVICE.split("    env_vars").next().expect("a text"));
        let found = diagnostics(&text);
        assert!(found.iter().all(|one| one.message.contains("curly quotes")), "{found:#?}");
        let mut after = text.clone();
        for diagnostic in found.iter().rev() {
            after = apply(&after, &diagnostic.fixes[0]);
        }
        assert_eq!(after, text.replace(written, fixed));
    }
    let text = format!("{HEAD}{SERVICE}      TITLE: the “best” shop\n");
    assert_eq!(diagnostics(&text), []);
}

#[test]
fn no_message_names_a_setting_of_the_yaml_library() {
    let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
    for text in
        ["a: b: c\n", &deep, "a: &x [*x]\n", "<<: 3\n", "a: !!int x\n", "%YAML 3.0\n---\na: 1\n"]
    {
        for found in diagnostics(text) {
            let all = format!("{} {:?}", found.message, found.help);
            assert!(!all.contains("::") && !all.contains("_inline_"), "{all}");
        }
    }
}

#[test]
fn modules_by_name_become_a_list() {
    let head = HEAD.replace("modules:\n", "");
    let fields = "type: k8s-service\n    image: AUTO\n    ports: []\n";
    let text = format!("{head}modules:\n  api:\n    {fields}  web:\n    {fields}");
    let (message, help, fixed) = only(&text);
    assert_eq!(message, "`modules` is a map, expected a list of modules");
    assert_eq!(help, "start each module with `- name:`");
    assert_eq!(fixed, format!("  - name: api\n    {fields}  - name: web\n    {fields}"));
    let two = format!("{HEAD}  - api: {{type: postgres}}\n    web: {{type: redis}}\n");
    let (message, help, _) = only(&two);
    assert_eq!(message, "an item of `modules` contains 2 modules, expected one");
    assert_eq!(help, "start each module with `- name:`");
}

#[test]
fn the_early_name_of_environments_is_one_diagnostic() {
    let text = "name: shop\nenvs: [{name: staging, path: env.yml}]\nmodules: []\n";
    let (message, help, fixed) = only(text);
    assert_eq!(message, "unknown key `envs` in a service file");
    assert_eq!(help, "rename it to `environments`");
    assert_eq!(fixed, text.replace("envs", "environments"));
}

#[test]
fn an_unknown_type_gets_no_type_of_another_cloud() {
    let (_, help, _) = only(&format!("{HEAD}  - {{type: azure-storage-account, name: a}}\n"));
    assert_eq!(help, "use `k8s-service` for a service, or another module type of Opta");
}
