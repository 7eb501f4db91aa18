//! Tests of completion and hover. `$0` marks the offset.

use optakit_core::api::{self, Choices, Request, ServiceFile, SourceText};

const ENVIRONMENT: &str = "name: staging\norg_name: acme\nproviders:\n  \
    aws: {region: us-east-1, account_id: 123456789012}\n\
                           modules:\n  - type: base\n  - {type: dns, domain: staging.acme.io}\n";

/// A service file up to the first fields of a service.
const HEAD: &str = "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n    \
    variables: {size: 2}\nmodules:\n  \
                    - {type: postgres, name: db}\n  \
                    - {type: s3, name: media, bucket_name: files}\n  - type: k8s-service\n    \
                    name: api\n";

fn request(text: &str) -> Request {
    let secret = "parent: {zone_id: Z1, admin_password: hunter2}\n";
    Request {
        service: ServiceFile::parse("opta.yml", text),
        environment_files: [("env.yml".to_owned(), Ok(ENVIRONMENT.to_owned()))].into(),
        values: Some(SourceText { name: "values.yml".to_owned(), text: secret.to_owned() }),
        choices: Choices::default(),
        ..Request::default()
    }
}

fn marked(text: &str) -> (String, usize) {
    let at = text.find("$0").expect("the text contains $0");
    (text.replacen("$0", "", 1), text[..at].encode_utf16().count())
}

fn completions(text: &str) -> api::Completions {
    let (text, offset) = marked(text);
    api::complete(&request(&text), "opta.yml", offset)
        .unwrap_or_else(|| panic!("nothing to complete in\n{text}"))
}

/// Returns the labels of the completions after the first fields of the service.
fn labels(fields: &str) -> Vec<String> {
    completions(&format!("{HEAD}{fields}")).items.into_iter().map(|item| item.label).collect()
}

/// Returns the service file after a completion is accepted.
fn accept(text: &str, label: &str) -> String {
    let (plain, _) = marked(text);
    let found = completions(text);
    let item = found
        .items
        .iter()
        .find(|item| item.label == label)
        .unwrap_or_else(|| panic!("{label} among {:#?}", found.items));
    let units: Vec<u16> = plain.encode_utf16().collect();
    let part = |units: &[u16]| String::from_utf16(units).expect("whole characters");
    format!(
        "{}{}{}",
        part(&units[..found.utf16_start]),
        item.insert,
        part(&units[found.utf16_end..])
    )
}

fn hover(text: &str) -> Option<String> {
    let (text, offset) = marked(text);
    api::hover(&request(&text), "opta.yml", offset).map(|hover| hover.markdown)
}

#[test]
fn missing_keys_are_completed_with_their_type() {
    let found = completions(&format!("{HEAD}    im$0"));
    let image =
        found.items.iter().find(|item| item.label == "image").expect("the completion exists");
    assert_eq!(
        (image.kind, image.detail.as_str(), image.insert.as_str()),
        ("field", "required", "image: ")
    );
    assert!(image.documentation.contains("ECR repository"), "{}", image.documentation);
    assert!(
        found.items.iter().all(|item| item.label != "type" && item.label != "name"),
        "those are there"
    );
    let containers = found
        .items
        .iter()
        .find(|item| item.label == "max_containers")
        .expect("the completion exists");
    assert_eq!(containers.detail, "default 3, containers");
    assert_eq!(labels("    resource_request:\n      $0"), ["cpu", "memory"]);
    assert_eq!(labels("    resource_request: {cpu: 100, $0}"), ["memory"]);
    assert_eq!(labels("    port: {$0"), ["http", "tcp", "grpc", "websocket"]);
    assert_eq!(labels("    port:\n      h$0"), ["http", "tcp", "grpc", "websocket"]);
    assert_eq!(labels("    env_vars:\n      - $0"), ["name", "value"]);
}

#[test]
fn values_of_a_field_are_completed() {
    assert_eq!(labels("    sticky_session: $0"), ["true", "false"]);
    assert_eq!(labels("    image: $0"), ["AUTO"]);
    assert_eq!(labels("    min_containers: $0"), ["1", "2"]);
    assert!(labels("  - type: k8$0").contains(&"k8s-service".to_owned()));
    let found = completions("name: shop\nenvironments:\n  - name: staging\n    path: $0\n");
    assert_eq!(found.items.iter().map(|item| item.label.as_str()).collect::<Vec<_>>(), ["env.yml"]);
}

#[test]
fn links_are_completed_with_modules_and_permissions() {
    assert_eq!(labels("    links:\n      - $0"), ["db", "media"]);
    assert_eq!(labels("    links: [db, $0"), ["db", "media"]);
    assert_eq!(labels("    links:\n      - media: [$0"), ["read", "write"]);
    assert_eq!(
        labels("    links:\n      - db: [{db_user: DBUSER, $0"),
        ["db_name", "db_password", "db_host"]
    );
}

#[test]
fn references_show_their_value_but_no_secret() {
    let found = completions(&format!("{HEAD}    public_uri: \"api.{{parent.$0"));
    let domain = found
        .items
        .iter()
        .find(|item| item.label == "parent.domain")
        .expect("the completion exists");
    assert_eq!(
        (domain.detail.as_str(), domain.insert.as_str()),
        ("staging.acme.io", "parent.domain}")
    );
    assert!(found.items.iter().any(|item| item.label == "vars.size" && item.detail == "2"));
    assert!(found.items.iter().any(|item| item.label == "parent.zone_id" && item.detail == "Z1"));
    assert!(!format!("{found:?}").contains("hunter2"));
    let module = labels("    env_vars:\n      URL: \"${{module.$0}}\"");
    assert_eq!(
        module,
        ["module.db.db_user", "module.db.db_name", "module.db.db_password", "module.db.db_host"]
    );
}

#[test]
fn completed_files_are_valid() {
    let before = format!("{HEAD}    public_uri: \"api.{{par$0}}/v1\"\n");
    assert!(
        accept(&before, "parent.domain").ends_with("    public_uri: \"api.{parent.domain}/v1\"\n")
    );
    let before = "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  - $0\n";
    let after = accept(before, "k8s-service module");
    let analysis = api::check(&request(&after));
    assert!(analysis.diagnostics.is_empty(), "{after}\n{:#?}", analysis.diagnostics);
    let after = accept(before, "s3 module");
    assert!(api::check(&request(&after)).diagnostics.is_empty(), "{after}");
    let wide = accept("name: shop # Größe 🦀\nenv$0", "environments");
    assert_eq!(wide, "name: shop # Größe 🦀\nenvironments: ");
}

#[test]
fn fields_values_links_and_references_have_documentation() {
    let said = |fields: &str| hover(&format!("{HEAD}{fields}")).unwrap_or_default();
    let port = said("    po$0rt: {http: 80}\n");
    assert!(
        port.starts_with("**port**")
            && port.contains("containerPort")
            && port.contains("https://kubernetes.io/"),
        "{port}"
    );
    assert!(said("    min_containers: $02\n").contains("Default: `1`"));
    assert!(said("    links: [d$0b]\n").contains("db_user, db_name, db_password, db_host"));
    assert!(said("    links:\n      - media: [re$0ad]\n").contains("permissions read, write"));
    assert_eq!(
        said("    env_vars: {P: \"${{module.db.db_pass$0word}}\"}\n"),
        "`${{module.db.db_password}}` is a secret. The manifest refers to a variable from the \
         Secret `secret`, and Kubernetes adds the value."
    );
    assert_eq!(
        said("    public_uri: \"api.{parent.dom$0ain}/v1\"\n"),
        "`{parent.domain}` is `staging.acme.io`"
    );
    assert!(said("    public_uri: \"api.{parent.vp$0c_id}/v1\"\n").contains("is not known yet"));
    assert!(said("    public_uri: \"api.{parent.domian$0}/v1\"\n").contains("did you mean"));
    assert_eq!(hover("# nothing $0here\nname: shop\n"), None);
}

#[test]
fn broken_texts_have_completions() {
    let fields = "    image: \"AUTO\n    port: {http: [\n    mi$0";
    assert!(labels(fields).contains(&"min_containers".to_owned()));
    assert!(
        labels("    port: {http: 8080}\n    links:\n      - me$0\n    broken: 'x\n")
            .contains(&"media".to_owned())
    );
}

#[test]
fn environment_files_have_their_own_fields() {
    let (text, offset) = marked(&ENVIRONMENT.replace("org_name", "$0org_name"));
    let mut request = request(&format!("{HEAD}    image: AUTO\n"));
    request
        .environment_files
        .insert("env.yml".to_owned(), Ok(text.replace("org_name: acme\n", "\n")));
    let found = api::complete(&request, "env.yml", offset).expect("the file has completions");
    assert_eq!(
        found.items.iter().map(|item| item.label.as_str()).collect::<Vec<_>>(),
        ["org_name"]
    );
}

#[test]
fn no_offset_of_a_broken_text_panics() {
    let text =
        format!("{HEAD}    env_vars: {{A: \"${{{{module.db.x}}}}\", 'B: [\n\t- {{: \"🦀{{parent\n");
    for offset in 0..=text.encode_utf16().count() + 2 {
        let request = request(&text);
        let _ = api::complete(&request, "opta.yml", offset);
        let _ = api::hover(&request, "opta.yml", offset);
    }
}

#[test]
fn words_of_other_tools_complete_to_the_field() {
    let text = format!("{HEAD}    repl$0\n");
    assert_eq!(accept(&text, "replicas"), format!("{HEAD}    min_containers: \n"));
    assert!(!labels("    $0\n").contains(&"replicas".to_owned()));
    assert!(!labels("    min_containers: 1\n    repl$0\n").contains(&"replicas".to_owned()));
    assert!(labels("    resource_request:\n      m$0\n").contains(&"mem".to_owned()));
}
