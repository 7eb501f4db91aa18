//! Questions to the user, and runs without a terminal.

use crate::testbed::{Service, Terminal, exists, kubectl_ok, record_fault, setting, until};

#[test]
fn without_a_terminal_a_change_needs_yes() {
    let service = Service::new("unasked", "AUTO", "");
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let digest = crate::testbed::DIGEST;
    let bundle = service.bundle();
    let apply = |arguments: &[&str]| {
        let command = ["apply", &bundle, "--kubeconfig", &kubeconfig, "--skip-aws"];
        service.run_alone(&[&command[..], &["--image-digest", digest], arguments].concat())
    };
    apply(&[])
        .fails()
        .reports("because standard input is not a terminal: create the namespace")
        .reports("help: pass `--yes`");
    assert!(!exists(&["namespace", "unasked"]), "nothing was changed");
    apply(&["--yes"]).succeeds();
    // Nothing is asked if nothing changes.
    apply(&[]).succeeds().reports("nothing to change");
    service.run("destroy", &[]).fails().reports("help: pass `--yes`");
    assert_eq!(service.versions().len(), 4);
    record_fault(
        "A command that writes runs without a terminal and without `--yes`",
        "It fails before it writes anything, and names the option.",
    );
}

#[test]
fn a_prompt_without_a_terminal_needs_yes() {
    let service = Service::new("unseen", "acme/api:1", "");
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let bundle = service.bundle();
    let command = "\"$@\" 2> errors; code=$?; cat errors; exit $code";
    let arguments = ["apply", &bundle, "--kubeconfig", &kubeconfig, "--skip-aws"];
    let run = Terminal::start(&service, &["sh", "-c", command, "sh"], &arguments);
    let screen = run.exits(1);
    assert!(screen.contains("standard error is not a terminal"), "{screen}");
    assert!(!exists(&["namespace", "unseen"]), "nothing was changed");
}

#[test]
fn destroy_shows_what_it_deletes_and_keeps_before_it_asks() {
    let service = Service::new("examined", "AUTO", "    links: []\n");
    service.apply(&["--skip-aws", "--image-digest", crate::testbed::DIGEST]).succeeds();
    kubectl_ok(&["-n", "examined", "create", "secret", "generic", "manual-secrets"]);
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let bundle = service.bundle();
    let destroy =
        || Terminal::start(&service, &[], &["destroy", &bundle, "--kubeconfig", &kubeconfig]);
    let mut run = destroy();
    run.shows("[y/N]");
    run.types("n\n");
    let screen = run.exits(1);
    for line in [
        "will delete  Deployment examined-api-k8s-service",
        "will delete  the history of the revisions",
        "will keep    Namespace examined, Secret manual-secrets",
        "will keep    ECR repository opta-examined-api in AWS",
        "delete 4 objects and the history of examined in",
        "cancelled; the 4 objects and the revisions of examined were not deleted",
    ] {
        assert!(screen.contains(line), "`{line}` is missing in:\n{screen}");
    }
    assert!(!screen.contains("IAM role"), "it was applied without AWS:\n{screen}");
    assert_eq!(service.versions().len(), 4);
    let mut run = destroy();
    run.shows("[y/N]");
    run.types("y\n");
    run.exits(0);
    assert_eq!(service.versions(), [""; 0]);
    assert!(exists(&["-n", "examined", "secret", "manual-secrets"]));
}

#[test]
fn init_asks_again_for_an_invalid_answer() {
    let service = Service::new("askedagain", "AUTO", "");
    let mut run = Terminal::start(&service, &[], &["init", "new"]);
    for (question, invalid, valid) in [
        ("Name of the service file", "Bad Name", "shop"),
        ("Image", "not an image", "AUTO"),
        ("Port", "0", "8000"),
        ("Name of the environment", "Bad Env", "staging"),
        ("AWS account ID", "12", "123456789012"),
        ("AWS region", "mars", "eu-west-1"),
    ] {
        run.shows(question);
        run.types(&format!("{invalid}\n"));
        until(question, || run.screen().matches(question).count() > 1);
        run.types(&format!("{valid}\n"));
    }
    run.exits(0);
    let environment = std::fs::read_to_string(service.folder().join("new/staging.yml"));
    assert!(environment.expect("the file was written").contains("region: eu-west-1"));
}
