//! The order of changes to IAM roles: gains before the rollout, losses after it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sdk_iam::Client;
use serde_json::Value;

use crate::aws::aws;
use crate::iam::{create_policy, decoded};
use crate::testbed::{Run, Service, optakit, record_fault};

/// How long an apply may take to change a Deployment.
const APPLY: Duration = Duration::from_secs(120);

/// Returns fields of a service with access to a bucket.
pub(crate) fn bucket(name: &str, access: &str) -> String {
    format!(
        "    links: [{{media: [{access}]}}]\n  \
         - {{type: aws-s3, name: media, bucket_name: {name}}}\n"
    )
}

/// Returns the document of a policy of the account.
pub(crate) async fn document(iam: &Client, name: &str) -> String {
    let arn = format!("arn:aws:iam::123456789012:policy/{name}");
    let policy = iam.get_policy().policy_arn(&arn).send().await.expect("the policy exists");
    let version = policy.policy().and_then(|policy| policy.default_version_id());
    let version = version.expect("the policy has a version");
    let version = iam.get_policy_version().policy_arn(&arn).version_id(version).send().await;
    let version = version.expect("the version exists");
    let document = version.policy_version().and_then(|version| version.document());
    decoded(document.expect("the version has a document"))
}

/// Returns the names of the policies that are attached to a role.
async fn attached(iam: &Client, role: &str) -> Vec<String> {
    let listed = iam.list_attached_role_policies().role_name(role).send().await;
    let listed = listed.expect("the role exists");
    let names = listed.attached_policies().iter().filter_map(|policy| policy.policy_name());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

fn plan(service: &Service, arguments: &[&str]) -> Run {
    service.run_alone(&[&["plan", &service.bundle()], arguments].concat())
}

#[tokio::test]
async fn permissions_are_withdrawn_only_after_a_successful_rollout() {
    let service = Service::new("swapped", "acme/api:1", &bucket("acme-old", "read"));
    let (iam, role) = (Client::new(&aws().await), "staging-swapped-api");
    service.apply_with(&[]).succeeds();
    assert!(document(&iam, role).await.contains("acme-old"));

    service.update("image-not-found/api:2", &bucket("acme-new", "read"));
    service
        .apply_with(&["--on-failure", "keep"])
        .fails()
        .reports("pods gain access before the rollout; pods lose access after the rollout")
        .reports("+ policy: s3:GetObject*, s3:ListBucket on arn:aws:s3:::acme-new")
        .reports("- policy: s3:GetObject*, s3:ListBucket on arn:aws:s3:::acme-old")
        .reports("changed      IAM role staging-swapped-api (policy)")
        .omits("withdrawn");
    let both = document(&iam, role).await;
    assert!(both.contains("acme-old") && both.contains("acme-new"), "{both}");

    service.update("acme/api:2", &bucket("acme-new", "read"));
    service
        .apply_with(&[])
        .succeeds()
        .reports("withdrawn    IAM role staging-swapped-api (policy)");
    let new = document(&iam, role).await;
    assert!(!new.contains("acme-old") && new.contains("acme-new"), "{new}");
    service.apply_with(&[]).succeeds().reports("nothing to change");
    record_fault(
        "A rollout fails after IAM permissions changed",
        "The old pods keep their permissions. The next successful rollout withdraws them.",
    );
}

#[tokio::test]
async fn image_that_stays_gets_the_permissions_of_the_new_bundle() {
    let service = Service::new("keptrole", "AUTO", &bucket("acme-old", "read"));
    let (iam, role) = (Client::new(&aws().await), "staging-keptrole-api");
    let digest = service.push("amd64");
    service.apply_with(&["--image-digest", &digest]).succeeds();
    service.update("AUTO", &bucket("acme-new", "read"));
    service
        .apply_with(&[])
        .succeeds()
        .reports(&format!("api: image unchanged: {digest}"))
        .reports("withdrawn");
    let new = document(&iam, role).await;
    assert!(!new.contains("acme-old") && new.contains("acme-new"), "{new}");
}

#[tokio::test]
async fn rollback_restores_the_permissions_of_the_revision() {
    let service = Service::new("restoredrole", "acme/api:1", &bucket("acme-old", "write"));
    let (iam, role) = (Client::new(&aws().await), "staging-restoredrole-api");
    service.apply_with(&[]).succeeds();
    service.update("image-not-found/api:2", &bucket("acme-new", "write"));
    service.apply_with(&[]).fails().reports("rolled back to revision 1");
    let old = document(&iam, role).await;
    assert!(old.contains("acme-old") && !old.contains("acme-new"), "{old}");

    service.update("acme/api:3", &bucket("acme-new", "read"));
    service.apply_with(&[]).succeeds();
    assert!(!document(&iam, role).await.contains("acme-old"));
    let rollback = ["rollback", &service.bundle(), "--yes"];
    service.run_alone(&rollback).succeeds().reports("+ policy: s3:DeleteObject*");
    assert_eq!(document(&iam, role).await, old);
}

#[tokio::test]
async fn plan_shows_changes_in_aws_and_a_saved_plan_depends_on_them() {
    let service = Service::new("surveyed", "acme/api:1", &bucket("acme-old", "read"));
    let (iam, role) = (Client::new(&aws().await), "staging-surveyed-api");
    plan(&service, &[]).exits(2).prints(
        "will create  IAM role staging-surveyed-api  (pods gain access before the rollout)",
    );
    let missing = iam.get_role().role_name(role).send().await;
    assert!(missing.is_err(), "a plan writes nothing");
    service.apply_with(&[]).succeeds();
    assert_eq!(plan(&service, &[]).succeeds().output(), "surveyed: no changes");

    let foreign = create_policy(&iam, "surveyed-foreign").await;
    let arn = format!("arn:aws:iam::123456789012:policy/{role}");
    iam.detach_role_policy().role_name(role).policy_arn(&arn).send().await.expect("detached");
    plan(&service, &["--save", "plan.json"])
        .exits(2)
        .prints("will change  IAM role staging-surveyed-api  (pods gain access before the rollout)")
        .prints(&format!("+ attachment: the policy {arn}"))
        .prints("surveyed: 1 change");
    let json = plan(&service, &["--output", "json"]).exits(2);
    let json: Value = serde_json::from_str(&json.stdout).expect("the plan is JSON");
    assert_eq!(json["aws"][0]["action"], "grant", "{json:#}");
    assert_eq!(json["aws"][0]["name"], role);
    service.run_alone(&["plan", &service.bundle(), "--skip-aws"]).succeeds();

    iam.attach_role_policy().role_name(role).policy_arn(&foreign).send().await.expect("attached");
    service
        .apply_with(&["--plan", "plan.json"])
        .fails()
        .reports("IAM role staging-surveyed-api has changed since");
    assert_eq!(attached(&iam, role).await, ["surveyed-foreign"], "nothing was changed");
    plan(&service, &["--save", "plan.json"]).exits(2);
    service.apply_with(&["--plan", "plan.json"]).succeeds();
    assert_eq!(attached(&iam, role).await, [role, "surveyed-foreign"]);
    record_fault(
        "IAM changed after a plan was saved",
        "The apply rejects the saved plan and names the role.",
    );
}

#[tokio::test]
async fn next_apply_withdraws_what_a_killed_one_did_not() {
    let iam = Client::new(&aws().await);
    let (old, new) = (create_policy(&iam, "cut-old").await, create_policy(&iam, "cut-new").await);
    let attach = |arn: &str| format!("    additional_iam_policies: [\"{arn}\"]\n");
    let service = Service::new("cut", "acme/api:1", &attach(&old));
    let role = "staging-cut-api";
    service.apply_with(&[]).succeeds();
    assert_eq!(attached(&iam, role).await, ["cut-old", role]);

    service.update("acme/api:2", &attach(&new));
    let mut child = optakit(service.folder())
        .env("AWS_ACCESS_KEY_ID", "HELD-DetachRolePolicy")
        .args(["apply", &service.bundle(), "--yes"])
        .stderr(Stdio::null())
        .spawn()
        .expect("Optakit starts");
    let end = Instant::now() + APPLY;
    while service.image() != "acme/api:2" {
        assert!(Instant::now() < end, "the Deployment was not changed");
    }
    child.kill().expect("Optakit is running");
    child.wait().expect("Optakit ends");
    assert_eq!(attached(&iam, role).await, ["cut-new", "cut-old", role]);
    service.apply_with(&["--wait-lock", "60"]).succeeds();
    assert_eq!(attached(&iam, role).await, ["cut-new", role]);
    service.apply_with(&[]).succeeds().reports("nothing to change");
    record_fault(
        "`kill -9` between the changes of IAM before and after the rollout",
        "Old and new pods keep their permissions. The next apply withdraws the old ones.",
    );
}
