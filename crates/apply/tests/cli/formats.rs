//! Tests of `--output`: JSON, YAML, SARIF and GitHub annotations.

use optakit_core::rule::rule_url;
use serde_json::{Value, json};

use crate::program::{SERVICE, folder, run};

#[test]
fn json_has_the_documented_fields() {
    let outcome = run(
        &folder(&format!("{SERVICE}    env_vars: {{A: true}}\n")),
        &["validate", "--format", "json"],
    );
    assert_eq!(outcome.code, 1);
    let found: Value = serde_json::from_str(&outcome.out).expect("it is JSON");
    let expected = json!([{
        "file": "opta.yml", "line": 9, "column": 19, "end_line": 9, "end_column": 23,
        "severity": "error", "rule": "unquoted-value", "docs": rule_url("unquoted-value"), "path": "modules[0].env_vars.A",
        "message": "`A` is the boolean `true`, expected text",
        "help": "put the value in quotes",
        "fixes": [{"title": "change to `\"true\"`", "safe": true, "edits": [
            {"line": 9, "column": 19, "end_line": 9, "end_column": 23, "text": "\"true\""}
        ]}],
        "environments": ["staging"],
    }]);
    assert_eq!(found, expected);
    assert_eq!(outcome.err, "", "only JSON is printed");
}

#[test]
fn sarif_and_github_report_the_same_diagnostics() {
    let folder = folder(&format!("{SERVICE}    env_vars: {{A: true}}\n    min_containers: 7\n"));
    let outcome = run(&folder, &["validate", "-o", "sarif"]);
    assert_eq!(outcome.code, 1);
    let log: Value = serde_json::from_str(&outcome.out).expect("it is JSON");
    assert_eq!(log["version"], "2.1.0");
    assert_valid_sarif(&log);
    let first = &log["runs"][0];
    assert_eq!(
        first["tool"]["driver"]["rules"],
        json!([
            {"id": "min-above-max", "helpUri": rule_url("min-above-max")},
            {"id": "unquoted-value", "helpUri": rule_url("unquoted-value")},
        ])
    );
    let result = &first["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"unquoted-value".into(), &"error".into()));
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "opta.yml");
    assert_eq!(
        location["region"],
        json!({"startLine": 9, "startColumn": 19, "endLine": 9, "endColumn": 23})
    );
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        "\"true\""
    );
    let outcome = run(&folder, &["validate", "--output", "github"]);
    assert_eq!(
        outcome.out.lines().next(),
        Some(
            "::error file=opta.yml,line=9,col=19,endLine=9,endColumn=23,title=unquoted-value::`A` is the boolean `true`, \
             expected text%0Aput the value in quotes"
        )
    );
    assert_eq!((outcome.out.lines().count(), outcome.err.as_str()), (2, ""));
}

/// Checks a log against the official schema (OASIS, SARIF 2.1.0).
fn assert_valid_sarif(log: &Value) {
    let mut schema: Value =
        serde_json::from_str(include_str!("../fixtures/sarif-schema-2.1.0.json"))
            .expect("it is JSON");
    // The pattern of `language` contains a lone `]`, which is not a valid regular expression.
    for definition in ["run", "toolComponent"] {
        schema["definitions"][definition]["properties"]["language"]
            .as_object_mut()
            .expect("it is an object")
            .remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<String> = validator
        .iter_errors(log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn sarif_is_valid_without_diagnostics_and_with_unusual_ones() {
    let none = run(&folder(SERVICE), &["validate", "--format", "sarif"]);
    assert_valid_sarif(&serde_json::from_str(&none.out).expect("it is JSON"));
    let odd = SERVICE.replace("name: shop", "name: \"Größe 漢\"\nname: x\n  broken: [")
        + "    vars: {}\n";
    let odd = run(&folder(&odd), &["validate", "--format", "sarif"]);
    let log = serde_json::from_str(&odd.out).expect("it is JSON");
    assert_eq!(odd.code, 1, "{log:#}");
    assert_valid_sarif(&log);
}

#[test]
fn bundle_rejects_the_name_of_a_format_as_its_file() {
    let folder = folder(SERVICE);
    for format in ["json", "yaml", "text", "wide", "name", "sarif", "github", "kustomize"] {
        let outcome = run(&folder, &["bundle", "-o", format]);
        assert_eq!(outcome.code, 64, "{format}");
        let message = format!("error: `{format}` is a format, but `--output` of `optakit bundle`");
        assert!(outcome.err.starts_with(&message), "{}", outcome.err);
        assert!(outcome.err.contains("\n  help: print it with `-o -`, or"), "{}", outcome.err);
        assert!(!folder.path().join("service").join(format).exists());
    }
    assert_eq!(run(&folder, &["bundle", "-o", "./json"]).code, 0);
    assert!(folder.path().join("service/json").exists());
}

#[test]
fn documents_are_printed_as_yaml() {
    let folder = folder(SERVICE);
    for command in [&["permissions"][..], &["permissions", "--aws"], &["schema", "bundle"]] {
        let json = run(&folder, command);
        let yaml = run(&folder, &[command, &["-o", "yaml"]].concat());
        assert_eq!((json.code, yaml.code), (0, 0), "{command:?}: {}", yaml.err);
        let json: Value = serde_json::from_str(&json.out).expect("it is JSON");
        let yaml = optakit_core::syntax::documents(&yaml.out).expect("it is YAML");
        assert_eq!(yaml, [json], "{command:?}");
    }
}

#[test]
fn a_problem_in_a_long_line_is_shown_with_its_part_of_the_line() {
    let modules = |index| {
        format!("{{type: k8s-service, name: m{index}, image: \"é\", port: {{http: 80}}, prot: 1}}")
    };
    let modules: Vec<String> = (0..100).map(modules).collect();
    let text = format!(
        "{{name: shop, environments: [{{name: staging, path: ../env/staging.yml}}], modules: [{}]}}",
        modules.join(", ")
    );
    let column = |at: &str| {
        let offset = text.find(at).expect("the text contains it") + at.len();
        text[..offset].chars().count() - "prot".len() + 1
    };
    let place =
        format!("--> opta.yml:1:{}\n", column("name: m77, image: \"é\", port: {http: 80}, prot"));
    let outcome = run(&folder(&text), &["validate"]);
    assert_eq!(outcome.code, 1);
    let (_, after) = outcome.out.split_once(&place).expect("the place is shown");
    let part: String = after.chars().take(900).collect();
    assert!(part.contains("prot: 1") && part.contains("^^^^"), "{part}");
}
