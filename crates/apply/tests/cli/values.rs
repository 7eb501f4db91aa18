//! Tests of the values file.

use crate::program::{Outcome, SERVICE, folder, run};

#[test]
fn missing_values_are_reported() {
    let folder = folder(&format!(
        "{SERVICE}    env_vars: {{DB: \"${{{{module.db.db_host}}}}\"}}\n  \
         - {{type: postgres, name: db}}\n"
    ));
    let outcome = run(&folder, &["render", "--image-tag", "1"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (4, ""));
    assert_eq!(
        outcome.err,
        "error: missing values: module.db.db_host\n  \
         help: add them to a values file, and pass it with `--values`\n"
    );
    std::fs::write(
        folder.path().join("values.json"),
        r#"{"modules": {"db": {"db_host": "db.acme.io"}}}"#,
    )
    .expect("the file can be written");
    let outcome = run(&folder, &["render", "--image-tag", "1", "--values", "../values.json"]);
    assert!(outcome.out.contains("value: db.acme.io\n"), "{}", outcome.err);
}

#[test]
fn the_contents_of_a_values_file_are_never_printed() {
    let folder = folder(&format!(
        "{SERVICE}    public_uri: \"${{{{module.db.db_password}}}} /x\"\n  \
         - {{type: postgres, name: db}}\n"
    ));
    let write = |text: &str| {
        std::fs::write(folder.path().join("values.yml"), text).expect("the file can be written")
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
fn the_value_of_a_secret_in_a_service_file_is_not_printed() {
    for secrets in [
        "[TOKEN: hunter2]",
        "\n      - TOKEN: hunter2",
        "[{TOKEN: hunter2, B: c}]",
        "[TOKEN=hunter2]",
        "TOKEN=hunter2",
        "{TOKEN: hunter2}",
    ] {
        let folder = folder(&format!("{SERVICE}    secrets: {secrets}\n"));
        for format in ["text", "json", "sarif", "github"] {
            let outcome = run(&folder, &["validate", "--output", format]);
            assert_eq!(outcome.code, 1, "{}", outcome.out);
            let printed = format!("{}{}", outcome.out, outcome.err);
            assert!(!printed.contains("hunter2"), "{format}: {printed}");
        }
    }
}

const WITH_DATABASE: &str = "  - {type: postgres, name: db}\n";

/// Runs a command with the option `--values`.
fn with_values(service: &str, values: &str, command: &[&str]) -> Outcome {
    let folder = folder(service);
    std::fs::write(folder.path().join("values.yml"), values).expect("the file can be written");
    run(&folder, &[command, &["--values", "../values.yml"]].concat())
}

#[test]
fn the_secret_has_only_keys_with_a_value() {
    let service = format!("{SERVICE}    links: [db]\n{WITH_DATABASE}");
    let render = ["render", "--image-tag", "1", "--include-secrets"];
    let some = "modules:\n  db: {db_user: u, db_host: h, db_password: \"\"}\n";
    let outcome = with_values(&service, some, &render);
    assert_eq!((outcome.code, outcome.out.as_str()), (4, ""));
    assert_eq!(
        outcome.err,
        "error: missing values for the Secret `secret`: module.db.db_name, \
         module.db.db_password\n  \
         help: add them to a values file, and pass it with `--values`; `--partial` leaves them \
         out\n"
    );
    let outcome = with_values(&service, some, &[&render[..], &["--partial"]].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.err.contains("without module.db.db_name, module.db.db_password"));
    let secret = outcome.out.split("---\n").find(|object| object.contains("kind: Secret"));
    let secret = secret.expect("the Secret is rendered");
    assert!(secret.ends_with("stringData:\n  db_db_host: h\n  db_db_user: u\n"), "{secret}");
    // Without any value, there is no Secret.
    let outcome = with_values(&service, "{}\n", &[&render[..], &["--partial"]].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(!outcome.out.contains("kind: Secret"), "{}", outcome.out);
    let all = "modules: {db: {db_user: u, db_host: h, db_password: p, db_name: n}}\n";
    assert_eq!(with_values(&service, all, &render).code, 0);
    let outcome = with_values(&service, all, &["render", "--partial"]);
    assert_eq!(outcome.code, 64, "{}", outcome.err);
}

#[test]
fn misspelled_names_in_a_values_file_are_errors() {
    let service = format!("{SERVICE}    links: [db]\n{WITH_DATABASE}");
    let commands: [&[&str]; 4] =
        [&["validate"], &["render", "--image-tag", "1"], &["bundle"], &["permissions"]];
    for (values, texts) in [
        (
            "modules: {dbb: {db_user: hunter2}}\n",
            ["there is no module `dbb` in the service file", "did you mean `db`?"],
        ),
        (
            "modules: {db: {db_pasword: hunter2}}\n",
            [
                "`db` of the type `postgres` has no output `db_pasword`",
                "did you mean `db_password`?",
            ],
        ),
        (
            "modules: {db: {port: hunter2}}\n",
            ["`db` of the type `postgres` has no output `port`", "use one of `db_user`"],
        ),
        (
            "parent: {vpc_idd: hunter2}\n",
            ["unknown output `vpc_idd` of the environment", "did you mean `vpc_id`?"],
        ),
    ] {
        for command in commands {
            let outcome = with_values(&service, values, command);
            assert_eq!(outcome.code, 1, "{command:?}: {}", outcome.err);
            let shown = outcome.out + &outcome.err;
            for text in texts {
                assert!(shown.contains(text), "`{text}` is missing in:\n{shown}");
            }
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}

#[test]
fn other_names_in_a_values_file_are_accepted() {
    let reference = "    env_vars: {ENDPOINT: \"${{module.db.read_endpoint}}\"}\n";
    let service =
        format!("{SERVICE}{reference}{WITH_DATABASE}  - {{type: helm-chart, name: chart}}\n");
    let values =
        "modules: {db: {read_endpoint: r, global_database_id: g}, chart: {anything: a}, api: {}}\n";
    let outcome = with_values(&service, values, &["validate"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    for values in [
        "parent: {own_output: o}\n",
        "{\"dbb\": {\"value\": \"x\", \"type\": \"string\", \"sensitive\": false}}\n",
    ] {
        let outcome = with_values(SERVICE, values, &["validate"]);
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    }
    // Files for several services are checked without the names.
    let folder = folder(SERVICE);
    let values = "modules: {other: {db_user: u}}\n";
    std::fs::write(folder.path().join("values.yml"), values).expect("the file can be written");
    assert_eq!(run(&folder, &["validate", ".", "--values", "../values.yml"]).code, 0);
    assert_eq!(run(&folder, &["validate", "--values", "../values.yml"]).code, 1);
}

#[test]
fn a_value_in_secrets_is_hidden_whatever_shows_its_line() {
    for (lines, fixes) in [
        ("    secrets: [\"A B\", \"TOKEN=hunter2\"]\n", false),
        ("    secrets: [[\"TOKEN=hunter2\"]]\n", false),
        ("    secrets: [TOKEN=hunter2\n", false),
        ("    secrest: [\"TOKEN=hunter2\"]\n", false),
        ("    secret: {TOKEN: hunter2}\n", false),
        ("    secrets: [\"TOKEN=hunter2\"]\n    healthcheck: /x\n", true),
    ] {
        let folder = folder(&format!("{SERVICE}{lines}"));
        let more = if fixes { &["validate", "--fix", "--dry-run"][..] } else { &["validate"] };
        let outcome = run(&folder, more);
        let all = outcome.out + &outcome.err;
        assert_eq!(outcome.code, 1, "{all}");
        assert!(all.contains("*******") && !all.contains("hunter2"), "{lines}: {all}");
    }
}
