//! Options that kubectl has too: `--namespace`, `--dry-run` and `--output`.

use serde_json::{Value, json};

use crate::testbed::{
    Run, Service, Terminal, create_namespace, exists, kubectl_ok, ready_pods, setting,
};

fn parsed(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

#[test]
fn namespace_of_another_layer_stops_every_command() {
    let service = Service::new("spaced", "acme/api:1", "");
    let other = "`--namespace` is `blog`, but the service has the namespace `spaced`";
    for command in ["apply", "plan", "diff", "status", "history", "rollback", "drift", "destroy"] {
        service.run(command, &["-n", "blog"]).exits(64).reports(other);
    }
    service.secret(&["list", "-n", "blog"], "").exits(64).reports(other);
    assert!(!exists(&["namespace", "spaced"]));
    service.apply(&["-n", "spaced"]).succeeds();
    service.run("status", &["--namespace", "spaced"]).succeeds();
}

#[test]
fn dry_run_of_a_secret_changes_nothing() {
    let service = Service::new("rehearsal", "acme/api:1", "    secrets: [KEY]\n");
    let set = service.secret(&["set", "KEY", "--dry-run"], "hunter2").succeeds();
    assert_eq!(set.reports("dry run: nothing was changed").output(), "new      KEY");
    assert!(!exists(&["namespace", "rehearsal"]));
    service.secret(&["set", "KEY"], "hunter2").succeeds();
    service.apply(&[]).succeeds();
    let pods = ready_pods("rehearsal");
    let changed = service.secret(&["set", "KEY", "--dry-run", "-o", "json"], "other").succeeds();
    assert_eq!(parsed(&changed), json!({"secrets": [{"name": "KEY", "change": "changed"}]}));
    service
        .secret(&["unset", "KEY", "--dry-run"], "")
        .succeeds()
        .reports("need it; new pods could not start")
        .prints("deleted  KEY");
    assert_eq!(ready_pods("rehearsal"), pods);
    let same = service.secret(&["set", "KEY", "-o", "json"], "hunter2").succeeds();
    assert_eq!(parsed(&same)["secrets"], json!([{"name": "KEY", "change": "same"}]));
    let set = service.secret(&["set", "KEY", "-o", "json"], "hunter3").succeeds();
    let expected = json!({
        "secrets": [{"name": "KEY", "change": "changed"}],
        "restarted": [service.deployment_name()],
    });
    assert_eq!(parsed(&set), expected);
}

#[test]
fn status_and_history_have_names_and_more_columns() {
    let service = Service::new("columns", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let status = |format: &str| service.run("status", &["-o", format]).succeeds();
    assert_eq!(status("name").output(), "deployment.apps/columns-api-k8s-service");
    status("wide").prints("  digest sha256:");
    assert_eq!(service.run("history", &["-o", "name"]).succeeds().output(), "1");
    let wide = service.run("history", &["-o", "wide"]).succeeds().stdout;
    let digest = wide.split_whitespace().find(|word| word.len() == 64);
    assert!(digest.is_some(), "{wide}");
    service
        .run_alone(&["bundle", "inspect", &service.bundle(), "-o", "name"])
        .succeeds()
        .prints("deployment.apps/columns-api-k8s-service\n")
        .prints("service/api\n");
}

#[test]
fn destroy_prints_events() {
    let service = Service::new("eventful", "acme/api:1", "");
    service.apply(&[]).succeeds();
    let destroy = service.run("destroy", &["--yes", "-o", "json"]).succeeds();
    let events: Vec<Value> = destroy
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is an event"))
        .collect();
    let deleted = json!("Deployment eventful-api-k8s-service");
    assert!(
        events.iter().any(|event| { event["verb"] == "will delete" && event["object"] == deleted })
    );
    let last = events.last().expect("there are events");
    assert_eq!(*last, json!({"event": "deleted", "layer": "eventful", "objects": 4}));
}

#[test]
fn answer_no_names_what_stays() {
    let service = Service::new("declined-all", "acme/api:1", "    secrets: [KEY]\n");
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let refuse = |arguments: &[&str], before: &str| {
        let arguments = [arguments, &["--kubeconfig", &kubeconfig]].concat();
        let mut run = Terminal::start(&service, &[], &arguments);
        if !before.is_empty() {
            run.shows("(hidden): ");
            run.types(before);
        }
        run.shows("[y/N]");
        run.types("n\n");
        run.exits(1)
    };
    let bundle = service.bundle();
    let set = refuse(&["secret", "set", "KEY", "-b", &bundle], "hunter2\n");
    let kept = "cancelled; the namespace was not created, and no secret was stored";
    assert!(set.contains(kept), "{set}");
    assert!(!set.contains("hunter2"), "{set}");
    assert!(!exists(&["namespace", "declined-all"]));
    create_namespace("declined-all");
    service.secret(&["set", "KEY"], "hunter2").succeeds();
    service.apply(&[]).succeeds();
    let delete = refuse(&["secret", "delete", "KEY", "-b", &bundle], "");
    assert!(delete.contains("cancelled; the secret `KEY` was not deleted"), "{delete}");
    let destroy = refuse(&["destroy", &bundle], "");
    let kept = "cancelled; the 4 objects and the revisions of declined-all were not deleted";
    assert!(destroy.contains(kept), "{destroy}");
    assert_eq!(service.versions().len(), 4);
    kubectl_ok(&["-n", "declined-all", "get", "secret", "manual-secrets"]);
}

#[test]
fn init_asks_on_a_terminal() {
    let service = Service::new("asked", "acme/api:1", "");
    let mut run = Terminal::start(&service, &[], &["init", "new"]);
    let questions = [
        ("Name of the service file [new]: ", "shop\n"),
        ("Image, or AUTO for images that you build [AUTO]: ", "\n"),
        ("Port that the container listens on [8080]: ", "http\n3000\n"),
        ("Name of the environment [staging]: ", "\n"),
        ("AWS account ID: ", "\n12345\n123456789012\n"),
        ("AWS region [us-east-1]: ", "eu-central-1\n"),
    ];
    for (question, answer) in questions {
        run.shows(question);
        run.types(answer);
    }
    let screen = run.exits(0);
    assert_eq!(screen.matches("AWS account ID: ").count(), 3, "{screen}");
    assert!(screen.contains("`http` is not a number from 1 to 65535"), "{screen}");
    assert!(screen.contains("`12345` does not have 12 digits"), "{screen}");
    service.run_alone(&["validate", "--strict", "new"]).succeeds();
    let text = std::fs::read_to_string(service.folder().join("new/opta.yml")).expect("the file");
    assert!(text.contains("name: shop\n") && text.contains("http: 3000\n"), "{text}");
    let text = std::fs::read_to_string(service.folder().join("new/staging.yml")).expect("the file");
    assert!(text.contains("eu-central-1") && text.contains("123456789012"), "{text}");

    let mut run = Terminal::start(&service, &[], &["init", "other"]);
    run.shows("Name of the service file [other]: ");
    run.types("\u{4}");
    assert!(run.exits(1).contains("cancelled; nothing was written"));
    assert!(!service.folder().join("other").exists());
}
