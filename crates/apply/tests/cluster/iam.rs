//! The IAM role of a service.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use serde_json::Value;

use crate::aws::aws;
use crate::testbed::{Service, get};

/// A trust policy that lets anyone assume the role.
pub(crate) const OPEN_TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}"#;
const READ: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;
const CLUSTER_TAG: &str = "optakit.dev/cluster";

/// Returns the trust policy of a role.
pub(crate) async fn trust(iam: &Client, role: &str) -> Value {
    let role = iam.get_role().role_name(role).send().await.expect("the role exists");
    let role = role.role().expect("the role exists");
    let document = role.assume_role_policy_document().expect("the role has a trust policy");
    serde_json::from_str(&decoded(document)).expect("the trust policy is JSON")
}

/// Decodes a policy document. IAM returns it URL-encoded.
pub(crate) fn decoded(document: &str) -> String {
    percent_encoding::percent_decode_str(document).decode_utf8().expect("UTF-8").into_owned()
}

/// Creates a policy. Returns its ARN.
pub(crate) async fn create_policy(iam: &Client, name: &str) -> String {
    let created = iam.create_policy().policy_name(name).policy_document(READ).send().await;
    let created = created.expect("the policy can be created");
    created.policy().and_then(|policy| policy.arn()).expect("the policy has an ARN").to_owned()
}

#[tokio::test]
async fn role_is_created_and_corrected() {
    let service = Service::new("roled", "acme/api:1", "");
    let role = "staging-roled-api";
    service.apply_with(&[]).succeeds().reports("created      IAM role staging-roled-api");
    let iam = Client::new(&aws().await);
    let first = trust(&iam, role).await;
    let condition = &first["Statement"][0]["Condition"]["StringEquals"];
    let condition = condition.as_object().expect("the trust policy has a condition");
    let (key, subject) = condition
        .iter()
        .find(|(key, _)| key.ends_with(":sub"))
        .expect("the condition names the service account");
    assert_eq!(subject, "system:serviceaccount:roled:api");
    assert!(!key.contains('{') && !first.to_string().contains("k8s_openid"), "{first}");
    service.apply_with(&[]).succeeds().reports("unchanged    IAM role staging-roled-api");

    // Someone opens the trust policy and attaches a policy. The service file gets another policy.
    let open = iam.update_assume_role_policy().role_name(role).policy_document(OPEN_TRUST);
    open.send().await.expect("the trust policy can be changed");
    let foreign = create_policy(&iam, "foreign").await;
    let attach = iam.attach_role_policy().role_name(role).policy_arn(&foreign);
    attach.send().await.expect("the policy can be attached");
    let more = create_policy(&iam, "more").await;
    service.update("acme/api:1", &format!("    additional_iam_policies: [\"{more}\"]\n"));
    service
        .apply_with(&[])
        .succeeds()
        .reports("will change  IAM role staging-roled-api")
        .reports("+ trust: sts:AssumeRoleWithWebIdentity with")
        .reports("- trust: sts:AssumeRole with")
        .reports(&format!("+ attachment: the policy {more}"))
        .reports(&format!("{foreign} is also attached and is kept"))
        .reports("changed      IAM role staging-roled-api (tags, trust, attachment)")
        .reports("withdrawn    IAM role staging-roled-api (trust)");
    assert_eq!(trust(&iam, role).await, first);

    // With a kubeconfig the OIDC issuer is unknown.
    let skipped =
        "skipped      IAM role staging-roled-api: the OIDC issuer of the cluster is unknown";
    service.apply(&[]).succeeds().reports(skipped);
    service.apply(&["--skip-aws"]).succeeds().omits("IAM role");
}

#[tokio::test]
async fn role_of_another_cluster_is_rejected() {
    let service = Service::new("moved", "acme/api:1", "");
    let name = "staging-moved-api";
    service.apply_with(&[]).succeeds();
    let namespace = get(&["namespace", "kube-system"]);
    let uid = namespace["metadata"]["uid"].as_str().expect("the namespace has a UID");
    let iam = Client::new(&aws().await);
    let role = iam.get_role().role_name(name).send().await.expect("the role exists");
    let tags = role.role().expect("the role exists").tags();
    assert!(tags.iter().any(|tag| (tag.key(), tag.value()) == (CLUSTER_TAG, uid)), "{tags:?}");

    let other = Tag::builder().key(CLUSTER_TAG).value("another").build().expect("a valid tag");
    iam.tag_role().role_name(name).tags(other).send().await.expect("the role can be tagged");
    service
        .apply_with(&[])
        .fails()
        .reports("the layer runs in another cluster; nothing was changed")
        .reports(&format!("has the UID {uid}"))
        .reports("the UID another")
        .reports("pass `--accept-cluster`");
    service.apply_with(&["--accept-cluster"]).succeeds();
    let role = iam.get_role().role_name(name).send().await.expect("the role exists");
    let tags = role.role().expect("the role exists").tags();
    assert!(tags.iter().any(|tag| (tag.key(), tag.value()) == (CLUSTER_TAG, uid)), "{tags:?}");
    service.apply_with(&[]).succeeds();
}

/// Returns the ARNs of the policies that are attached to a role.
async fn attached(iam: &Client, role: &str) -> Vec<String> {
    let found = iam.list_attached_role_policies().role_name(role).send().await;
    let found = found.expect("the role exists");
    let arns = found.attached_policies().iter().filter_map(|policy| policy.policy_arn());
    let mut arns: Vec<String> = arns.map(str::to_owned).collect();
    arns.sort();
    arns
}

#[tokio::test]
async fn rollback_restores_the_policies() {
    let iam = Client::new(&aws().await);
    let first = create_policy(&iam, "first-release").await;
    let second = create_policy(&iam, "second-release").await;
    let policies = |arn: &str| format!("    additional_iam_policies: [\"{arn}\"]\n");
    let service = Service::new("regranted", "acme/api:1", &policies(&first));
    let role = "staging-regranted-api";
    service.apply_with(&[]).succeeds();
    let before = attached(&iam, role).await;
    assert!(before.contains(&first));

    // A release that fails has already got its policy, and loses it again.
    service.update("image-not-found/api:2", &policies(&second));
    service.apply_with(&[]).fails().reports("rolled back to revision 1");
    assert_eq!(attached(&iam, role).await, before);

    // A release that works.
    service.update("acme/api:3", &policies(&second));
    service.apply_with(&[]).succeeds();
    assert!(!attached(&iam, role).await.contains(&first));
    let bundle = service.bundle();
    service
        .run_alone(&["rollback", &bundle, "--yes"])
        .succeeds()
        .reports(&format!("+ attachment: the policy {first}"))
        .reports("rolled back to revision 3");
    assert_eq!(attached(&iam, role).await, before);
}
