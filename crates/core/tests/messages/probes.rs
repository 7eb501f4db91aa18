//! Paths and commands of probes.

use super::{AWS, check, fixed, only, service};

/// Returns message, help and the fixed value of a path.
fn path(field: &str, written: &str, rule: &str) -> (String, String, Option<String>) {
    let text = service("", &format!("{field}: {written}"));
    let analysis = check(&text, AWS, None);
    let found = only(&analysis, rule);
    let fixed = fixed(&text, found).map(|text| {
        text.rsplit_once(&format!("{field}: ")).map_or("", |(_, value)| value).trim().to_owned()
    });
    (found.message.clone(), found.help.clone().unwrap_or_default(), fixed)
}

#[test]
fn a_path_starts_with_a_slash() {
    for field in ["healthcheck_path", "liveness_probe_path", "readiness_probe_path"] {
        let (message, _, fixed) = path(field, "health", "path-without-slash");
        assert_eq!(message, format!("`{field}` is `health`, expected a path that starts with `/`"));
        assert_eq!(fixed.as_deref(), Some("/health"));
    }
    let (_, _, fixed) = path("healthcheck_path", "a-b_c.d/e", "path-without-slash");
    assert_eq!(fixed.as_deref(), Some("/a-b_c.d/e"), "it needs no quotes");
    let (_, _, fixed) = path("healthcheck_path", "\"health: x\"", "path-without-slash");
    assert_eq!(fixed.as_deref(), Some("\"/health: x\""));
}

#[test]
fn a_url_is_not_a_path() {
    let expected = "`healthcheck_path` is the URL `http://a:80/health`, expected a path";
    let (message, help, fixed) = path("healthcheck_path", "http://a:80/health", "url-as-path");
    assert_eq!((&*message, &*help), (expected, "write `/health`"));
    assert_eq!(fixed.as_deref(), Some("/health"));
    let (_, help, fixed) = path("healthcheck_path", "http://a", "url-as-path");
    assert_eq!((&*help, fixed.as_deref()), ("write `/`", Some("/")));
    // A path can contain a URL.
    let text = service("", "healthcheck_path: \"/check?url=http://a\"");
    let found = check(&text, AWS, None).diagnostics;
    assert!(found.iter().all(|found| found.rule != "url-as-path"), "{found:#?}");
}

#[test]
fn a_path_from_a_variable_has_no_fix() {
    for (value, rule) in [("health", "path-without-slash"), ("http://a/b", "url-as-path")] {
        let text = service("", "healthcheck_path: \"{vars.path}\"")
            .replace("path: env.yml", &format!("path: env.yml, variables: {{path: \"{value}\"}}"));
        let analysis = check(&text, AWS, None);
        assert_eq!(only(&analysis, rule).fixes, [], "{value}");
    }
}

#[test]
fn an_empty_path_is_no_probe() {
    let found = check(&service("", "healthcheck_path: \"\""), AWS, None).diagnostics;
    assert!(found.iter().all(|found| found.rule != "path-without-slash"), "{found:#?}");
}

#[test]
fn each_probe_has_a_path_or_a_command() {
    for probe in ["healthcheck", "liveness_probe", "readiness_probe"] {
        let both = format!("{probe}_path: /health\n{probe}_command: [check]");
        let analysis = check(&service("", &both), AWS, None);
        let found = only(&analysis, "path-and-command");
        assert_eq!(found.message, format!("`{probe}_path` and `{probe}_command` are both set"));
        assert_eq!(found.path, format!("modules[0].{probe}_command"));
        assert!(found.label.as_ref().is_some_and(|label| label.message == "the path"));
    }
    let text = service("", "liveness_probe_path: /health\nreadiness_probe_command: [check]");
    let found = check(&text, AWS, None).diagnostics;
    assert!(found.iter().all(|found| found.rule != "path-and-command"), "{found:#?}");
}

#[test]
fn a_grpc_port_has_no_path() {
    let text = service("", "liveness_probe_path: /health").replace("http: 80", "grpc: 80");
    let analysis = check(&text, AWS, None);
    let found = only(&analysis, "probe-without-effect");
    assert_eq!(found.message, "`liveness_probe_path` has no effect on a `grpc` port");
    assert_eq!(found.path, "modules[0].liveness_probe_path");
}
