//! The binary as a person and a script see it: output to the letter, exit codes, files.

use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const ENVIRONMENT: &str = "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n    account_id: 123456789012\n\
                           modules:\n  - {type: dns, domain: staging.acme.io}\n";

const SERVICE: &str = "name: shop\nenvironments:\n  - {name: staging, path: ../env/staging.yml}\nmodules:\n  - type: k8s-service\n    \
                       name: api\n    image: AUTO\n    port: {http: 8000}\n";

/// A folder `service/` with an environment file in another folder.
fn folder(service: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in [
        ("service/opta.yml", service),
        ("env/staging.yml", ENVIRONMENT),
        ("env/production.yml", ENVIRONMENT),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has one"))
            .expect("the folder can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    folder
}

struct Outcome {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &TempDir, arguments: &[&str]) -> Outcome {
    run_with(folder, arguments, "")
}

fn run_with(folder: &TempDir, arguments: &[&str], input: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_optakit"))
        .current_dir(folder.path().join("service"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    Outcome {
        code: output.status.code().expect("it exits"),
        out: String::from_utf8(output.stdout).expect("it prints UTF-8"),
        err: String::from_utf8(output.stderr).expect("it prints UTF-8"),
    }
}

#[test]
fn a_good_file_says_so() {
    let outcome = run(&folder(SERVICE), &["validate"]);
    assert_eq!(
        (outcome.code, outcome.out.as_str(), outcome.err.as_str()),
        (0, "", "1 file checked: no problems\n")
    );
}

#[test]
fn faults_are_shown_with_their_line() {
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
fn json_has_the_documented_shape() {
    let outcome = run(
        &folder(&format!("{SERVICE}    env_vars: {{A: true}}\n")),
        &["validate", "--format", "json"],
    );
    assert_eq!(outcome.code, 1);
    let found: serde_json::Value = serde_json::from_str(&outcome.out).expect("it is JSON");
    let expected = serde_json::json!([{
        "file": "opta.yml", "line": 9, "column": 19, "end_line": 9, "end_column": 23,
        "severity": "error", "rule": "unquoted-value", "path": "modules[0].env_vars.A",
        "message": "`A` is the boolean `true`, expected text",
        "help": "put the value in quotes",
        "fixes": [{"title": "change to `\"true\"`", "safe": true, "edits": [
            {"line": 9, "column": 19, "end_line": 9, "end_column": 23, "text": "\"true\""}
        ]}],
    }]);
    assert_eq!(found, expected);
    assert_eq!(outcome.err, "", "nothing beside the JSON");
}

#[test]
fn sarif_and_github_have_the_same_findings() {
    let folder = folder(&format!("{SERVICE}    env_vars: {{A: true}}\n    min_containers: 7\n"));
    let outcome = run(&folder, &["validate", "--format", "sarif"]);
    assert_eq!(outcome.code, 1);
    let log: serde_json::Value = serde_json::from_str(&outcome.out).expect("it is JSON");
    assert_eq!(log["version"], "2.1.0");
    valid_sarif(&log);
    let run_of = &log["runs"][0];
    assert_eq!(
        run_of["tool"]["driver"]["rules"],
        serde_json::json!([{"id": "min-above-max"}, {"id": "unquoted-value"}])
    );
    let result = &run_of["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"unquoted-value".into(), &"error".into()));
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "opta.yml");
    assert_eq!(
        location["region"],
        serde_json::json!({"startLine": 9, "startColumn": 19, "endLine": 9, "endColumn": 23})
    );
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        "\"true\""
    );
    let outcome = run(&folder, &["validate", "--format", "github"]);
    assert_eq!(
        outcome.out.lines().next(),
        Some(
            "::error file=opta.yml,line=9,col=19,endLine=9,endColumn=23,title=unquoted-value::`A` is the boolean `true`, \
             expected text%0Aput the value in quotes"
        )
    );
    assert_eq!((outcome.out.lines().count(), outcome.err.as_str()), (2, ""));
}

/// Checks a log against the schema of the standard (OASIS, SARIF 2.1.0), which stands beside the
/// tests.
fn valid_sarif(log: &serde_json::Value) {
    let mut schema: serde_json::Value =
        serde_json::from_str(include_str!("fixtures/sarif-schema-2.1.0.json")).expect("it is JSON");
    // The standard's pattern of a language holds a lone `]`, which is no regular expression by
    // today's rules.
    for holder in ["run", "toolComponent"] {
        schema["definitions"][holder]["properties"]["language"]
            .as_object_mut()
            .expect("it has one")
            .remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let faults: Vec<String> = validator
        .iter_errors(log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn sarif_of_no_and_of_odd_findings_is_valid_too() {
    let none = run(&folder(SERVICE), &["validate", "--format", "sarif"]);
    valid_sarif(&serde_json::from_str(&none.out).expect("it is JSON"));
    let odd = SERVICE.replace("name: shop", "name: \"Größe 漢\"\nname: x\n  broken: [")
        + "    vars: {}\n";
    let odd = run(&folder(&odd), &["validate", "--format", "sarif"]);
    let log = serde_json::from_str(&odd.out).expect("it is JSON");
    assert_eq!(odd.code, 1, "{log:#}");
    valid_sarif(&log);
}

#[test]
fn a_base_of_kustomize_is_a_folder_with_every_object_and_its_images() {
    let folder = folder(SERVICE);
    let nowhere = run(&folder, &["render", "--image-tag", "1.4.2", "-o", "kustomize"]);
    assert_eq!((nowhere.code, nowhere.out.as_str()), (2, ""));
    assert_eq!(
        nowhere.err,
        "error: a Kustomize base has several files\n  help: pass a folder with `--output-dir DIR`\n"
    );
    let outcome = run(
        &folder,
        &["render", "--image-tag", "1.4.2", "-o", "kustomize", "--output-dir", "deploy/base"],
    );
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
    assert_eq!(
        outcome.out,
        "deploy/base/00-namespace-shop.yaml
deploy/base/01-serviceaccount-api.yaml
deploy/base/04-service-api.yaml
deploy/base/05-deployment-shop-api-k8s-service.yaml
deploy/base/06-horizontalpodautoscaler-shop-api-k8s-service.yaml
deploy/base/kustomization.yaml
"
    );
    let base = folder.path().join("service/deploy/base");
    assert_eq!(
        std::fs::read_to_string(base.join("kustomization.yaml")).expect("it is there"),
        "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - 00-namespace-shop.yaml
  - 01-serviceaccount-api.yaml
  - 04-service-api.yaml
  - 05-deployment-shop-api-k8s-service.yaml
  - 06-horizontalpodautoscaler-shop-api-k8s-service.yaml
images:
  - name: 123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api
    newTag: '1.4.2'
"
    );
    let stream = run(&folder, &["render", "--image-tag", "1.4.2"]).out;
    let files = outcome.out.lines().filter(|line| !line.ends_with("kustomization.yaml"));
    let read = |line: &str| {
        std::fs::read_to_string(folder.path().join("service").join(line)).expect("it is there")
    };
    assert_eq!(
        files.map(read).collect::<Vec<_>>().join("---\n"),
        stream,
        "the files are the stream"
    );
}

#[test]
fn files_that_a_run_did_not_write_are_told_of() {
    let folder = folder(SERVICE);
    run(&folder, &["render", "--output-dir", "out"]);
    let again = run(&folder, &["render", "--output-dir", "out", "-o", "json", "--image-tag", "1"]);
    assert_eq!(again.code, 0);
    assert_eq!(
        again.err,
        "out also contains 00-namespace-shop.yaml, 01-serviceaccount-api.yaml, 04-service-api.yaml, which this run did not write\n"
    );
    let file = folder.path().join("service/out/05-deployment-shop-api-k8s-service.json");
    let object: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).expect("there")).expect("it is JSON");
    assert_eq!(object["kind"], "Deployment");
}

#[test]
fn a_target_that_is_not_known_is_refused_with_those_that_are() {
    let folder = folder(SERVICE);
    let old = run(&folder, &["render", "--kubernetes", "1.24"]);
    assert_eq!(old.code, 2);
    assert_eq!(
        old.err,
        "error: unknown Kubernetes version `1.24`, expected one of `1.36`, `1.35`, `1.34` and `1.33`\n"
    );
    let newest = run(&folder, &["render"]).out;
    for version in ["1.33", "v1.34", "1.36"] {
        assert_eq!(run(&folder, &["render", "--kubernetes", version]).out, newest, "{version}");
    }
}

#[test]
fn manual_pages_are_those_of_the_commands() {
    let folder = folder(SERVICE);
    let page = run(&folder, &["man"]);
    assert!(
        page.code == 0
            && page.out.contains(".TH optakit 1")
            && page.out.contains("optakit\\-apply(1)"),
        "{}",
        page.out
    );
    let page = run(&folder, &["man", "render"]);
    assert!(
        page.out.contains(".TH optakit-render 1") && page.out.contains("\\-\\-image\\-tag"),
        "{}",
        page.out
    );
    assert_eq!(
        run(&folder, &["man", "rendr"]).err,
        "error: unknown command `rendr`\n  help: list them with `optakit help`\n"
    );
}

#[test]
fn many_files_are_checked_in_order() {
    let folder = folder(SERVICE);
    for index in 0..200 {
        let path = folder.path().join(format!("many/{index:03}/opta.yml"));
        std::fs::create_dir_all(path.parent().expect("it has one"))
            .expect("the folder can be made");
        let text = SERVICE
            .replace("../env", "../../env")
            .replace("8000", if index % 50 == 7 { "0" } else { "8000" });
        std::fs::write(path, text).expect("it can be written");
    }
    let outcome = run(&folder, &["validate", "../many", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&outcome.out).expect("it is JSON");
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
fn a_variable_is_shown_beside_the_value_it_spoils() {
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
fn what_cannot_run_exits_with_2() {
    let folder = folder(SERVICE);
    for (arguments, said) in [
        (
            &["validate", "missing.yml"][..],
            "error: cannot read missing.yml: No such file or directory (os error 2)\n",
        ),
        (
            &["validate", "--env", "nowhere"],
            "error: opta.yml: there is no environment `nowhere`, choose one of `staging` with `--env`\n",
        ),
        (
            &["render", "--env", "nowhere"],
            "error: there is no environment `nowhere`, choose one of `staging` with `--env`\n",
        ),
        (
            &["render", "--profile", "odd"],
            "error: invalid value 'odd' for '--profile <PROFILE>'\n  [possible values: default, opta-2021]",
        ),
        (
            &["render", "--exposure", "odd"],
            "error: invalid value 'odd' for '--exposure <EXPOSURE>'\n  [possible values: nginx, gateway, alb]",
        ),
        (
            &["render", "--exposure", "gateway", "--gateway", "x"],
            "error: `x` is not a valid Gateway, expected namespace and name like `infra/public`\n",
        ),
        (
            &["render", "--hardening", "odd"],
            "error: invalid value 'odd' for '--hardening <LEVEL>'\n  [possible values: baseline, restricted]",
        ),
        (
            &["render", "--profile", "opta-2021", "--hardening", "restricted"],
            "error: hardening `restricted` changes pods, but profile `opta-2021` keeps them as Opta rendered them\n",
        ),
        (&["render", "--image-tag", "a b"], "error: `a b` is not a valid image tag\n"),
        (
            &["bundle", "inspect", "opta.yml"],
            "error: the file is no bundle: expected ident at line 1 column 2\n",
        ),
        (&["bundle", "-o", "no/such/folder/x.json"], "error: cannot write no/such/folder/x.json: "),
    ] {
        let outcome = run(&folder, arguments);
        assert_eq!(outcome.code, 2, "{arguments:?}");
        assert!(
            outcome.err.ends_with(said) || outcome.err.contains(said.trim_end()),
            "{arguments:?}: {}",
            outcome.err
        );
        assert_eq!(outcome.out, "", "{arguments:?}");
    }
}

#[test]
fn an_environment_file_that_is_not_there_is_a_fault_of_the_path() {
    let outcome = run(&folder(&SERVICE.replace("staging.yml", "missing.yml")), &["validate"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.out.starts_with(
            "error[environment-file-unreadable]: cannot read environment file `../env/missing.yml`: No such file or directory"
        ),
        "{}",
        outcome.out
    );
    assert!(outcome.out.contains(" --> opta.yml:3:27\n"), "{}", outcome.out);
}

#[test]
fn faults_of_an_environment_file_name_it_as_seen_from_here() {
    let folder = folder(SERVICE);
    let broken = ENVIRONMENT.replace("123456789012", "twelve");
    std::fs::write(folder.path().join("env/staging.yml"), broken).expect("it can be written");
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
fn a_file_that_is_not_utf_8_names_the_line() {
    let folder = folder(SERVICE);
    std::fs::write(folder.path().join("service/opta.yml"), b"name: shop\nmodules: \xff\n")
        .expect("it can be written");
    let outcome = run(&folder, &["validate"]);
    assert_eq!(
        (outcome.code, outcome.err.as_str()),
        (2, "error: opta.yml is not UTF-8: line 2 contains the byte 0xff\n")
    );
}

#[test]
fn manifests_go_to_standard_output_and_the_rest_elsewhere() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &["render"]);
    assert_eq!(outcome.code, 0);
    assert!(
        outcome.out.starts_with("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"),
        "{}",
        outcome.out
    );
    assert!(!outcome.out.contains("kind: Deployment"));
    assert!(outcome.err.contains("no image given: Deployment"), "{}", outcome.err);
    let outcome = run(&folder, &["render", "--quiet", "--image-tag", "1.2"]);
    assert!(
        outcome
            .out
            .contains("image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api:1.2\n"),
        "{}",
        outcome.out
    );
    assert_eq!(outcome.err, "");
    let list = run(&folder, &["render", "--quiet", "-o", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list.out).expect("it is JSON");
    assert_eq!((&list["kind"], list["items"].as_array().map(Vec::len)), (&"List".into(), Some(3)));
}

#[test]
fn a_file_with_errors_renders_nothing() {
    let outcome = run(&folder(&SERVICE.replace("8000", "99999")), &["render"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""));
    assert!(
        outcome.err.starts_with("error[out-of-range]: `http` is 99999, expected a number from 1 to 65535\n"),
        "{}",
        outcome.err
    );
}

#[test]
fn values_that_only_the_environment_knows_are_asked_for() {
    let folder = folder(&format!(
        "{SERVICE}    env_vars: {{DB: \"${{{{module.db.db_host}}}}\"}}\n  - {{type: postgres, name: db}}\n"
    ));
    let outcome = run(&folder, &["render", "--image-tag", "1"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (2, ""));
    assert_eq!(
        outcome.err,
        "error: missing values: module.db.db_host\n  help: add them to a values file, and pass it with `--values`\n"
    );
    std::fs::write(
        folder.path().join("values.json"),
        r#"{"modules": {"db": {"db_host": "db.acme.io"}}}"#,
    )
    .expect("it can be written");
    let outcome = run(&folder, &["render", "--image-tag", "1", "--values", "../values.json"]);
    assert!(outcome.out.contains("value: db.acme.io\n"), "{}", outcome.err);
}

#[test]
fn what_a_values_file_holds_is_never_shown() {
    let folder = folder(&format!(
        "{SERVICE}    public_uri: \"${{{{module.db.db_password}}}} /x\"\n  - {{type: postgres, name: db}}\n"
    ));
    let write = |text: &str| {
        std::fs::write(folder.path().join("values.yml"), text).expect("it can be written")
    };
    for values in [
        "modules:\n  db: {db_password: hunter2hunter2}\n",
        "modules:\n  db: hunter2hunter2\n",
        "modules: hunter2hunter2\n",
        "hunter2hunter2\n",
        "modules:\n  db: {db_password: \"hunter2hunter2}\n",
        "modules:\n  db:\n    db_password: *hunter2hunter2\n",
        "modules:\n  db:\n    db_password: @hunter2hunter2\n",
    ] {
        write(values);
        for command in [
            &["render", "--values", "../values.yml"][..],
            &["validate", "--values", "../values.yml"],
            &["validate", "--values", "../values.yml", "--format", "json"],
            &["bundle", "--values", "../values.yml", "-o", "-"],
        ] {
            let outcome = run(&folder, command);
            assert!(
                !outcome.out.contains("hunter2") && !outcome.err.contains("hunter2"),
                "{values}{}{}",
                outcome.out,
                outcome.err
            );
            assert_ne!(outcome.code, 0, "{values}");
        }
    }
}

#[test]
fn several_environments_are_all_checked_and_one_is_rendered_by_name() {
    let two = SERVICE.replace(
        "staging.yml}\n",
        "staging.yml, vars: {most: 2}}\n  - {name: production, path: ../env/production.yml, vars: {most: many}}\n",
    );
    let folder = folder(&format!("{two}    max_containers: \"{{vars.most}}\"\n"));
    let outcome = run(&folder, &["validate"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (1, "1 file checked: 1 error\n"));
    assert_eq!(run(&folder, &["validate", "--env", "staging"]).code, 0);
    let outcome = run(&folder, &["render"]);
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.err,
        "error: the file has several environments, choose one of `staging` and `production` with `--env`\n"
    );
    let outcome = run(&folder, &["render", "--env", "staging", "--image-tag", "1"]);
    assert!(outcome.out.contains("maxReplicas: 2\n"), "{}", outcome.err);
}

#[test]
fn standard_input_and_folders_are_read() {
    let folder = folder(SERVICE);
    let outcome = run_with(&folder, &["validate", "-"], &SERVICE.replace("AUTO", "Bad Image"));
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains(" --> <stdin>:7:12\n"), "{}", outcome.out);
    let outcome = run(&folder, &["validate", ".."]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, "1 file checked: no problems\n"));
    let outcome = run(&folder, &["validate", "../env"]);
    assert_eq!(
        (outcome.code, outcome.err.as_str()),
        (2, "error: no opta.yml found below ../env\n")
    );
}

#[test]
fn bundles_are_written_inspected_and_verified() {
    let folder = folder(&format!("{SERVICE}    secrets: [STRIPE_KEY]\n"));
    let outcome = run(&folder, &["bundle"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.err.starts_with("wrote shop-staging.bundle.json (sha256:"), "{}", outcome.err);
    let path = folder.path().join("service/shop-staging.bundle.json");
    let text = std::fs::read_to_string(&path).expect("it was written");
    assert_eq!(run(&folder, &["bundle", "-o", "-"]).out, text, "the same bytes each time");
    let inspected = run(&folder, &["bundle", "inspect", "shop-staging.bundle.json"]).out;
    assert!(
        inspected.contains("cluster      opta-staging\n")
            && inspected.contains("  manual-secrets: STRIPE_KEY\n"),
        "{inspected}"
    );
    assert_eq!(run(&folder, &["bundle", "verify", "shop-staging.bundle.json"]).code, 0);
    std::fs::write(&path, text.replace("\"containerPort\": 8000", "\"containerPort\": 8001"))
        .expect("it can be written");
    let outcome = run(&folder, &["bundle", "verify", "shop-staging.bundle.json"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("Deployment shop-api-k8s-service"), "{}", outcome.err);
    assert!(
        outcome
            .err
            .lines()
            .any(|line| line.starts_with('-') && line.ends_with("containerPort: 8000")),
        "{}",
        outcome.err
    );
    assert!(
        outcome
            .err
            .lines()
            .any(|line| line.starts_with('+') && line.ends_with("containerPort: 8001")),
        "{}",
        outcome.err
    );
}

#[test]
fn help_has_examples_for_every_command() {
    let folder = folder(SERVICE);
    for command in [
        &["--help"][..],
        &["validate", "--help"],
        &["render", "--help"],
        &["bundle", "--help"],
        &["apply", "--help"],
    ] {
        let outcome = run(&folder, command);
        assert!(outcome.code == 0 && outcome.out.contains("Examples:"), "{command:?}");
    }
}

#[test]
fn fields_and_rules_are_explained() {
    let folder = folder(SERVICE);
    let outcome = run(&folder, &["explain", "min_containers"]);
    assert_eq!(
        outcome.out,
        "min_containers (of k8s-service)

Minimum number of containers.
To stop the service, set `min_containers` and `max_containers` to 0.

- Type: whole number, or its digits as text
- Unit: containers
- Default: 1
- Range: 0 or more
- Example: min_containers: 2
- Renders: HorizontalPodAutoscaler spec.minReplicas; Deployment spec.replicas (without an autoscaler); PodDisruptionBudget (for 2 or more)
- See: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
"
    );
    let outcome = run(&folder, &["explain", "min_container"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (2, ""));
    assert_eq!(
        outcome.err,
        "error: there is no field or rule `min_container`, did you mean `min_containers`?\n"
    );
    let schema: serde_json::Value =
        serde_json::from_str(&run(&folder, &["schema"]).out).expect("it is JSON");
    assert_eq!(schema["title"], "opta.yml");
    assert!(run(&folder, &["completions", "bash"]).out.contains("complete -F _optakit"));
}

#[test]
fn colours_follow_the_conventions() {
    let folder = folder(&SERVICE.replace("8000", "0"));
    let with = |name: &str, value: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_optakit"))
            .current_dir(folder.path().join("service"))
            .arg("validate")
            .env_remove("NO_COLOR")
            .env(name, value)
            .output()
            .expect("it starts");
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    };
    assert!(with("CLICOLOR_FORCE", "1").contains('\u{1b}'));
    assert!(!with("NO_COLOR", "1").contains('\u{1b}'));
    assert!(!with("TERM", "xterm").contains('\u{1b}'), "nobody looks at a pipe");
}
