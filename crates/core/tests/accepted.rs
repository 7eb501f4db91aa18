//! Unusual files that have one meaning, and limits of large files.

use optakit_core::api::{Analysis, Choices, NoBundle, Request, ServiceFile, analyze};

const ENVIRONMENT: &str = "\
name: staging
org_name: acme
providers: {aws: {region: us-east-1, account_id: 123456789012}}
modules:
  - {type: base}
  - {type: dns, domain: staging.acme.io}
";

fn check(service: &str, environment: &str) -> Analysis {
    let request = Request {
        service: ServiceFile::parse("opta.yml", service),
        environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
        choices: Choices::default(),
        ..Request::default()
    };
    analyze(&request, false)
}

/// Returns a service file with these lines below a service, and variables.
fn service(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n    \
         variables: {{port: 8080, sticky: true, size: 2}}\nmodules:\n  \
         - {{type: postgres, name: my-db}}\n  - type: k8s-service\n    name: api\n{lines}"
    )
}

fn rules(analysis: &Analysis) -> Vec<&str> {
    analysis.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect()
}

#[test]
fn values_with_one_meaning_are_accepted() {
    let service = service(
        "image: |\n  nginx:1.29\nport: {http: \"{vars.port}\"}\nmin_containers: 2.0\n\
         max_containers: \"10 \"\nsticky_session: \"{vars.sticky}\"\n\
         public_uri: |\n  api.acme.io/v1\nlinks: [my-db]",
    );
    let analysis = check(&format!("x-defaults: &a {{}}\n{service}---\n"), ENVIRONMENT);
    assert_eq!(rules(&analysis), [""; 0]);
    let yaml = analysis.yaml().unwrap_or_default();
    for expected in
        ["image: nginx:1.29\n", "containerPort: 8080", "maxReplicas: 10", "my_db_db_user"]
    {
        assert!(yaml.contains(expected), "{expected}\n{yaml}");
    }
}

#[test]
fn ports_in_quotes_and_ipv6_registries_are_accepted() {
    let analysis =
        check(&service("image: \"[::1]:5000/app:1\"\nport: {http: \"80\"}"), ENVIRONMENT);
    assert_eq!(rules(&analysis), [""; 0]);
}

#[test]
fn each_variable_is_rendered_once() {
    let service = service(
        "image: nginx:1\nport: {http: 80}\nenv_vars: {A: x, my_db_db_host: y}\n\
         links: [my-db]\nsecrets: [A]",
    );
    let analysis = check(&service, ENVIRONMENT);
    assert_eq!(rules(&analysis), ["shadowed-env-var", "shadowed-env-var"]);
    let yaml = analysis.yaml().unwrap_or_default();
    assert_eq!(yaml.matches("- name: A\n").count(), 1);
    assert_eq!(yaml.matches("- name: my_db_db_host\n").count(), 1);
}

#[test]
fn paths_are_literal_patterns() {
    let service = service("image: nginx:1\nport: {http: 80}\npublic_uri: a.io/v1.0+x/");
    let yaml = check(&service, ENVIRONMENT).yaml().unwrap_or_default();
    assert!(yaml.contains(r"path: /v1\.0\+x(/|$)(.*)"), "{yaml}");
}

#[test]
fn two_services_cannot_have_the_same_address() {
    let first = service("image: nginx:1\nport: {http: 80}\npublic_uri: a.io/x");
    let second =
        "  - {type: k8s-service, name: b, image: a, port: {http: 1}, public_uri: a.io/x/}\n";
    assert_eq!(rules(&check(&format!("{first}{second}"), ENVIRONMENT)), ["duplicate-public-uri"]);
}

#[test]
fn outputs_are_checked_by_name() {
    let with = |output: &str| {
        service(&format!(
            "image: nginx:1\nport: {{http: 80}}\nenv_vars: {{A: \"${{{{module.my-db.{output}}}}}\"}}"
        ))
    };
    assert_eq!(rules(&check(&with("db_host"), ENVIRONMENT)), [""; 0]);
    let analysis = check(&with("port"), ENVIRONMENT);
    assert_eq!(rules(&analysis), ["unknown-reference"]);
    let help = analysis.diagnostics[0].help.clone().unwrap_or_default();
    assert!(help.contains("`db_user`, `db_password`, `db_host`"), "{help}");
}

#[test]
fn a_domain_can_come_from_a_certificate() {
    let environment = ENVIRONMENT.replace("{type: dns,", "{type: external-ssl-cert,");
    let service = service("image: nginx:1\nport: {http: 80}\npublic_uri: \"api.{parent.domain}\"");
    let yaml = check(&service, &environment).yaml().unwrap_or_default();
    assert!(yaml.contains("host: api.staging.acme.io"), "{yaml}");
}

#[test]
fn expanded_texts_have_a_budget() {
    let large = "x".repeat(64 * 1024);
    let reference = "{vars.port}".repeat(300);
    let service = service(&format!(
        "image: nginx:1\nport: {{http: 80}}\nenv_vars: {{A: \"{reference}\", B: \"{reference}\"}}"
    ));
    let analysis = check(&service.replace("port: 8080", &format!("port: {large}")), ENVIRONMENT);
    let over: Vec<&str> =
        analysis.diagnostics.iter().map(|diagnostic| &*diagnostic.message).collect();
    assert!(
        over.contains(&"the values of all references up to this one have more than 16 MiB"),
        "{over:?}"
    );
}

#[test]
fn aliases_have_a_budget_of_bytes() {
    let large = "x".repeat(1024 * 1024);
    let aliases: String = (0..20).map(|number| format!("  V{number}: *large\n")).collect();
    let service = service(&format!("image: nginx:1\nport: {{http: 80}}\nenv_vars:\n{aliases}"));
    let analysis = check(&format!("x-large: &large {large}\n{service}"), ENVIRONMENT);
    let over: Vec<&str> =
        analysis.diagnostics.iter().map(|diagnostic| &*diagnostic.message).collect();
    assert!(over.contains(&"the aliases up to this one add more than 16 MiB of text"), "{over:?}");
}

#[test]
fn requests_and_limits_of_memory_are_whole_bytes() {
    let memory = |fields: &str| {
        let lines = format!("image: nginx:1.29\nport: {{http: 80}}\n{fields}");
        let yaml = check(&service(&lines), ENVIRONMENT).yaml().unwrap_or_default();
        let found = yaml.lines().filter_map(|line| line.trim().strip_prefix("memory: "));
        found.map(|value| value.trim_matches('\'').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(memory("resource_request: {memory: 0.3}"), ["314573", "629146"]);
    let limit = "resource_request: {memory: 0.3}\nresource_limits: {memory: 0.7}";
    assert_eq!(memory(limit), ["314573", "734004"]);
}

#[test]
fn file_without_providers_is_for_an_existing_cluster() {
    let text = "name: hello\norg_name: acme\nmodules:\n  - type: k8s-service\n    name: api\n    \
                image: nginx:1.29\n    port: {http: 80}\n    public_uri: /hello\n";
    let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
    let analysis = analyze(&request, false);
    assert_eq!(rules(&analysis), [""; 0]);
    let bundle = optakit_core::api::bundle(&request).expect("the file has no errors");
    assert_eq!(bundle.target.provider.as_deref(), Some("helm"));
    bundle.check_layer().expect("the objects are those of the sources");
    let auto = text.replace("nginx:1.29", "AUTO");
    assert_eq!(rules(&check(&auto, "")), ["needs-aws"]);
}

#[test]
fn link_to_a_bucket_of_google_cloud_has_no_effect() {
    let service = "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
                   - {type: gcp-gcs, name: media, bucket_name: acme}\n  \
                   - {type: k8s-service, image: nginx, port: {http: 80}, links: [{media: [write]}]}\n";
    let environment = "name: staging\norg_name: acme\nproviders:\n  \
                       google: {region: us-central1, project: acme}\n";
    assert_eq!(rules(&check(service, environment)), ["environment-of-another-cloud"]);
}

#[test]
fn bundle_that_is_too_large_is_not_built_completely() {
    let modules: String = (0..1500)
        .map(|number| {
            format!("  - {{type: k8s-service, name: s{number}, image: a, port: {{http: 80}}}}\n")
        })
        .collect();
    let text = format!(
        "name: shop\norg_name: acme\nproviders: {{aws: {{region: us-east-1, \
         account_id: 123456789012}}}}\nmodules:\n{modules}"
    );
    let of = |text: &str| {
        let service = ServiceFile::parse("opta.yml", text);
        optakit_core::api::bundle(&Request { service, ..Request::default() })
    };
    let Err(NoBundle::TooLarge(error)) = of(&text) else { panic!("the bundle is too large") };
    let error = error.to_string();
    assert!(error.ends_with("expected at most 8388608"), "{error}");
    let half = text.split("name: s20,").next().expect("the text has parts");
    let half = half.rsplit_once('\n').expect("it has lines").0;
    assert!(of(half).is_ok());
}

#[test]
fn numbers_in_quotes_are_accepted_in_lists_of_maps() {
    let lines = "image: nginx\nports:\n  - {name: web, type: http, port: \"80\"}\n  \
                 - {name: pg, type: tcp, port: 5432.0, service_port: \"{vars.port}\"}\n\
                 persistent_storage: [{path: /data, size: \"10\"}]";
    let analysis = check(&service(lines), ENVIRONMENT);
    assert_eq!(rules(&analysis), [""; 0]);
    let yaml = analysis.yaml().unwrap_or_default();
    for expected in ["containerPort: 80\n", "containerPort: 5432\n", "port: 8080\n", "10Gi"] {
        assert!(yaml.contains(expected), "{expected}\n{yaml}");
    }
}

#[test]
fn literal_braces_after_a_dollar_are_accepted() {
    let lines = "image: nginx\nport: {http: 80}\nenv_vars: {A: \"${{HOME}}/x\", \
                 B: \"${{db.host:-local}}\"}";
    let analysis = check(&service(lines), ENVIRONMENT);
    assert_eq!(rules(&analysis), [""; 0]);
    let yaml = analysis.yaml().unwrap_or_default();
    assert!(yaml.contains("value: ${HOME}/x\n") && yaml.contains("${db.host:-local}"), "{yaml}");
}

#[test]
fn volume_can_be_in_config_if_it_has_no_certificates() {
    let lines = "image: nginx\nport: {http: 80}\npersistent_storage: [{path: /config/x, size: 1}]";
    assert_eq!(rules(&check(&service(lines), ENVIRONMENT)), [""; 0]);
    let linked = format!("{lines}\nlinks: [my-db]");
    assert_eq!(rules(&check(&service(&linked), ENVIRONMENT)), ["invalid-mount-path"]);
    let proc = lines.replace("/config/x", "/proc/1");
    assert_eq!(rules(&check(&service(&proc), ENVIRONMENT)), ["invalid-mount-path"]);
}

#[test]
fn closing_bracket_after_a_quoted_value_with_a_comment_is_accepted() {
    for value in
        ["\"a #b\" # c", "'it' # c", "\"a\"", "a # it's", "a\t# c", "it's # c", "\"a\\\\\" # c"]
    {
        let lines = format!(
            "image: nginx\nport: {{http: 80}}\nenv_vars: {{\n  A: {value}\n}}\nmin_containers: 2"
        );
        assert_eq!(
            rules(&check(&service(&lines), ENVIRONMENT)),
            ["bracket-not-indented"],
            "{value}"
        );
    }
}

#[test]
fn number_with_underscores_in_a_variable_needs_quotes() {
    let with = |value: &str| {
        let lines = format!("image: nginx\nport: {{http: 80}}\nenv_vars: {{A: {value}}}");
        check(&service(&lines), ENVIRONMENT)
    };
    for value in ["1_000", "-1_0", "1_0.5"] {
        let analysis = with(value);
        assert_eq!(rules(&analysis), ["unquoted-value"], "{value}");
        let message = format!("Opta and kubectl read `A: {value}` as a number");
        assert_eq!(analysis.diagnostics[0].message, message);
    }
    for value in ["\"1_000\"", "'1_000'", "_1", "v1_000", "1_a", "1-0"] {
        assert_eq!(rules(&with(value)), [""; 0], "{value}");
    }
}
