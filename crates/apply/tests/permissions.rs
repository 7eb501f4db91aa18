//! The output of `optakit permissions` is sufficient, and each verb of the Role is needed.

#[allow(dead_code, unused_imports, reason = "these tests use a part of the testbed")]
mod testbed;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testbed::{Run, Service, apply_objects, kubeconfig_of, kubectl, optakit, record_fault};

/// How long the API server may take to use a changed role.
const ROLE_DELAY: Duration = Duration::from_secs(20);

/// Returns what `optakit permissions` prints.
fn permissions(service: &Service, arguments: &[&str]) -> Value {
    let command = ["permissions", &service.bundle()];
    let run = service.run_alone(&[&command, arguments].concat()).succeeds();
    serde_json::from_str(&run.stdout).expect("the permissions are JSON")
}

/// Waits until the service account `deployer` may, or may not, use a verb.
fn await_access(namespace: &str, verb: &str, resource: &str, allowed: bool) {
    let account = format!("system:serviceaccount:{namespace}:deployer");
    let expected = if allowed { "yes" } else { "no" };
    let end = Instant::now() + ROLE_DELAY;
    loop {
        let answer = kubectl(&["-n", namespace, "auth", "can-i", verb, resource, "--as", &account]);
        if String::from_utf8_lossy(&answer.stdout).trim() == expected {
            return;
        }
        assert!(Instant::now() < end, "{verb} {resource}: never `{expected}`");
    }
}

/// Returns a list of texts in a JSON value.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

/// Returns a role without a verb of one of its rules.
fn without_verb(role: &Value, rule: usize, verb: &str) -> Value {
    let mut less = role.clone();
    let rules = less["rules"].as_array_mut().expect("a role has rules");
    rules[rule]["verbs"].as_array_mut().expect("a rule has verbs").retain(|other| other != verb);
    rules.retain(|rule| rule["verbs"] != json!([]));
    less
}

#[test]
fn role_is_sufficient_and_each_verb_is_needed() {
    let fields = "    max_containers: 3\n    public_uri: all\n";
    let service = Service::new("least", "acme/api:1", fields);
    let printed = permissions(&service, &[]);
    let roles = printed["items"].as_array().expect("a list");
    let kubeconfig = kubeconfig_of("least", roles, service.folder());
    await_access("least", "patch", "deployments.apps", true);
    let apply = || service.apply_with(&["--kubeconfig", &kubeconfig, "--skip-aws"]);
    apply().succeeds().reports("ready        Deployment least-api-k8s-service");
    // The role also allows to change, to delete and to create objects again.
    service.update("acme/api:2", "");
    apply().succeeds().reports("delete");
    service.update("acme/api:2", fields);
    apply().succeeds();
    let rules = roles[0]["rules"].as_array().expect("a role has rules");
    for (index, rule) in rules.iter().enumerate() {
        let resource = match (texts(&rule["apiGroups"])[0], texts(&rule["resources"])[0]) {
            ("", resource) => resource.to_owned(),
            (group, resource) => format!("{resource}.{group}"),
        };
        for verb in texts(&rule["verbs"]) {
            apply_objects(&[without_verb(&roles[0], index, verb)], service.folder());
            await_access("least", verb, &resource, false);
            let before = service.written_versions();
            apply().fails().reports(&format!("{verb} {resource} "));
            assert_eq!(service.written_versions(), before, "without {verb} {resource}");
        }
        apply_objects(roles, service.folder());
        for verb in texts(&rule["verbs"]) {
            await_access("least", verb, &resource, true);
        }
    }
    apply().succeeds();
    record_fault(
        "Each verb of the printed Role is removed, one after the other",
        "The apply names the verb before it writes anything.",
    );
}

/// The test of the ClusterRole: a service, and a kubeconfig with exactly the printed permissions.
struct ClusterRoleTest {
    service: Service,
    cluster_role: Value,
    kubeconfig: String,
}

impl ClusterRoleTest {
    fn new() -> Self {
        let fields = "    max_containers: 3\n    public_uri: all\n";
        let service = Service::new("wide", "acme/api:1", fields);
        let printed = permissions(&service, &[]);
        let (role, cluster_role) = (&printed["items"][0], printed["items"][1].clone());
        // The Role as a ClusterRole, because the namespace does not exist yet.
        let everywhere = json!({
            "apiVersion": role["apiVersion"],
            "kind": "ClusterRole",
            "metadata": {"name": "wide-everywhere"},
            "rules": role["rules"],
        });
        let roles = [everywhere, cluster_role.clone()];
        let kubeconfig = kubeconfig_of("wideops", &roles, service.folder());
        await_access("wideops", "create", "namespaces", true);
        Self { service, cluster_role, kubeconfig }
    }

    fn apply(&self) -> Run {
        self.service.apply_with(&["--kubeconfig", &self.kubeconfig, "--skip-aws"])
    }

    fn save_plan(&self) -> Run {
        let bundle = self.service.bundle();
        let plan = ["plan", &bundle, "--kubeconfig", &self.kubeconfig, "--save", "wide.plan"];
        self.service.run_alone(&plan)
    }

    /// Runs something without a verb of the ClusterRole.
    fn without(
        &self,
        verb: &str,
        resource: &str,
        name: Option<&str>,
        run: impl Fn(&Self) -> Run,
    ) -> Run {
        let rules = self.cluster_role["rules"].as_array().expect("a role has rules");
        let is_meant = |rule: &Value| {
            rule["resources"][0] == resource
                && rule["resourceNames"].get(0).and_then(Value::as_str) == name
                && texts(&rule["verbs"]).contains(&verb)
        };
        let index = rules.iter().position(is_meant);
        let index = index.unwrap_or_else(|| panic!("no rule for {verb} {resource} {name:?}"));
        let access = name.map_or_else(|| resource.to_owned(), |name| format!("{resource}/{name}"));
        apply_objects(&[without_verb(&self.cluster_role, index, verb)], self.service.folder());
        await_access("wideops", verb, &access, false);
        let outcome = run(self);
        apply_objects(std::slice::from_ref(&self.cluster_role), self.service.folder());
        await_access("wideops", verb, &access, true);
        outcome
    }
}

#[test]
fn each_verb_of_the_cluster_role_is_needed_or_only_used_for_warnings() {
    let test = ClusterRoleTest::new();
    test.without("create", "namespaces", None, ClusterRoleTest::apply)
        .fails()
        .reports("create namespaces to create the namespace");
    test.apply().succeeds();
    // A saved plan contains the UID of the cluster.
    test.save_plan().succeeds();
    test.without("get", "namespaces", Some("wide"), ClusterRoleTest::apply)
        .fails()
        .reports("reading Namespace wide is forbidden");
    test.without("patch", "namespaces", Some("wide"), ClusterRoleTest::apply)
        .fails()
        .reports("cannot patch resource \"namespaces\"");
    test.without("get", "namespaces", Some("kube-system"), ClusterRoleTest::save_plan)
        .fails()
        .reports("reading Namespace kube-system is forbidden");
    // The apply reads these only for warnings.
    for (verb, resource) in [("list", "nodes"), ("get", "ingressclasses")] {
        test.without(verb, resource, None, ClusterRoleTest::apply).succeeds();
    }
    record_fault(
        "Each verb of the printed ClusterRole is removed, one after the other",
        "The command fails and names the permission. Without permission to read nodes and \
         ingress classes, the apply succeeds.",
    );
}

/// Returns the actions of an IAM policy, without the actions for pushes.
fn apply_actions(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().expect("a list").iter();
    statements
        .filter(|statement| statement["Sid"] != "Push")
        .flat_map(|statement| texts(&statement["Action"]))
        .map(str::to_owned)
        .collect()
}

/// Returns an access key that may use only these actions.
fn key_with_actions(allowed: &[String]) -> String {
    let names: Vec<&str> =
        allowed.iter().filter_map(|action| Some(action.split_once(':')?.1)).collect();
    format!("ONLY-{}-GetCallerIdentity", names.join("-"))
}

/// Deploys with an access key that may use only these actions.
fn deploy_with_actions(service: &Service, allowed: &[String]) -> Run {
    service.deploy_as(&key_with_actions(allowed))
}

#[test]
fn plan_needs_only_the_actions_that_read() {
    let service = Service::new("readonly", "AUTO", "");
    let reads = |action: &String| {
        let name = action.split_once(':').map(|(_, name)| name).unwrap_or_default();
        ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
    };
    let policy = permissions(&service, &["--aws"]);
    let actions: Vec<String> = apply_actions(&policy).into_iter().filter(reads).collect();
    let mut command = optakit(service.folder());
    command.env("AWS_ACCESS_KEY_ID", key_with_actions(&actions));
    Run::of(command.args(["plan", &service.bundle(), "--image-tag", "1"]))
        .exits(2)
        .prints("will create  ECR repository opta-readonly-api")
        .prints("will create  IAM role staging-readonly-api");
}

#[test]
fn iam_policy_is_sufficient_and_missing_actions_are_named() {
    let service = Service::new("granted", "AUTO", "    links: []\n");
    let policy = permissions(&service, &["--aws"]);
    assert_eq!(
        policy["Statement"][2]["Resource"],
        json!(["arn:aws:ecr:us-east-1:123456789012:repository/opta-granted-api"])
    );
    let all = apply_actions(&policy);
    service.archive("amd64");
    deploy_with_actions(&service, &all)
        .succeeds()
        .reports("created      ECR repository opta-granted-api");
    deploy_with_actions(&service, &all).succeeds().omits("created");
    let mut needed = Vec::new();
    for (index, action) in all.iter().enumerate() {
        let allowed: Vec<String> = all.iter().filter(|other| *other != action).cloned().collect();
        // A new service, so that the apply has to create every resource.
        let service = Service::new(format!("granted{index}"), "AUTO", "");
        service.archive("amd64");
        // The second apply reads and compares the resources.
        let failed =
            (0..2).map(|_| deploy_with_actions(&service, &allowed)).find(|run| run.code != 0);
        if let Some(failed) = failed {
            failed.reports(&format!("AWS denies {action} for"));
            needed.push(action.as_str());
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
        assert!(needed.contains(&action), "{action} is not needed: {needed:?}");
    }
    record_fault(
        "Each action of the printed IAM policy is removed, one after the other",
        "The apply either succeeds without the action or names it.",
    );
}
