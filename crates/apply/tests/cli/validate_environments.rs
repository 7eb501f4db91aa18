//! Tests of what `optakit validate` says about environments, and which folders it searches.

use serde_json::{Value, json};

use crate::program::{ENVIRONMENT, SERVICE, folder, run};

/// A file whose `max_containers` is wrong only in production.
fn two_environments() -> tempfile::TempDir {
    let two = SERVICE.replace(
        "staging.yml}\n",
        "staging.yml, vars: {most: 2}}\n  - {name: production, path: ../env/production.yml, \
         vars: {most: many}}\n",
    );
    let folder = folder(&format!("{two}    max_containers: \"{{vars.most}}\"\n    prot: 1\n"));
    let production = ENVIRONMENT.replace("staging", "production");
    std::fs::write(folder.path().join("env/production.yml"), production).expect("it is written");
    folder
}

#[test]
fn a_problem_of_one_environment_names_it() {
    let folder = two_environments();
    let outcome = run(&folder, &["validate"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.out.matches("only in the environment `production`").count(), 1);
    assert_eq!(outcome.out.matches("unknown key `prot`").count(), 1, "{}", outcome.out);
    assert_eq!(outcome.err, "1 file checked: 2 errors\nstaging: 1 error; production: 2 errors\n");
}

#[test]
fn other_formats_list_the_environments_of_a_problem() {
    let folder = two_environments();
    let outcome = run(&folder, &["validate", "-o", "json"]);
    let found: Value = serde_json::from_str(&outcome.out).expect("it is JSON");
    let environments = |rule: &str| {
        let rows = found.as_array().expect("it is a list");
        let row = rows.iter().find(|row| row["rule"] == rule).expect("the rule is reported");
        row["environments"].clone()
    };
    assert_eq!(environments("unknown-field"), json!(["staging", "production"]));
    assert_eq!(environments("wrong-type"), json!(["production"]));
    let outcome = run(&folder, &["validate", "-o", "sarif"]);
    let log: Value = serde_json::from_str(&outcome.out).expect("it is JSON");
    let results = log["runs"][0]["results"].as_array().expect("it is a list");
    let of = |rule: &str| {
        let result = results.iter().find(|result| result["ruleId"] == rule);
        result.expect("the rule is reported")["properties"]["environments"].clone()
    };
    assert_eq!(of("wrong-type"), json!(["production"]));
    let outcome = run(&folder, &["validate", "-o", "github"]);
    assert!(outcome.out.contains("%0Aonly in the environment `production`"), "{}", outcome.out);
}

#[test]
fn an_environment_without_problems_is_named() {
    let folder = two_environments();
    let path = folder.path().join("service/opta.yml");
    let text = std::fs::read_to_string(&path).expect("it is read").replace("    prot: 1\n", "");
    std::fs::write(&path, text).expect("it is written");
    let outcome = run(&folder, &["validate"]);
    assert!(
        outcome.err.ends_with("staging: no problems; production: 1 error\n"),
        "{}",
        outcome.err
    );
}

#[test]
fn folders_of_others_are_searched_only_if_they_are_named() {
    let folder = folder(SERVICE);
    for path in [
        "node_modules/a",
        "vendor/b",
        "target",
        "deep/third_party",
        "x/node_modules/c",
        "apps/shop",
    ] {
        let path = folder.path().join("service").join(path);
        std::fs::create_dir_all(&path).expect("the folder is created");
        std::fs::write(path.join("opta.yaml"), SERVICE.replace("../env", "/nowhere"))
            .expect("the file is written");
    }
    let files = |path: &str| {
        let outcome = run(&folder, &["validate", path, "-o", "json"]);
        let found: Value = serde_json::from_str(&outcome.out).expect("it is JSON");
        let rows = found.as_array().expect("it is a list").iter();
        rows.map(|row| row["file"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(files("."), ["./apps/shop/opta.yaml"]);
    assert_eq!(files("node_modules"), ["node_modules/a/opta.yaml"]);
    assert_eq!(files("vendor/b/opta.yaml"), ["vendor/b/opta.yaml"]);
    // An ignored folder is read if it is named.
    std::fs::write(folder.path().join("service/.gitignore"), "apps/*\n").expect("it is written");
    assert_eq!(files("apps"), ["apps/shop/opta.yaml"]);
}

#[test]
fn warnings_fail_only_with_strict() {
    let folder = folder(&format!("{SERVICE}    env_vars: {{A: a}}\n    secrets: [A]\n"));
    let outcome = run(&folder, &["validate"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, "1 file checked: 1 warning\n"));
    let outcome = run(&folder, &["validate", "--strict"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (1, "1 file checked: 1 warning\n"));
}
