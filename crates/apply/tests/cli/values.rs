//! Tests of the values file.

use crate::program::{SERVICE, folder, run};

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
