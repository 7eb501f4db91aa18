//! Tests of the defaults of the user: variables and the configuration file.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Outcome, SERVICE, finish, folder, program};

/// Runs the program with a configuration file and variables.
fn run(folder: &TempDir, config: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let file = folder.path().join("config.yml");
    fs::write(&file, config).expect("the file can be written");
    let mut command = program(folder);
    command.args(arguments).env("OPTAKIT_CONFIG", file).envs(variables.iter().copied());
    finish(&mut command)
}

#[test]
fn flag_is_stronger_than_variable_and_variable_is_stronger_than_file() {
    let folder = folder(&SERVICE.replace("8000", "0"));
    let config = "output: json\n";
    let validate = &["validate"][..];
    let of_file = run(&folder, config, &[], validate);
    assert!(serde_json::from_str::<Value>(&of_file.out).is_ok(), "{}", of_file.out);
    let variable = run(&folder, config, &[("OPTAKIT_OUTPUT", "github")], validate);
    assert!(variable.out.starts_with("::error file=opta.yml"), "{}", variable.out);
    let text = &["validate", "-o", "text"];
    let flag = run(&folder, config, &[("OPTAKIT_OUTPUT", "github")], text);
    assert!(flag.out.starts_with("error[port-range]") || flag.out.starts_with("error["));
    let bundle = run(&folder, config, &[("OPTAKIT_OUTPUT", "yaml")], &["bundle"]);
    assert!(!folder.path().join("service/yaml").exists(), "{}", bundle.err);
}

#[test]
fn exposure_and_version_are_used_for_service_files_only() {
    let service = SERVICE.to_owned() + "    public_uri: \"api.acme.io\"\n";
    let folder = folder(&service);
    let config = "exposure: alb\nkubernetes: 1.35\n";
    let rendered = run(&folder, config, &[], &["render", "--image-tag", "1"]);
    assert!(rendered.out.contains("ingressClassName: alb"), "{}{}", rendered.out, rendered.err);
    let flag = &["render", "--image-tag", "1", "--exposure", "nginx"];
    assert!(run(&folder, config, &[], flag).out.contains("ingressClassName: nginx"));
    assert_eq!(run(&folder, "", &[], &["bundle"]).code, 0);
    let permissions = run(&folder, config, &[], &["permissions", "shop-staging.bundle.json"]);
    assert_eq!(permissions.code, 0, "a bundle is already rendered: {}", permissions.err);
}

#[test]
fn view_shows_where_each_value_comes_from() {
    let folder = folder(SERVICE);
    let config = "color: never\ncontexts: {staging: kind-dev}\n";
    let variables = [("OPTAKIT_COLOR", "always")];
    let file = folder.path().join("config.yml");
    let file = file.display();
    let view = run(&folder, config, &variables, &["config", "view"]);
    assert_eq!(
        view.out,
        format!(
            "context           -         default\n\
             output            -         default\n\
             color             always    variable OPTAKIT_COLOR\n\
             exposure          -         default\n\
             kubernetes        -         default\n\
             contexts.staging  kind-dev  {file}\n"
        )
    );
    let path = run(&folder, config, &[], &["config", "path"]);
    assert_eq!(path.out, format!("{file}\n"));
    let json = run(&folder, config, &variables, &["config", "view", "-o", "json"]);
    let json: Value = serde_json::from_str(&json.out).expect("it is JSON");
    assert_eq!(json["settings"][2]["origin"], "variable OPTAKIT_COLOR");
    assert_eq!(json["settings"][5]["value"], "kind-dev");
}

#[test]
fn invalid_configuration_is_reported_by_every_command_that_uses_it() {
    let folder = folder(SERVICE);
    for arguments in [&["validate"][..], &["render"], &["status"], &["config", "view"]] {
        let outcome = run(&folder, "colour: never\n", &[], arguments);
        assert_eq!(outcome.code, 4, "{arguments:?}");
        assert!(outcome.err.ends_with("help: did you mean `color`?\n"), "{}", outcome.err);
    }
    for arguments in [&["config", "path"][..], &["schema"], &["--help"]] {
        assert_eq!(run(&folder, "colour: never\n", &[], arguments).code, 0, "{arguments:?}");
    }
    let outcome = run(&folder, "", &[("OPTAKIT_OUTPUT", "jsn")], &["validate"]);
    let message = "error: `jsn` in the variable OPTAKIT_OUTPUT is not a valid value of `output`\n  \
                   help: did you mean `json`?\n";
    assert_eq!((outcome.code, outcome.err.as_str()), (4, message));
}

#[test]
fn configured_context_of_the_environment_is_used() {
    let folder = folder(SERVICE);
    let config = "contexts: {staging: no-such, production: other}\n";
    let kubeconfig = folder.path().join("kubeconfig");
    fs::write(&kubeconfig, "contexts: []\n").expect("the file can be written");
    let variables = [("KUBECONFIG", kubeconfig.to_str().expect("the path is text"))];
    let status = run(&folder, config, &variables, &["status"]);
    assert!(status.err.contains("has no context `no-such`"), "{}", status.err);
    let variables = [variables[0], ("OPTAKIT_CONTEXT", "third")];
    let status = run(&folder, config, &variables, &["status"]);
    assert!(status.err.contains("has no context `third`"), "{}", status.err);
    let flag = run(&folder, config, &variables, &["status", "--context", "fourth"]);
    assert!(flag.err.contains("has no context `fourth`"), "{}", flag.err);
}

#[test]
fn default_file_is_in_the_folder_for_configuration() {
    let folder = folder(SERVICE);
    let mut command = program(&folder);
    command.args(["config", "path"]).env_remove("OPTAKIT_CONFIG");
    command.env("XDG_CONFIG_HOME", folder.path());
    let expected = folder.path().join("optakit/config.yml");
    let outcome = finish(&mut command);
    assert_eq!(Path::new(outcome.out.trim()), expected);
}

#[test]
fn a_configuration_file_that_the_variable_names_must_exist() {
    let folder = folder(SERVICE);
    let run = |variable: &str, command: &str| {
        let mut program = program(&folder);
        program.arg(command).env("OPTAKIT_CONFIG", variable);
        finish(&mut program)
    };
    let missing = run("/no/such/file", "validate");
    assert_eq!(missing.code, 4, "{}", missing.err);
    let expected = "error: cannot read the configuration file /no/such/file: ";
    assert!(missing.err.starts_with(expected), "{}", missing.err);
    assert_eq!(run("", "validate").code, 0);
}
