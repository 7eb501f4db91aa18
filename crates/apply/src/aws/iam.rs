//! Creates and updates the IAM roles of services, with their policies
//! (<https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html>).

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use optakit_core::aws::iam::IamRole;
use optakit_core::text::Text;
use optakit_core::value::Value;
use percent_encoding::percent_decode_str;

use super::{AwsError, Outcome, differs, failed, to_text};
use crate::report::AwsChange;

const WHAT: &str = "IAM role";

/// The maximum number of versions of a managed policy in AWS.
const MAX_VERSIONS: usize = 5;

/// The tag with the UID of the cluster that the role is used in.
const CLUSTER: &str = "optakit.dev/cluster";

/// Returns the UID in the tag of a role, or `None` if the role has no such tag or cannot be read.
pub(crate) async fn recorded_cluster(aws: &SdkConfig, name: &str) -> Option<String> {
    let found = Client::new(aws).get_role().role_name(name).send().await.ok()?.role?;
    found.tags().iter().find(|tag| tag.key() == CLUSTER).map(|tag| tag.value().to_owned())
}

/// Creates a role with its policies, or updates what differs. Other attached policies are kept.
///
/// The role must have no holes. `cluster` is the UID of the cluster, which is recorded in a tag.
///
/// # Errors
///
/// Fails if AWS rejects a call. The error names the missing permission.
pub(crate) async fn ensure(
    aws: &SdkConfig,
    role: &IamRole,
    cluster: &str,
) -> Result<Outcome, AwsError> {
    // IAM is global, but its client needs a region.
    let client = Client::new(aws);
    let name = role.name.as_str();
    let wanted: Vec<&str> = role.attached_policies.iter().map(Text::as_str).collect();
    let own = wanted
        .first()
        .copied()
        .ok_or(AwsError::Incomplete { what: WHAT, field: "attachedPolicies" })?;
    let mut changes = Vec::new();
    changes.extend(ensure_role(&client, name, &role.trust, cluster).await?);
    changes.extend(ensure_policy(&client, name, own, &role.policy.document).await?);
    let attached = attached_policies(&client, name).await?;
    for arn in wanted.iter().filter(|arn| !attached.iter().any(|found| found == *arn)) {
        let attach = client.attach_role_policy().role_name(name).policy_arn(*arn);
        attach.send().await.map_err(|error| failed("iam:AttachRolePolicy", WHAT, name, &error))?;
        changes.push(AwsChange::Attachment);
    }
    let foreign = attached.into_iter().filter(|arn| !wanted.contains(&arn.as_str()));
    let remarks = foreign.map(|arn| format!("{arn} is also attached and was kept")).collect();
    // If the role is new, do not list its parts as well.
    if changes.first() == Some(&AwsChange::Created) {
        changes.truncate(1);
    }
    changes.dedup();
    Ok(Outcome { what: WHAT, name: name.to_owned(), changes, remarks })
}

async fn ensure_role(
    client: &Client,
    name: &str,
    trust: &Value,
    cluster: &str,
) -> Result<Option<AwsChange>, AwsError> {
    let found = match client.get_role().role_name(name).send().await {
        Ok(found) => found.role,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_no_such_entity_exception()) =>
        {
            None
        }
        Err(error) => return Err(failed("iam:GetRole", WHAT, name, &error)),
    };
    let Some(role) = found else {
        let create = client
            .create_role()
            .role_name(name)
            .assume_role_policy_document(to_text(trust))
            .tags(cluster_tag(cluster));
        return match create.send().await {
            Ok(_) => Ok(Some(AwsChange::Created)),
            // Another client created it in the meantime. The next run compares its trust policy.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_entity_already_exists_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(failed("iam:CreateRole", WHAT, name, &error)),
        };
    };
    if !role.tags().iter().any(|tag| tag.key() == CLUSTER) {
        let tag = client.tag_role().role_name(name).tags(cluster_tag(cluster));
        tag.send().await.map_err(|error| failed("iam:TagRole", WHAT, name, &error))?;
    }
    if !differs(role.assume_role_policy_document().map(decoded).as_deref(), trust) {
        return Ok(None);
    }
    let update = client.update_assume_role_policy().role_name(name).policy_document(to_text(trust));
    update
        .send()
        .await
        .map_err(|error| failed("iam:UpdateAssumeRolePolicy", WHAT, name, &error))?;
    Ok(Some(AwsChange::Trust))
}

fn cluster_tag(cluster: &str) -> Tag {
    Tag::builder().key(CLUSTER).value(cluster).build().expect("the tag has a key and a value")
}

/// Creates the role's own managed policy, or adds a new version if it differs.
async fn ensure_policy(
    client: &Client,
    name: &str,
    arn: &str,
    document: &Value,
) -> Result<Option<AwsChange>, AwsError> {
    let found = match client.get_policy().policy_arn(arn).send().await {
        Ok(found) => found.policy,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|error| error.is_no_such_entity_exception()) =>
        {
            None
        }
        Err(error) => return Err(failed("iam:GetPolicy", WHAT, name, &error)),
    };
    let Some(policy) = found else {
        let create = client.create_policy().policy_name(name).policy_document(to_text(document));
        create.send().await.map_err(|error| failed("iam:CreatePolicy", WHAT, name, &error))?;
        return Ok(Some(AwsChange::Policy));
    };
    let version = policy.default_version_id().unwrap_or("v1");
    let current = client.get_policy_version().policy_arn(arn).version_id(version).send().await;
    let current = current.map_err(|error| failed("iam:GetPolicyVersion", WHAT, name, &error))?;
    let current = current.policy_version().and_then(|version| version.document()).map(decoded);
    if !differs(current.as_deref(), document) {
        return Ok(None);
    }
    delete_oldest_version(client, name, arn).await?;
    let create = client
        .create_policy_version()
        .policy_arn(arn)
        .policy_document(to_text(document))
        .set_as_default(true);
    create.send().await.map_err(|error| failed("iam:CreatePolicyVersion", WHAT, name, &error))?;
    Ok(Some(AwsChange::Policy))
}

/// Deletes the oldest unused version if the policy has the maximum number of versions.
async fn delete_oldest_version(client: &Client, name: &str, arn: &str) -> Result<(), AwsError> {
    let listed = client.list_policy_versions().policy_arn(arn).send().await;
    let listed = listed.map_err(|error| failed("iam:ListPolicyVersions", WHAT, name, &error))?;
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
            .map_err(|error| failed("iam:DeletePolicyVersion", WHAT, name, &error))?;
    }
    Ok(())
}

async fn attached_policies(client: &Client, name: &str) -> Result<Vec<String>, AwsError> {
    let mut attached = Vec::new();
    let mut pages = client.list_attached_role_policies().role_name(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page =
            page.map_err(|error| failed("iam:ListAttachedRolePolicies", WHAT, name, &error))?;
        attached.extend(
            page.attached_policies()
                .iter()
                .filter_map(|policy| policy.policy_arn())
                .map(str::to_owned),
        );
    }
    Ok(attached)
}

/// Decodes a policy document. IAM returns it URL-encoded.
fn decoded(document: &str) -> String {
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}
