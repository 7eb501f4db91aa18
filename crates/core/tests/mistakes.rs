//! Mistakes of users who know other tools, and wrong indentation: the message and the fix.

use optakit_core::api::{self, Diagnostic, Fix, Request, ServiceFile};

const HEAD: &str = "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: \
                    123456789012}}\nmodules:\n";
const SERVICE: &str = "  - type: k8s-service\n    name: api\n    image: AUTO\n    port:\n      \
                       http: 8000\n    env_vars:\n      LOG: info\n";

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let service = ServiceFile::parse("opta.yml", text);
    api::check(&Request { service, ..Request::default() }).diagnostics
}

fn apply(text: &str, fix: &Fix) -> String {
    let mut fixed = text.to_owned();
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.byte_start));
    for edit in edits {
        fixed.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
    }
    fixed
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
    let overlay = "remove it and add its effect in an overlay on `optakit render -o kustomize`";
    check_field("    volumes: [a]\n", overlay, None);
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
        assert_eq!(help, format!("write the permissions as a list: `{list}`"));
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
