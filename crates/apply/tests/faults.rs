//! Runs that are killed, and an API server that is busy or breaks connections.

#[allow(dead_code, reason = "these tests need a part of it")]
mod testbed;

use std::process::Stdio;

use serde_json::Value;
use testbed::faulty::Faulty;
use testbed::{Service, get, held, optakit};

/// The objects of a layer that Optakit keeps beside the service's own.
fn kept(layer: &str) -> Vec<String> {
    let list = get(&[
        "-n",
        layer,
        "leases,configmaps,secrets",
        "-l",
        "app.kubernetes.io/managed-by=optakit",
    ]);
    list["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| format!("{} {}", item["kind"], item["metadata"]["name"]))
        .collect()
}

#[test]
fn a_busy_api_server_and_lost_answers_do_not_show() {
    let service = Service::new("stormy", "acme/api:1", "    max_containers: 4\n");
    let faulty = Faulty::new(&service);
    faulty.set("storm");
    for (image, changes) in [("acme/api:1", true), ("acme/api:1", false), ("acme/api:2", true)] {
        service.rewrite(image, "    max_containers: 4\n");
        let (code, said) = service.run(&["--kubeconfig", "faulty.kubeconfig", "--skip-aws"]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(said.contains("nothing to change"), !changes, "{said}");
    }
    let deployment = get(&["-n", "stormy", "deployment", "stormy-api-k8s-service"]);
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], "acme/api:2");
    let revisions = kept("stormy").iter().filter(|name| name.contains("optakit.stormy.v")).count();
    assert_eq!(revisions, 2, "a record whose answer was lost is not made twice");
    held(
        "the API server answers 429 and 500, drops connections and loses answers",
        "nothing shows; no revision is recorded twice",
    );
}

/// Kills an apply at its first write, its second and so on until one comes through, and applies
/// again each time. `anew` says whether the layer is taken away before.
fn kill_at_every_write(layer: &'static str, anew: bool) {
    // Each time something else of the service changes, and one object comes or goes.
    let shapes = [
        format!("    max_containers: 4\n    public_uri: {layer}.acme.io/v1\n"),
        "    max_containers: 5\n".to_owned(),
    ];
    let service = Service::new(layer, "acme/api:0", &shapes[0]);
    let faulty = Faulty::new(&service);
    let mut number = 0;
    loop {
        number += 1;
        assert!(number < 40, "an apply does not write so much");
        service.rewrite(&format!("acme/api:{number}"), &shapes[number % 2]);
        if anew && number > 1 {
            let (code, _, said) = service.command(&["destroy"], &["--yes"]);
            assert_eq!(code, 0, "{said}");
        }
        faulty.set(&format!("hold={number}"));
        let mut child = optakit(service.folder.path())
            .args(["apply", &service.bundle(), "--kubeconfig", "faulty.kubeconfig", "--skip-aws"])
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let held = std::thread::scope(|scope| {
            let held = scope.spawn(|| faulty.ask("/held"));
            // The run either comes to the write that is held, or ends before.
            loop {
                if held.is_finished() {
                    return true;
                }
                if child.try_wait().expect("it can be asked").is_some() {
                    faulty.set("none");
                    return false;
                }
                std::thread::yield_now();
            }
        });
        if !held {
            assert!(child.wait().expect("it ended").success());
            break;
        }
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let (code, said) = service.apply(&["--skip-aws"]);
        assert_eq!(code, 0, "after write {number}: {said}");
        let deployment = get(&["-n", layer, "deployment", &format!("{layer}-api-k8s-service")]);
        let image = deployment["spec"]["template"]["spec"]["containers"][0]["image"].clone();
        assert_eq!(image, format!("acme/api:{number}"), "after write {number}: {said}");
        let ingresses = get(&["-n", layer, "ingresses"])["items"].as_array().expect("a list").len();
        assert_eq!(ingresses, (number + 1) % 2, "after write {number}: {said}");
        assert!(
            !kept(layer).iter().any(|name| name.contains("Lease")),
            "after write {number}: the lock was given back"
        );
        let (code, said) = service.apply(&["--skip-aws"]);
        assert!(code == 0 && said.contains("nothing to change"), "after write {number}: {said}");
    }
    assert!(number > 5, "an apply writes more than {number} times");
    let (code, _, said) = service.command(&["destroy"], &["--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(kept(layer), Vec::<String>::new(), "nothing is leaked");
    let left = get(&["-n", layer, "deployments,services,serviceaccounts,hpa,pdb,ingresses"]);
    let left: Vec<&Value> = left["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| &item["metadata"]["name"])
        .collect();
    assert_eq!(left, ["default"], "the service account that every namespace has");
}

#[test]
fn a_change_killed_at_any_write_is_finished_by_the_next_run() {
    kill_at_every_write("killed", false);
    held(
        "`kill -9` at each write of a change, one after the other",
        "the next run finishes it; the lock is given back; nothing is left over",
    );
}

#[test]
fn a_first_apply_killed_at_any_write_is_finished_by_the_next_run() {
    kill_at_every_write("killedfirst", true);
    held(
        "`kill -9` at each write of a first apply",
        "the next run finishes it; destroying it leaves nothing",
    );
}
