//! The number of pods of a live service when its scaling changes. A watch sees every state.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::testbed::faulty::{FaultyProxy, KUBECONFIG};
use crate::testbed::{
    PodCount, PodWatch, Service, apply_objects, exists, get, kubectl_ok, optakit, record_fault,
};

/// The highest number of writes that an apply can need.
const MOST_WRITES: usize = 40;
/// The lowest number of writes that an apply can need.
const FEWEST_WRITES: usize = 5;

fn fixed(count: u32) -> String {
    format!(
        "    min_containers: {count}\n    max_containers: {count}\n    \
         autoscaling_target_cpu_percentage: 0\n    autoscaling_target_mem_percentage: 0\n"
    )
}

fn automatic(min: u32, max: u32) -> String {
    format!("    min_containers: {min}\n    max_containers: {max}\n")
}

const STOPPED: &str = "    min_containers: 0\n    max_containers: 0\n";

/// A service that was applied, and a watch of its pods.
struct Live {
    service: Service,
    watch: PodWatch,
}

impl Live {
    #[track_caller]
    fn new(layer: &str, fields: &str) -> Self {
        let service = Service::new(layer, "acme/api:1", fields);
        service.apply(&["--skip-aws"]).succeeds();
        let watch = PodWatch::start(&service);
        Self { service, watch }
    }

    /// Applies other fields. Returns the plan, and every state of the Deployment.
    #[track_caller]
    fn change(&mut self, image: &str, fields: &str) -> (String, Vec<PodCount>) {
        self.service.update(image, fields);
        let plan = self.service.run("plan", &[]).exits(2).stdout;
        self.service.apply(&["--skip-aws"]).succeeds();
        let counts = self.watch.counts();
        self.service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
        (plan, counts)
    }

    /// Sets the number of pods by hand, and waits until they are ready.
    fn scale_by_hand(&mut self, count: u32) {
        let deployment = format!("deployment/{}", self.service.deployment_name());
        let count = count.to_string();
        let namespace = ["-n", &self.service.layer];
        kubectl_ok(&[&namespace[..], &["scale", &deployment, "--replicas", &count]].concat());
        let wait = ["rollout", "status", &deployment, "--timeout=60s"];
        kubectl_ok(&[&namespace[..], &wait].concat());
        self.watch.counts();
    }

    /// Sets the number of pods as the controller of an autoscaler does.
    fn scale_as_autoscaler(&mut self, count: u32) {
        let deployment = self.service.deployment_name();
        let patch = format!("{{\"spec\":{{\"replicas\":{count}}}}}");
        let namespace = ["-n", &self.service.layer];
        let scale = ["patch", "deployment", &deployment, "--subresource=scale", "--patch", &patch];
        let manager = ["--type=merge", "--field-manager=kube-controller-manager"];
        kubectl_ok(&[&namespace[..], &scale, &manager].concat());
        let object = format!("deployment/{deployment}");
        let wait = ["rollout", "status", &object, "--timeout=60s"];
        kubectl_ok(&[&namespace[..], &wait].concat());
        self.watch.counts();
    }

    fn has_autoscaler(&self) -> bool {
        exists(&["-n", &self.service.layer, "hpa", &self.service.deployment_name()])
    }
}

/// Asserts that no state asked for fewer pods, or had fewer ready ones, and that the last state asks
/// for `last` pods.
#[track_caller]
fn assert_counts(counts: &[PodCount], least: i64, last: i64) {
    let has_enough = |count: &PodCount| count.wanted >= least && count.ready >= least;
    assert!(counts.iter().all(has_enough), "fewer than {least}: {counts:?}");
    assert_eq!(counts.last().map(|count| count.wanted), Some(last), "{counts:?}");
}

#[track_caller]
fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "`{part}` is missing in:\n{text}");
}

#[test]
fn autoscaler_starts_at_the_fixed_number() {
    let mut live = Live::new("scalefixed", &fixed(4));
    let (plan, counts) = live.change("acme/api:1", &automatic(3, 6));
    assert_contains(&plan, "replicas 4 → autoscaled 3–6, stays at 4");
    assert_counts(&counts, 4, 4);
    assert!(live.has_autoscaler());
    // A rollout in the same apply does not change the number either.
    let (_, counts) = live.change("acme/api:2", &fixed(4));
    assert_counts(&counts, 4, 4);
    let (plan, counts) = live.change("acme/api:3", &automatic(6, 8));
    assert_contains(&plan, "replicas 4 → autoscaled 6–8, rises to 6");
    assert_counts(&counts, 4, 6);
}

#[test]
fn fixed_number_replaces_the_autoscaler() {
    let mut live = Live::new("scaleauto", &automatic(3, 6));
    live.scale_as_autoscaler(5);
    let (plan, counts) = live.change("acme/api:1", &fixed(4));
    assert_contains(&plan, "replicas 5 → 4");
    assert_contains(&plan, "will delete  HorizontalPodAutoscaler");
    assert_counts(&counts, 4, 4);
    assert!(!live.has_autoscaler());
    // The autoscaler's minimum is above the fixed number: it must not raise the number again.
    let mut live = Live::new("scaleautolow", &automatic(3, 6));
    let (_, counts) = live.change("acme/api:2", &fixed(2));
    assert_counts(&counts, 2, 2);
    let changes = counts.windows(2).filter(|pair| pair[0].wanted != pair[1].wanted);
    assert_eq!(changes.count(), 1, "{counts:?}");
    let (plan, counts) = live.change("acme/api:2", &fixed(3));
    assert_contains(&plan, "replicas 2 → 3");
    assert_counts(&counts, 2, 3);
}

#[test]
fn stopped_service_starts_with_the_minimum() {
    let mut live = Live::new("scalestop", &automatic(2, 4));
    let (plan, counts) = live.change("acme/api:1", STOPPED);
    assert_contains(&plan, "replicas 2 → 0");
    assert_counts(&counts, 0, 0);
    assert!(!live.has_autoscaler());
    let (plan, counts) = live.change("acme/api:2", &automatic(3, 4));
    assert_contains(&plan, "replicas 0 → autoscaled 3–4, starts at 3");
    assert_counts(&counts, 0, 3);
    let (_, counts) = live.change("acme/api:2", &fixed(2));
    assert_counts(&counts, 2, 2);
    let (_, counts) = live.change("acme/api:2", STOPPED);
    assert_counts(&counts, 0, 0);
    let (_, counts) = live.change("acme/api:2", &fixed(2));
    assert_counts(&counts, 0, 2);
}

#[test]
fn minimum_changes_without_a_drop() {
    let mut live = Live::new("scalemin", &automatic(2, 3));
    let (plan, counts) = live.change("acme/api:1", &automatic(5, 7));
    assert_contains(&plan, "replicas 2 → autoscaled 5–7, rises to 5");
    assert_counts(&counts, 2, 5);
    let wanted: Vec<i64> = counts.iter().map(|count| count.wanted).collect();
    assert!(wanted.is_sorted(), "{wanted:?}");
    let (plan, counts) = live.change("acme/api:1", &automatic(1, 7));
    assert!(!plan.contains("Deployment"), "the autoscaler changes the number: {plan}");
    assert_counts(&counts, 5, 5);
}

#[test]
fn number_that_was_set_by_hand_is_kept_or_replaced() {
    let mut live = Live::new("scalehand", &automatic(2, 9));
    live.scale_by_hand(7);
    let (_, counts) = live.change("acme/api:2", &automatic(3, 9));
    assert_counts(&counts, 7, 7);
    let (_, counts) = live.change("acme/api:2", &fixed(3));
    assert_counts(&counts, 3, 3);
    live.scale_by_hand(6);
    live.service.run("plan", &[]).exits(2).prints("replicas 6 → 3");
    // The number of a person is where the autoscaler starts.
    let (plan, counts) = live.change("acme/api:2", &automatic(2, 9));
    assert_contains(&plan, "replicas 6 → autoscaled 2–9, stays at 6");
    assert_counts(&counts, 6, 6);
    live.scale_by_hand(0);
    let (plan, counts) = live.change("acme/api:2", &automatic(2, 8));
    assert_contains(&plan, "replicas 0 → autoscaled 2–8, starts at 2");
    assert_counts(&counts, 0, 2);
}

#[test]
fn rollback_keeps_the_number_of_pods() {
    let mut live = Live::new("scaleback", &fixed(4));
    live.change("acme/api:1", &automatic(3, 6));
    let rollback = |live: &mut Live, number: &str| {
        live.service.run("rollback", &["--to", number]).succeeds();
        live.watch.counts()
    };
    let counts = rollback(&mut live, "1");
    assert_counts(&counts, 4, 4);
    assert!(!live.has_autoscaler(), "revision 1 has no autoscaler");
    let counts = rollback(&mut live, "2");
    assert_counts(&counts, 4, 4);
    assert!(live.has_autoscaler(), "revision 2 has an autoscaler");
    live.change("acme/api:1", STOPPED);
    let counts = rollback(&mut live, "2");
    assert_counts(&counts, 0, 3);
}

#[test]
fn failed_transition_keeps_the_number_of_pods() {
    let mut live = Live::new("scalefail", &fixed(4));
    live.service.update("image-not-found/api:2", &automatic(3, 6));
    live.service.apply(&["--skip-aws"]).fails().reports("rolled back");
    assert_counts(&live.watch.counts(), 4, 4);
    assert!(!live.has_autoscaler());
    record_fault(
        "A rollout fails that gives the Deployment its first autoscaler",
        "The rollback restores the fixed number. No pod stops on the way.",
    );
}

/// Kills an apply at its first write, then at its second write, and so on, and applies again each
/// time. Each of them changes the scaling from `from` to `to`.
fn kill_at_every_write(layer: &str, from: &str, to: &str, least: i64) {
    let mut live = Live::new(layer, from);
    let proxy = FaultyProxy::start(&live.service);
    for number in 1.. {
        assert!(number < MOST_WRITES, "an apply needs fewer writes");
        live.service.update("acme/api:1", to);
        proxy.set_mode(&format!("hold={number}"));
        let mut child = optakit(live.service.folder())
            .args([
                "apply",
                &live.service.bundle(),
                "--kubeconfig",
                KUBECONFIG,
                "--skip-aws",
                "--yes",
            ])
            .stderr(Stdio::null())
            .spawn()
            .expect("Optakit starts");
        if !proxy.holds(&mut child) {
            assert!(child.wait().expect("Optakit exits").success());
            assert!(number > FEWEST_WRITES, "an apply needs more than {number} writes");
            return;
        }
        child.kill().expect("Optakit is running");
        child.wait().expect("Optakit ends");
        live.service.apply(&["--skip-aws"]).succeeds();
        let counts = live.watch.counts();
        let has_enough = |count: &PodCount| count.wanted >= least && count.ready >= least;
        assert!(counts.iter().all(has_enough), "after write {number}: {counts:?}");
        live.service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
        live.service.update("acme/api:1", from);
        live.service.apply(&["--skip-aws"]).succeeds();
        live.watch.counts();
    }
}

#[test]
fn killed_change_of_the_scaling_keeps_enough_pods() {
    kill_at_every_write("scalekill", &fixed(4), &automatic(3, 6), 4);
    kill_at_every_write("scalekillback", &automatic(5, 6), &fixed(3), 3);
    record_fault(
        "`kill -9` at each write of an apply that adds or removes an autoscaler",
        "The next apply finishes it. The number of pods is never too low.",
    );
}

/// Returns a policy that sets the number of pods in dry runs, and its binding.
fn policy_of_one_pod(layer: &str) -> [Value; 2] {
    let version = "admissionregistration.k8s.io/v1";
    let rule = json!({
        "apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"],
        "operations": ["CREATE", "UPDATE"],
    });
    let policy = json!({
        "apiVersion": version, "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": layer},
        "spec": {
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": layer}},
                "resourceRules": [rule],
            },
            "matchConditions": [{"name": "dry-run", "expression": "request.dryRun"}],
            "mutations": [{
                "patchType": "ApplyConfiguration",
                "applyConfiguration": {"expression": "Object{spec: Object.spec{replicas: 1}}"},
            }],
        },
    });
    let binding = json!({
        "apiVersion": version, "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": layer}, "spec": {"policyName": layer},
    });
    [policy, binding]
}

#[test]
fn policy_that_changes_the_number_of_pods_stops_the_apply() {
    let mut live = Live::new("scalepolicy", &automatic(4, 6));
    apply_objects(&policy_of_one_pod("scalepolicy"), live.service.folder());
    let deployment = live.service.deployment_name();
    let probe = ["-n", "scalepolicy", "patch", "deployment", &deployment, "--type=merge"];
    let change = ["--patch", "{\"metadata\":{\"labels\":{\"probe\":\"yes\"}}}"];
    let dry_run = ["--dry-run=server", "-o", "jsonpath={.spec.replicas}"];
    // The API server uses a new policy a moment after it was created.
    while kubectl_ok(&[&probe[..], &change, &dry_run].concat()) != "1" {}
    for fields in [automatic(4, 6), fixed(4)] {
        live.service.update("acme/api:2", &fields);
        live.service
            .apply(&["--skip-aws"])
            .fails()
            .reports("should have 4 replicas, but a dry run sets 1")
            .reports("Optakit does not apply this plan; nothing was changed");
    }
    assert_counts(&live.watch.counts(), 4, 4);
    for kind in ["mutatingadmissionpolicybinding", "mutatingadmissionpolicy"] {
        kubectl_ok(&["delete", kind, "scalepolicy"]);
    }
}

#[test]
fn failed_end_of_the_autoscaler_is_rolled_back() {
    let mut live = Live::new("scalefailback", &automatic(3, 6));
    live.service.update("image-not-found/api:2", &fixed(5));
    live.service.apply(&["--skip-aws"]).fails().reports("rolled back");
    let counts = live.watch.counts();
    assert!(counts.iter().all(|count| count.wanted >= 3 && count.ready >= 3), "{counts:?}");
    assert!(live.has_autoscaler());
}

/// Returns an autoscaler of another tool.
fn autoscaler_of_keda(service: &Service) -> Value {
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "keda-hpa-api", "namespace": service.layer},
        "spec": {
            "scaleTargetRef": {
                "apiVersion": "apps/v1", "kind": "Deployment", "name": service.deployment_name(),
            },
            "minReplicas": 5, "maxReplicas": 8,
            "metrics": [{"type": "Resource", "resource": {
                "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50},
            }}],
        },
    })
}

#[test]
fn autoscaler_of_another_tool_is_reported() {
    let mut live = Live::new("scalekeda", &fixed(2));
    apply_objects(&[autoscaler_of_keda(&live.service)], live.service.folder());
    live.scale_as_autoscaler(5);
    for fields in [fixed(3), automatic(2, 4)] {
        live.service.update("acme/api:1", &fields);
        live.service
            .apply(&["--skip-aws"])
            .fails()
            .reports("is scaled by HorizontalPodAutoscaler keda-hpa-api");
    }
    assert_counts(&live.watch.counts(), 5, 5);
}

#[test]
fn number_of_a_rollout_controller_is_left_to_it() {
    let mut live = Live::new("scaleargo", &automatic(2, 4));
    let deployment = live.service.deployment_name();
    let stop = ["-n", "scaleargo", "patch", "deployment", &deployment, "--type=merge"];
    let patch = ["--field-manager=argo-rollouts", "--patch", "{\"spec\":{\"replicas\":0}}"];
    kubectl_ok(&[&stop[..], &patch].concat());
    live.service.apply(&["--skip-aws"]).succeeds().reports("nothing to change");
    live.service.update("acme/api:1", &fixed(2));
    live.service.apply(&["--skip-aws"]).fails().reports("argo-rollouts");
    assert_eq!(live.watch.counts().last().map(|count| count.wanted), Some(0));
}

#[test]
fn two_modules_change_their_scaling_at_once() {
    let service = Service::new("scaletwo", "acme/api:1", "");
    let write = |api: &str, worker: &str| {
        let text = format!(
            "name: scaletwo\nenvironments:\n  - {{name: staging, path: env/staging.yml}}\n\
             modules:\n  - type: k8s-service\n    name: api\n    image: acme/api:1\n    \
             port: {{http: 8000}}\n{api}  - type: k8s-service\n    name: worker\n    \
             image: acme/worker:1\n    port: {{http: 8000}}\n{worker}"
        );
        service.write("opta.yml", &text);
        service.run_alone(&["bundle", "--quiet"]).succeeds();
    };
    write(&fixed(4), &automatic(3, 6));
    service.apply(&["--skip-aws"]).succeeds();
    let mut watches = ["api", "worker"].map(|module| PodWatch::of(&service, module));
    write(&automatic(3, 6), &fixed(4));
    service.apply(&["--skip-aws"]).succeeds();
    assert_counts(&watches[0].counts(), 4, 4);
    assert_counts(&watches[1].counts(), 3, 4);
    let autoscalers = get(&["-n", "scaletwo", "hpa"]);
    let names: Vec<&Value> = autoscalers["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| &item["metadata"]["name"])
        .collect();
    assert_eq!(names, ["scaletwo-api-k8s-service"]);
}
