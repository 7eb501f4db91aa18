//! Requests that change an IAM role and its policies.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;

use super::{POLICY, WHAT};
use crate::aws::eventual::{Delay, retry};
use crate::aws::owner::Tags;
use crate::aws::{AwsError, Written, failed, unless};

/// The maximum number of versions of a managed policy in AWS.
const MAX_VERSIONS: usize = 5;

/// A request that changes a role or its own policy.
#[derive(Clone, Debug)]
pub(in crate::aws) enum RoleWrite {
    Create { trust: String, tags: Tags },
    Tag(Tags),
    Untag(String),
    Trust(String),
    CreatePolicy { document: String, tags: Tags },
    TagPolicy { arn: String, tags: Tags },
    Policy { arn: String, document: String },
    Attach(String),
    Detach(String),
}

/// Sends a request for the role `name`. The plan has just read the role, so IAM may only need some
/// time to show it everywhere.
///
/// # Errors
///
/// Fails if AWS rejects the request. The error names the missing permission.
pub(in crate::aws) async fn write(
    client: &Client,
    name: &str,
    write: &RoleWrite,
) -> Result<Written, AwsError> {
    const VISIBLE: &[Delay] = &[Delay::NotVisible];
    match write {
        RoleWrite::Create { trust, tags } => return create(client, name, trust, tags).await,
        RoleWrite::CreatePolicy { document, tags } => {
            return create_policy(client, name, document, tags).await;
        }
        RoleWrite::Tag(tags) => {
            let request = client.tag_role().role_name(name).set_tags(Some(sdk_tags(tags)));
            let sent = retry(VISIBLE, || request.clone().send()).await;
            sent.map_err(|error| failed("iam:TagRole", WHAT, name, &error))?;
        }
        RoleWrite::Untag(key) => {
            let request = client.untag_role().role_name(name).tag_keys(key);
            let sent = retry(&[], || request.clone().send()).await;
            sent.map_err(|error| failed("iam:UntagRole", WHAT, name, &error))?;
        }
        RoleWrite::Trust(trust) => {
            let request = client.update_assume_role_policy().role_name(name).policy_document(trust);
            let delays = [Delay::NotVisible, Delay::InvalidPrincipal];
            let sent = retry(&delays, || request.clone().send()).await;
            sent.map_err(|error| failed("iam:UpdateAssumeRolePolicy", WHAT, name, &error))?;
        }
        RoleWrite::TagPolicy { arn, tags } => {
            let request = client.tag_policy().policy_arn(arn).set_tags(Some(sdk_tags(tags)));
            let sent = retry(VISIBLE, || request.clone().send()).await;
            sent.map_err(|error| failed("iam:TagPolicy", POLICY, name, &error))?;
        }
        RoleWrite::Policy { arn, document } => {
            delete_oldest_version(client, name, arn).await?;
            let request = client
                .create_policy_version()
                .policy_arn(arn)
                .policy_document(document)
                .set_as_default(true);
            let sent = retry(VISIBLE, || request.clone().send()).await;
            sent.map_err(|error| failed("iam:CreatePolicyVersion", POLICY, name, &error))?;
        }
        RoleWrite::Attach(arn) => {
            let request = client.attach_role_policy().role_name(name).policy_arn(arn);
            let sent = retry(VISIBLE, || request.clone().send()).await;
            sent.map_err(|error| failed("iam:AttachRolePolicy", WHAT, name, &error))?;
        }
        RoleWrite::Detach(arn) => detach(client, name, arn).await?,
    }
    Ok(Written::Done)
}

async fn create(
    client: &Client,
    name: &str,
    trust: &str,
    tags: &Tags,
) -> Result<Written, AwsError> {
    let request = client
        .create_role()
        .role_name(name)
        .assume_role_policy_document(trust)
        .set_tags(Some(sdk_tags(tags)));
    let sent = retry(&[Delay::InvalidPrincipal], || request.clone().send()).await;
    unless(sent, |error| error.is_entity_already_exists_exception(), "iam:CreateRole", WHAT, name)
        .map(Written::of)
}

async fn create_policy(
    client: &Client,
    name: &str,
    document: &str,
    tags: &Tags,
) -> Result<Written, AwsError> {
    let request = client
        .create_policy()
        .policy_name(name)
        .policy_document(document)
        .set_tags(Some(sdk_tags(tags)));
    let sent = retry(&[], || request.clone().send()).await;
    unless(
        sent,
        |error| error.is_entity_already_exists_exception(),
        "iam:CreatePolicy",
        POLICY,
        name,
    )
    .map(Written::of)
}

/// Detaches a policy. It is a success if it is not attached.
async fn detach(client: &Client, name: &str, arn: &str) -> Result<(), AwsError> {
    let request = client.detach_role_policy().role_name(name).policy_arn(arn);
    let sent = retry(&[], || request.clone().send()).await;
    unless(sent, |error| error.is_no_such_entity_exception(), "iam:DetachRolePolicy", WHAT, name)
        .map(drop)
}

/// Deletes the oldest unused version if the policy has the maximum number of versions.
async fn delete_oldest_version(client: &Client, name: &str, arn: &str) -> Result<(), AwsError> {
    let listed = client.list_policy_versions().policy_arn(arn).send().await;
    let listed = listed.map_err(|error| failed("iam:ListPolicyVersions", POLICY, name, &error))?;
    if listed.versions().len() < MAX_VERSIONS {
        return Ok(());
    }
    let number = |id: &str| id.trim_start_matches('v').parse::<u32>().unwrap_or(u32::MAX);
    let old = listed
        .versions()
        .iter()
        .filter(|version| !version.is_default_version())
        .filter_map(|version| version.version_id());
    if let Some(oldest) = old.min_by_key(|id| number(id)) {
        let delete = client.delete_policy_version().policy_arn(arn).version_id(oldest);
        delete
            .send()
            .await
            .map_err(|error| failed("iam:DeletePolicyVersion", POLICY, name, &error))?;
    }
    Ok(())
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter().map(|pair| tag(pair).expect("the tag has a key and a value")).collect()
}
