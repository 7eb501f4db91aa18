//! IAM roles and policies of others, and the delays of IAM.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;

use crate::aws::aws;
use crate::iam::{OPEN_TRUST, create_policy, trust};
use crate::testbed::{Service, exists, record_fault};

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().expect("a valid tag")
}

/// Creates a role that anyone may assume.
async fn create_role(iam: &Client, name: &str, tag: Tag) {
    let create = iam.create_role().role_name(name).assume_role_policy_document(OPEN_TRUST);
    create.tags(tag).send().await.expect("the role can be created");
}

#[tokio::test]
async fn role_of_others_is_changed_only_with_adopt() {
    let iam = Client::new(&aws().await);
    let name = "staging-foreign-api";
    create_role(&iam, name, tag("team", "payments")).await;
    let before = trust(&iam, name).await;
    let service = Service::new("foreign", "acme/api:1", "");
    service
        .apply_with(&["--yes"])
        .fails()
        .reports("AWS resources with these names exist, but do not belong to this service")
        .reports("the IAM role `staging-foreign-api` was not created by Optakit or Opta")
        .reports("its tags are team=payments")
        .reports("pass `--adopt`");
    assert_eq!(trust(&iam, name).await, before);
    let attached = iam.list_attached_role_policies().role_name(name).send().await;
    assert!(attached.expect("the role exists").attached_policies().is_empty());
    assert!(!exists(&["-n", "foreign", "deployment", &service.deployment_name()]));
    service.run_alone(&["plan", &service.bundle()]).fails().reports(
        "do not belong to this \
                                                                     service",
    );

    service.apply_with(&["--adopt"]).succeeds();
    assert_ne!(trust(&iam, name).await, before);
    let role = iam.get_role().role_name(name).send().await.expect("the role exists");
    let tags = role.role().expect("the role exists").tags();
    assert!(tags.contains(&tag("optakit.dev/layer", "foreign")), "{tags:?}");
    // It belongs to Optakit now.
    service.apply_with(&[]).succeeds().reports("nothing to change");
    record_fault(
        "An IAM role of others has the name of the service's role",
        "The apply names the role and its tags, and changes nothing without `--adopt`.",
    );
}

#[tokio::test]
async fn role_of_another_service_and_policy_of_others_are_kept() {
    let iam = Client::new(&aws().await);
    create_role(&iam, "staging-squeezed-api", tag("optakit.dev/layer", "other")).await;
    create_policy(&iam, "staging-squeezed-api").await;
    let service = Service::new("squeezed", "acme/api:1", "");
    service
        .apply_with(&[])
        .fails()
        .reports("the IAM role `staging-squeezed-api` belongs to another service of Optakit")
        .reports("the IAM policy `staging-squeezed-api` was not created by Optakit or Opta")
        .reports("it has no tags");
}

#[tokio::test]
async fn role_of_opta_is_taken_over() {
    let iam = Client::new(&aws().await);
    create_role(&iam, "staging-inherited-api", tag("terraform", "true")).await;
    let policy = create_policy(&iam, "staging-inherited-api").await;
    let attach = iam.attach_role_policy().role_name("staging-inherited-api").policy_arn(policy);
    attach.send().await.expect("the policy can be attached");
    let service = Service::new("inherited", "acme/api:1", "");
    service
        .apply_with(&[])
        .succeeds()
        .reports("changed      IAM role staging-inherited-api (tags, trust, policy)")
        .reports("withdrawn    IAM role staging-inherited-api (trust, policy)");
}

#[tokio::test]
async fn policy_that_does_not_exist_is_reported_before_any_change() {
    let missing = "arn:aws:iam::123456789012:policy/nobody-made-it";
    let fields = format!("    additional_iam_policies: [\"{missing}\"]\n");
    let service = Service::new("pointing", "acme/api:1", &fields);
    service
        .apply_with(&[])
        .fails()
        .reports(&format!("the IAM policy {missing} for the IAM role `staging-pointing-api`"))
        .reports("does not exist");
    let role = Client::new(&aws().await).get_role().role_name("staging-pointing-api").send().await;
    assert!(role.is_err(), "nothing was changed");
}

#[tokio::test]
async fn delays_of_iam_are_waited_for() {
    let iam = Client::new(&aws().await);
    for (index, key) in [
        "FIRST-NoSuchEntity-AttachRolePolicy-late",
        "FIRST-MalformedPolicyDocument-CreateRole-late",
        "FIRST-ConcurrentModification-CreatePolicy-late",
    ]
    .into_iter()
    .enumerate()
    {
        let service = Service::new(format!("late{index}"), "acme/api:1", "");
        service
            .apply_as(key)
            .succeeds()
            .reports(&format!("created      IAM role staging-late{index}-api"));
        let name = format!("staging-late{index}-api");
        let attached = iam.list_attached_role_policies().role_name(&name).send().await;
        assert_eq!(attached.expect("the role exists").attached_policies().len(), 1);
    }
    record_fault(
        "IAM does not show a new role or principal yet",
        "The apply tries again until IAM shows it.",
    );
}

#[tokio::test]
async fn resource_that_appears_during_the_apply_is_used_if_optakit_owns_it() {
    // IAM does not show the role at first, so the apply tries to create it.
    let service = Service::new("adoptedtwice", "acme/api:1", "");
    service.apply_with(&[]).succeeds();
    service.apply_as("FIRST-NoSuchEntity-GetRole-twice").succeeds();

    let iam = Client::new(&aws().await);
    create_role(&iam, "staging-thief-api", tag("team", "payments")).await;
    let before = trust(&iam, "staging-thief-api").await;
    let thief = Service::new("thief", "acme/api:1", "");
    thief.apply_as("FIRST-NoSuchEntity-GetRole-thief").fails().reports(
        "do not belong to this \
                                                                        service",
    );
    assert_eq!(trust(&iam, "staging-thief-api").await, before);
}
