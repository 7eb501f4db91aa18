//! The IAM roles of services, with their policies: reads them, plans their changes, and writes them
//! (<https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html>).

mod plan;
mod write;

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use optakit_core::aws::iam::IamRole;
use optakit_core::text::Text;
use percent_encoding::percent_decode_str;
use serde::Serialize;

pub(super) use plan::plan;
pub(super) use write::{RoleWrite, write};

use super::owner::{self, Tags};
use super::{AwsError, unless};

pub(super) const WHAT: &str = "IAM role";
const POLICY: &str = "IAM policy";

/// A role in AWS, and the policy with the same name.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Found {
    pub(super) role: Option<FoundRole>,
    pub(super) policy: Option<FoundPolicy>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct FoundRole {
    pub(super) trust: Option<String>,
    pub(super) tags: Tags,
    /// The ARNs of the attached policies.
    pub(super) attached: Vec<String>,
}

/// A managed policy in AWS.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FoundPolicy {
    pub(super) document: Option<String>,
    pub(super) tags: Tags,
}

/// Returns the UID in the tag of a role, or `None` if the role has no such tag or cannot be read.
pub(crate) async fn recorded_cluster(aws: &SdkConfig, name: &str) -> Option<String> {
    let role = Client::new(aws).get_role().role_name(name).send().await.ok()?.role?;
    tags(role.tags()).remove(owner::CLUSTER)
}

/// Returns the ARN of the role's own policy.
///
/// # Errors
///
/// Fails if the bundle does not contain it.
pub(super) fn own_policy(role: &IamRole) -> Result<&str, AwsError> {
    let first = role.attached_policies.first();
    first.map(Text::as_str).ok_or(AwsError::Incomplete { what: WHAT, field: "attachedPolicies" })
}

/// Reads a role and its own policy. Checks that the other policies of the bundle exist.
///
/// # Errors
///
/// Fails if AWS rejects a call, or if a policy does not exist. The error names the missing
/// permission.
pub(super) async fn find(client: &Client, wanted: &IamRole) -> Result<Found, AwsError> {
    let name = wanted.name.as_str();
    let own = own_policy(wanted)?;
    let (role, policy) = tokio::try_join!(role(client, name), policy(client, name, own))?;
    let attached = role.as_ref().map(|role| role.attached.as_slice()).unwrap_or_default();
    let others = wanted.attached_policies.iter().skip(1).map(Text::as_str);
    for arn in others.filter(|arn| !attached.iter().any(|found| found == arn)) {
        check_exists(client, name, arn).await?;
    }
    Ok(Found { role, policy })
}

async fn role(client: &Client, name: &str) -> Result<Option<FoundRole>, AwsError> {
    let found = client.get_role().role_name(name).send().await;
    let found =
        unless(found, |error| error.is_no_such_entity_exception(), "iam:GetRole", WHAT, name)?;
    let Some(role) = found.and_then(|found| found.role) else { return Ok(None) };
    let Some(attached) = attached(client, name).await? else { return Ok(None) };
    Ok(Some(FoundRole {
        trust: role.assume_role_policy_document().map(decoded),
        tags: tags(role.tags()),
        attached,
    }))
}

/// Returns the ARNs of the attached policies. `None` if the role does not exist.
async fn attached(client: &Client, name: &str) -> Result<Option<Vec<String>>, AwsError> {
    let mut attached = Vec::new();
    let mut pages = client.list_attached_role_policies().role_name(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = unless(
            page,
            |error| error.is_no_such_entity_exception(),
            "iam:ListAttachedRolePolicies",
            WHAT,
            name,
        )?;
        let Some(page) = page else { return Ok(None) };
        let arns = page.attached_policies().iter().filter_map(|policy| policy.policy_arn());
        attached.extend(arns.map(str::to_owned));
    }
    attached.sort();
    Ok(Some(attached))
}

async fn policy(client: &Client, name: &str, arn: &str) -> Result<Option<FoundPolicy>, AwsError> {
    let found = client.get_policy().policy_arn(arn).send().await;
    let found =
        unless(found, |error| error.is_no_such_entity_exception(), "iam:GetPolicy", WHAT, name)?;
    let Some(policy) = found.and_then(|found| found.policy) else { return Ok(None) };
    let version = policy.default_version_id().unwrap_or("v1");
    let found = client.get_policy_version().policy_arn(arn).version_id(version).send().await;
    let found = unless(
        found,
        |error| error.is_no_such_entity_exception(),
        "iam:GetPolicyVersion",
        WHAT,
        name,
    )?;
    let document = found
        .and_then(|found| found.policy_version)
        .and_then(|version| version.document)
        .map(|text| decoded(&text));
    Ok(Some(FoundPolicy { document, tags: tags(policy.tags()) }))
}

/// Checks that a policy exists. Without permission to read it, the check is skipped.
async fn check_exists(client: &Client, role: &str, arn: &str) -> Result<(), AwsError> {
    let found = client.get_policy().policy_arn(arn).send().await;
    match unless(found, |error| error.is_no_such_entity_exception(), "iam:GetPolicy", POLICY, role)
    {
        Ok(None) => Err(AwsError::NoPolicy { role: role.to_owned(), arn: arn.to_owned() }),
        Ok(Some(_)) | Err(_) => Ok(()),
    }
}

fn tags(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// Decodes a policy document. IAM returns it URL-encoded.
fn decoded(document: &str) -> String {
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}
