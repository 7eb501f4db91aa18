//! Tests of `optakit validate`.

use serde_json::Value;

use crate::program::{ENVIRONMENT, SERVICE, folder, run, run_with_input};

#[test]
fn a_valid_file_has_no_problems() {
    let outcome = run(&folder(SERVICE), &["validate"]);
    assert_eq!(
        (outcome.code, outcome.out.as_str(), outcome.err.as_str()),
        (0, "", "1 file checked: no problems\n")
    );
}

#[test]
fn errors_are_shown_with_their_source_line() {
    let outcome = run(
        &folder(&format!("{SERVICE}    min_container: 5\n    min_containers: 7\n")),
        &["validate"],
    );
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.out,
        "error[unknown-field]: unknown key `min_container` in a `k8s-service`
 --> opta.yml:9:5
  |
9 |     min_container: 5
  |     ^^^^^^^^^^^^^
  |
  = help: did you mean `min_containers`?

error[min-above-max]: `min_containers` is 7, but `max_containers` is 3 (default)
  --> opta.yml:10:21
   |
10 |     min_containers: 7
   |                     ^
   |
   = help: add `max_containers: 7`, or lower `min_containers`

"
    );
    assert_eq!(outcome.err, "1 file checked: 2 errors\n");
}

#[test]
fn many_files_are_reported_in_order() {
    let folder = folder(SERVICE);
    for index in 0..200 {
        let path = folder.path().join(format!("many/{index:03}/opta.yml"));
        std::fs::create_dir_all(path.parent().expect("it exists"))
            .expect("the folder can be created");
        let text = SERVICE
            .replace("../env", "../../env")
            .replace("name: shop", &format!("name: shop-{index}"))
            .replace("8000", if index % 50 == 7 { "0" } else { "8000" });
        std::fs::write(path, text).expect("the file can be written");
    }
    let outcome = run(&folder, &["validate", "../many", "--format", "json"]);
    let found: Value = serde_json::from_str(&outcome.out).expect("it is JSON");
    let files: Vec<&str> =
        found.as_array().expect("a list").iter().filter_map(|row| row["file"].as_str()).collect();
    assert_eq!(
        files,
        [
            "../many/007/opta.yml",
            "../many/057/opta.yml",
            "../many/107/opta.yml",
            "../many/157/opta.yml"
        ]
    );
}

#[test]
fn an_invalid_value_shows_the_variable_it_comes_from() {
    let text = SERVICE
        .replace("path: ../env/staging.yml}", "path: ../env/staging.yml, vars: {most: many}}");
    let outcome =
        run(&folder(&format!("{text}    max_containers: \"{{vars.most}}\"\n")), &["validate"]);
    assert!(
        outcome.out.contains("`max_containers` is the text `many`, expected a whole number"),
        "{}",
        outcome.out
    );
    assert!(outcome.out.contains("---- the value is set here"), "{}", outcome.out);
}

#[test]
fn a_missing_environment_file_is_reported_at_its_path() {
    let outcome = run(&folder(&SERVICE.replace("staging.yml", "missing.yml")), &["validate"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.out.starts_with(
            "error[environment-file-unreadable]: cannot read environment file \
             `../env/missing.yml`: No such file or directory"
        ),
        "{}",
        outcome.out
    );
    assert!(outcome.out.contains(" --> opta.yml:3:27\n"), "{}", outcome.out);
}

#[test]
fn environment_files_are_named_relative_to_the_working_directory() {
    let folder = folder(SERVICE);
    let broken = ENVIRONMENT.replace("123456789012", "twelve");
    std::fs::write(folder.path().join("env/staging.yml"), broken).expect("the file can be written");
    let outcome = run(&folder, &["validate"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.out,
        "error[wrong-type]: `account_id` is the text `twelve`, expected an AWS account ID
 --> ../env/staging.yml:6:17
  |
6 |     account_id: twelve
  |                 ^^^^^^
  |
  = help: write the 12 digits of the account ID

"
    );
    let path = folder.path().join("service/opta.yml").display().to_string();
    let outcome = run(&folder, &["validate", "--format", "github", &path]);
    let environment = folder.path().join("env/staging.yml").display().to_string();
    assert!(
        outcome.out.starts_with(&format!("::error file={environment},line=6")),
        "{}",
        outcome.out
    );
}

#[test]
fn validate_checks_all_environments_and_render_needs_one() {
    let two = SERVICE.replace(
        "staging.yml}\n",
        "staging.yml, vars: {most: 2}}\n  - {name: production, path: ../env/production.yml, \
         vars: {most: many}}\n",
    );
    let folder = folder(&format!("{two}    max_containers: \"{{vars.most}}\"\n"));
    let outcome = run(&folder, &["validate"]);
    assert_eq!(
        (outcome.code, outcome.err.as_str()),
        (1, "1 file checked: 1 error\nstaging: no problems; production: 1 error\n")
    );
    assert_eq!(run(&folder, &["validate", "--env", "staging"]).code, 0);
    let outcome = run(&folder, &["render"]);
    assert_eq!(outcome.code, 4);
    assert_eq!(
        outcome.err,
        "error: the file has several environments, choose one of `staging` and `production` with \
         `--env`\n"
    );
    let outcome = run(&folder, &["render", "--env", "staging", "--image-tag", "1"]);
    assert!(outcome.out.contains("maxReplicas: 2\n"), "{}", outcome.err);
}

#[test]
fn standard_input_and_folders_are_read() {
    let folder = folder(SERVICE);
    let outcome =
        run_with_input(&folder, &["validate", "-"], &SERVICE.replace("AUTO", "Bad Image"));
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains(" --> <stdin>:7:12\n"), "{}", outcome.out);
    let outcome = run(&folder, &["validate", ".."]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, "1 file checked: no problems\n"));
    let outcome = run(&folder, &["validate", "../env"]);
    assert_eq!(
        (outcome.code, outcome.err.as_str()),
        (4, "error: no opta.yml found below ../env\n")
    );
}
