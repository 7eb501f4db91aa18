//! Tests of the help, the manual pages, `explain`, `schema` and `completions`.

use serde_json::Value;

use crate::program::{SERVICE, folder, run};

#[test]
fn version_names_the_commit_and_its_date() {
    let folder = folder(SERVICE);
    let version = run(&folder, &["--version"]);
    assert_eq!((version.code, &version.out), (0, &run(&folder, &["-V"]).out));
    let expected = format!("optakit {}", env!("CARGO_PKG_VERSION"));
    let rest = version.out.trim_end().strip_prefix(&expected).expect("it starts with the version");
    if rest.is_empty() {
        return; // The sources are not in a Git repository.
    }
    let (commit, date) = rest
        .strip_prefix(" (commit ")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|rest| rest.split_once(", "))
        .expect("commit and date follow");
    assert!(commit.len() == 12 && commit.chars().all(|digit| digit.is_ascii_hexdigit()));
    let parts: Vec<usize> = date.split('-').map(str::len).collect();
    assert_eq!(parts, [4, 2, 2], "{date}");
}

#[test]
fn every_command_has_a_manual_page() {
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

/// Returns the commands that a help text lists.
fn listed_commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// The exit codes of the table.
const CODES: [&str; 9] = ["0", "1", "2", "3", "4", "64", "129", "130", "143"];

/// Returns the exit codes that a help text lists.
fn exit_codes(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Exit codes:").skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_once(' '))
        .map(|(code, _)| code)
        .filter(|code| !code.is_empty())
        .collect()
}

#[test]
fn the_help_of_every_command_has_exit_codes_and_examples() {
    let folder = folder(SERVICE);
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    while let Some(command) = open.pop() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("-h");
        let outcome = run(&folder, &arguments);
        let help = outcome.out;
        assert_eq!(outcome.code, 0, "{arguments:?}");
        assert!(help.contains("Exit codes:\n"), "{arguments:?}: {help}");
        assert!(help.contains("Examples:\n"), "{arguments:?}: {help}");
        assert!(help.contains("--color <WHEN>"), "{arguments:?}: a global option is missing");
        for code in exit_codes(&help) {
            assert!(CODES.contains(&code), "{arguments:?}: the code {code} is not in the table");
            let may_be_two = ["plan", "diff", "drift", "-h"].contains(&arguments[0]);
            assert!(code != "2" || may_be_two, "{arguments:?}: 2 means changes");
        }
        if command.is_empty() {
            assert_eq!(exit_codes(&help), CODES);
        }
        for name in listed_commands(&help) {
            open.push([command.clone(), vec![name]].concat());
        }
        seen += 1;
    }
    assert!(seen > 20, "found only {seen} commands");
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

- Type: whole number, with or without quotes
- Unit: containers
- Default: 1
- Range: 0 or more
- Example: min_containers: 2
- Renders: HorizontalPodAutoscaler spec.minReplicas; Deployment spec.replicas (without an autoscaler); PodDisruptionBudget (for 2 or more)
- See: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
"
    );
    let outcome = run(&folder, &["explain", "min_container"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""));
    assert_eq!(
        outcome.err,
        "error: there is no field or rule `min_container`, did you mean `min_containers`?\n"
    );
    let schema: Value = serde_json::from_str(&run(&folder, &["schema"]).out).expect("it is JSON");
    assert_eq!(schema["title"], "opta.yml");
}

#[test]
fn topics_and_module_types_are_explained() {
    let folder = folder(SERVICE);
    let explain = |names: &[&str]| {
        let outcome = run(&folder, &[&["explain"], names].concat());
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        outcome.out
    };
    let topics = explain(&[]);
    for topic in ["links", "references", "domain", "values", "layer"] {
        assert!(topics.contains(&format!("  {topic} ")), "{topics}");
        assert!(!explain(&[topic]).is_empty());
    }
    assert!(explain(&["links"]).contains("postgres_db_host"));
    assert!(explain(&["postgres"]).contains("db_db_host"));
    assert!(explain(&["aws-s3"]).contains("read, write"));
    assert!(explain(&["dns"]).contains("\n  domain"));
}
