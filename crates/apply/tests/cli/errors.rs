//! Tests of commands that cannot run.

use crate::program::{SERVICE, folder, run};

#[test]
fn a_command_that_cannot_run_exits_with_4() {
    let folder = folder(SERVICE);
    for (arguments, message) in [
        (
            &["validate", "missing.yml"][..],
            "error: cannot read missing.yml: No such file or directory (os error 2)\n",
        ),
        (
            &["validate", "--env", "nowhere"],
            "error: opta.yml: there is no environment `nowhere`, choose `staging` with `--env`\n",
        ),
        (
            &["render", "--env", "nowhere"],
            "error: there is no environment `nowhere`, choose `staging` with `--env`\n",
        ),
        (
            &["render", "--exposure", "gateway", "--gateway", "x"],
            "error: `x` is not a valid Gateway, expected namespace and name like `infra/public`\n",
        ),
        (
            &["render", "--profile", "opta-2021", "--hardening", "restricted"],
            "error: hardening `restricted` changes pods, but profiles of Opta keep them as Opta \
             rendered them\n",
        ),
        (
            &["bundle", "inspect", "opta.yml"],
            "error: opta.yml is not a bundle\n  help: make a bundle of it with `optakit bundle opta.yml`",
        ),
        (&["bundle", "-o", "no/such/folder/x.json"], "error: cannot write no/such/folder/x.json: "),
    ] {
        let outcome = run(&folder, arguments);
        assert_eq!(outcome.code, 4, "{arguments:?}");
        assert!(outcome.err.contains(message.trim_end()), "{arguments:?}: {}", outcome.err);
        assert_eq!(outcome.out, "", "{arguments:?}");
    }
}

#[test]
fn an_invalid_image_tag_is_a_usage_error() {
    let folder = folder(SERVICE);
    for (tag, message) in [("a b", "`a b`"), ("", "`\"\"`")] {
        let outcome = run(&folder, &["render", "--image-tag", tag]);
        assert_eq!(outcome.code, 64, "{}", outcome.err);
        assert_eq!(outcome.err, format!("error: {message} is not a valid image tag\n"));
        assert_eq!(outcome.out, "");
    }
}

#[test]
fn an_argument_of_the_wrong_kind_is_a_usage_error() {
    let folder = folder(SERVICE);
    for (command, message) in [
        (&["rollback", "2"][..], "help: to roll back to revision 2, pass `--to 2`"),
        (&["man", "nope"], "unknown command `nope`"),
        (&["deploy", "app.tar", "opta.yml"], "the archive is the last argument"),
        (&["secret", "delete", "A=hunter2"], "the value is an argument"),
        (&["secret", "import", "A=hunter2"], "the value is an argument"),
    ] {
        let outcome = run(&folder, command);
        assert_eq!(outcome.code, 64, "{command:?}: {}", outcome.err);
        assert!(outcome.err.contains(message), "{command:?}: {}", outcome.err);
        assert!(!outcome.err.contains("hunter2"), "{command:?}: {}", outcome.err);
    }
}

#[test]
fn missing_bundle_has_the_same_exit_code_for_every_command() {
    let folder = folder(SERVICE);
    for command in ["plan", "apply", "status", "history", "rollback", "drift", "permissions"] {
        let outcome = run(&folder, &[command, "missing.bundle.json"]);
        assert_eq!(outcome.code, 4, "{command}: {}", outcome.err);
        let message = "error: cannot read missing.bundle.json: ";
        assert!(outcome.err.starts_with(message), "{command}: {}", outcome.err);
    }
}

#[test]
fn usage_error_exits_with_64() {
    let folder = folder(SERVICE);
    for (arguments, message) in [
        (
            &["render", "--profile", "odd"][..],
            "error: invalid value 'odd' for '--profile <PROFILE>'\n  \
             [possible values: default, opta-2021, opta-2022]",
        ),
        (
            &["render", "--exposure", "odd"],
            "error: invalid value 'odd' for '--exposure <EXPOSURE>'\n  \
             [possible values: nginx, gateway, alb]",
        ),
        (
            &["render", "--hardening", "odd"],
            "error: invalid value 'odd' for '--hardening <LEVEL>'\n  \
             [possible values: baseline, restricted]",
        ),
        (&["plan", "--odd"], "error: unexpected argument '--odd' found"),
        (&["odd"], "error: unrecognized subcommand 'odd'"),
        (&["render", "-o", "kustomize"], "error: a Kustomize base has several files\n  help: "),
        (&[], "Usage: optakit"),
    ] {
        let outcome = run(&folder, arguments);
        assert_eq!(outcome.code, 64, "{arguments:?}");
        assert!(outcome.err.contains(message), "{arguments:?}: {}", outcome.err);
        assert_eq!(outcome.out, "", "{arguments:?}");
    }
}

#[test]
fn a_file_that_is_not_utf_8_reports_the_line() {
    let folder = folder(SERVICE);
    std::fs::write(folder.path().join("service/opta.yml"), b"name: shop\nmodules: \xff\n")
        .expect("the file can be written");
    let outcome = run(&folder, &["validate"]);
    assert_eq!(
        (outcome.code, outcome.err.as_str()),
        (4, "error: opta.yml is not UTF-8: line 2 contains the byte 0xff\n")
    );
}

#[test]
fn an_invalid_tag_of_a_push_is_a_usage_error() {
    let folder = folder(SERVICE);
    for arguments in [
        &["push", "app.tar", "--tag", "bad tag"][..],
        &["push", "app.tar", "--tag", "bad tag", "--to", "registry.example.com/app"],
        &["deploy", "app.tar", "--tag", "bad tag"],
    ] {
        let outcome = run(&folder, arguments);
        assert_eq!(outcome.code, 64, "{arguments:?}: {}", outcome.err);
        assert!(outcome.err.contains("`bad tag` is not a valid image tag"), "{}", outcome.err);
    }
}

#[test]
fn options_that_do_not_fit_the_file_have_the_same_exit_code_for_every_command() {
    let environment = "environments:\n  - {name: staging, path: ../env/staging.yml}\n";
    let two = format!("{environment}  - {{name: production, path: ../env/staging.yml}}\n");
    let folder = folder(&SERVICE.replacen(environment, &two, 1));
    for command in ["render", "bundle", "plan", "apply", "status", "history", "drift", "destroy"] {
        for options in [
            &[][..],
            &["--env", "stagng"],
            &["--env", "staging", "--kubernetes", "1.20"],
            &["--env", "staging", "--exposure", "gateway", "--gateway", "foo"],
        ] {
            let outcome = run(&folder, &[&[command], options].concat());
            assert_eq!(outcome.code, 4, "{command} {options:?}: {}", outcome.err);
        }
    }
}

#[test]
fn an_unreadable_bundle_has_the_same_exit_code_for_every_command() {
    let folder = folder(SERVICE);
    let path = folder.path().join("service/x.bundle.json");
    assert_eq!(run(&folder, &["bundle", "-o", "x.bundle.json"]).code, 0);
    let text = std::fs::read_to_string(&path).expect("the bundle was written");
    for broken in [&text[..text.len() / 2], &text.replace("\"Deployment\"", "\"Pod\"")] {
        std::fs::write(&path, broken).expect("the file can be written");
        for command in [&["apply"][..], &["plan"], &["status"], &["bundle", "verify"]] {
            let outcome = run(&folder, &[command, &["x.bundle.json"]].concat());
            assert_eq!(outcome.code, 4, "{command:?}: {}", outcome.err);
        }
    }
}
