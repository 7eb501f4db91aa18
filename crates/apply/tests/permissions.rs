//! What `optakit permissions` prints is enough, and none of it is too much.

#[allow(dead_code, reason = "these tests need a part of it")]
mod testbed;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testbed::{Service, apply_objects, held, kubeconfig_of, kubectl, optakit};

fn permissions(service: &Service, arguments: &[&str]) -> Value {
    let mut command = optakit(service.folder.path());
    let output = command
        .args(["permissions", &service.bundle()])
        .args(arguments)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Waits until the API server goes by what a role says now.
fn await_answer(namespace: &str, verb: &str, resource: &str, answer: &str) {
    let account = format!("system:serviceaccount:{namespace}:deployer");
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let said =
            kubectl(&["-n", namespace, "auth", "can-i", verb, resource, "--as", &account]).stdout;
        if String::from_utf8_lossy(&said).trim() == answer {
            return;
        }
        assert!(Instant::now() < until, "{verb} {resource}: never {answer}");
    }
}

#[test]
fn the_role_is_enough_and_each_part_of_it_is_needed() {
    let service =
        Service::new("least", "acme/api:1", "    max_containers: 3\n    public_uri: all\n");
    let roles = permissions(&service, &[])["items"].as_array().expect("a list").clone();
    let folder = service.folder.path();
    let kubeconfig = kubeconfig_of("least", &roles, folder);
    await_answer("least", "patch", "deployments.apps", "yes");
    let apply = || service.run(&["--kubeconfig", &kubeconfig, "--skip-aws"]);
    let (code, said) = apply();
    assert!(code == 0 && said.contains("ready    Deployment least-api-k8s-service"), "{said}");
    // Everything that an apply may come to do: to change, to leave objects behind, to make them
    // again.
    service.rewrite("acme/api:2", "");
    let (code, said) = apply();
    assert!(code == 0 && said.contains("delete"), "{said}");
    service.rewrite("acme/api:2", "    max_containers: 3\n    public_uri: all\n");
    assert_eq!(apply().0, 0);
    let rules = roles[0]["rules"].as_array().expect("rules");
    for (index, rule) in rules.iter().enumerate() {
        let (group, resource) = (
            rule["apiGroups"][0].as_str().expect("text"),
            rule["resources"][0].as_str().expect("text"),
        );
        let name =
            if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
        for verb in rule["verbs"].as_array().expect("verbs") {
            let verb = verb.as_str().expect("text");
            let mut less = roles[0].clone();
            let verbs = less["rules"][index]["verbs"].as_array_mut().expect("verbs");
            verbs.retain(|other| other != verb);
            if verbs.is_empty() {
                less["rules"].as_array_mut().expect("rules").remove(index);
            }
            apply_objects(&[less], folder);
            await_answer("least", verb, &name, "no");
            let (code, said) = apply();
            assert_eq!(code, 1, "without {verb} {name}: {said}");
            assert!(said.contains(&format!("{verb} {name} ")), "without {verb} {name}: {said}");
        }
        apply_objects(&roles, folder);
        for verb in rule["verbs"].as_array().expect("verbs") {
            await_answer("least", verb.as_str().expect("text"), &name, "yes");
        }
    }
    assert_eq!(apply().0, 0);
    held(
        "each verb of the RBAC role is taken away, one after the other",
        "the apply names it before anything is written",
    );
}

#[test]
fn each_part_of_the_cluster_role_is_needed_or_finds_faults_sooner() {
    let service =
        Service::new("wide", "acme/api:1", "    max_containers: 3\n    public_uri: all\n");
    let folder = service.folder.path();
    let roles = permissions(&service, &[])["items"].as_array().expect("a list").clone();
    // The Role bound everywhere, so that the namespace need not be there before.
    let everywhere = json!({"apiVersion": roles[0]["apiVersion"], "kind": "ClusterRole", "metadata": {"name": "wide-everywhere"}, "rules": roles[0]["rules"]});
    let cluster = &roles[1];
    let kubeconfig = kubeconfig_of("wideops", &[everywhere, cluster.clone()], folder);
    await_answer("wideops", "create", "namespaces", "yes");
    let apply = || service.run(&["--kubeconfig", &kubeconfig, "--skip-aws"]);
    let without =
        |resource: &str, verb: &str, name: Option<&str>, run: &dyn Fn() -> (i32, String)| {
            let mut less = cluster.clone();
            for rule in less["rules"].as_array_mut().expect("rules") {
                if rule["resources"][0] == resource
                    && rule["resourceNames"].get(0).and_then(Value::as_str) == name
                {
                    rule["verbs"].as_array_mut().expect("verbs").retain(|other| other != verb);
                }
            }
            less["rules"].as_array_mut().expect("rules").retain(|rule| rule["verbs"] != json!([]));
            assert_ne!(less, *cluster, "{verb} {resource} is there to be taken away");
            let asked =
                name.map_or_else(|| resource.to_owned(), |name| format!("{resource}/{name}"));
            apply_objects(&[less], folder);
            await_answer("wideops", verb, &asked, "no");
            let outcome = run();
            apply_objects(std::slice::from_ref(cluster), folder);
            await_answer("wideops", verb, &asked, "yes");
            outcome
        };
    let (code, said) = without("namespaces", "create", None, &apply);
    assert!(code == 1 && said.contains("create namespaces to make the namespace"), "{said}");
    let (code, said) = apply();
    assert_eq!(code, 0, "{said}");
    // Which cluster it is, is kept with the role of AWS and in a saved plan.
    let save = || {
        let mut command = optakit(folder);
        command.args([
            "plan",
            &service.bundle(),
            "--kubeconfig",
            &kubeconfig,
            "--save",
            "wide.plan",
        ]);
        let output = command.output().expect("it starts");
        (
            output.status.code().expect("it exits"),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, said) = save();
    assert_eq!(code, 0, "{said}");
    for (verb, name, run, says) in [
        (
            "get",
            "wide",
            &apply as &dyn Fn() -> (i32, String),
            "reading Namespace wide is forbidden",
        ),
        ("patch", "wide", &apply, "cannot patch resource \"namespaces\""),
        ("get", "kube-system", &save, "reading Namespace kube-system is forbidden"),
    ] {
        let (code, said) = without("namespaces", verb, Some(name), run);
        assert!(code == 1 && said.contains(says), "without {verb} {name}: {said}");
    }
    // What is only looked at goes unseen, and the apply goes on.
    for (resource, verb) in [("nodes", "list"), ("ingressclasses", "get")] {
        let (code, said) = without(resource, verb, None, &apply);
        assert_eq!(code, 0, "without {verb} {resource}: {said}");
    }
    held(
        "each part of the ClusterRole is taken away",
        "named before anything is written; of what is only looked at, the apply goes on without",
    );
}

#[test]
fn the_policy_is_enough_and_what_is_missing_is_named() {
    let actions = |policy: &Value| -> Vec<String> {
        let statements = policy["Statement"].as_array().expect("a list").iter();
        let of = |statement: &Value| statement["Action"].as_array().expect("a list").clone();
        statements
            .filter(|statement| statement["Sid"] != "Push")
            .flat_map(of)
            .map(|action| action.as_str().expect("text").to_owned())
            .collect()
    };
    let run = |service: &Service, allowed: &[String]| {
        let names: Vec<&str> =
            allowed.iter().filter_map(|action| Some(action.split_once(':')?.1)).collect();
        let mut command = optakit(service.folder.path());
        command.env("AWS_ACCESS_KEY_ID", format!("ONLY-{}-GetCallerIdentity", names.join("-")));
        let output = command.args(["apply", &service.bundle()]).output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let service = Service::new("granted", "AUTO", "    links: []\n");
    let policy = permissions(&service, &["--aws"]);
    assert_eq!(
        policy["Statement"][2]["Resource"],
        json!(["arn:aws:ecr:us-east-1:123456789012:repository/opta-granted-api"])
    );
    let all = actions(&policy);
    let (code, said) = run(&service, &all);
    assert!(code == Some(0) && said.contains("created  ECR repository opta-granted-api"), "{said}");
    let (code, said) = run(&service, &all);
    assert!(code == Some(0) && !said.contains("created"), "{said}");
    let mut named = Vec::new();
    for (index, action) in all.iter().enumerate() {
        let allowed: Vec<String> = all.iter().filter(|other| *other != action).cloned().collect();
        // One of its own, so that everything has to be made.
        let service =
            Service::new(Box::leak(format!("granted{index}").into_boxed_str()), "AUTO", "");
        for _ in 0..2 {
            let (code, said) = run(&service, &allowed);
            if code != Some(0) {
                assert!(
                    said.contains(&format!("AWS refuses {action} for")),
                    "without {action}: {said}"
                );
                named.push(action.as_str());
                break;
            }
        }
    }
    for action in [
        "ecr:CreateRepository",
        "ecr:SetRepositoryPolicy",
        "iam:GetRole",
        "iam:CreateRole",
        "iam:CreatePolicy",
        "iam:AttachRolePolicy",
        "iam:GetPolicyVersion",
    ] {
        assert!(named.contains(&action), "{action} is not missed: {named:?}");
    }
    held("each action of the IAM policy is taken away", "the apply works without it, or names it");
}
