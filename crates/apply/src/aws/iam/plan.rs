//! The changes to an IAM role and its policies.

use optakit_core::aws::iam::IamRole;
use optakit_core::text::Text;

use super::write::RoleWrite;
use super::{Found, FoundPolicy, FoundRole, POLICY, WHAT};
use crate::aws::change::{AwsEffect, PlannedChange, ResourceChanges, Scope, Write};
use crate::aws::document::{self, DocumentChange};
use crate::aws::owner::{self, ForeignResource, Owner, Tags, missing};
use crate::aws::state_of;
use crate::digest::sha256;
use crate::report::AwsChange;

/// The maximum length of a managed policy
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const POLICY_LIMIT: usize = 6144;
/// The maximum length of a trust policy.
const TRUST_LIMIT: usize = 2048;
/// The start of the key of a tag that marks an attached policy as part of the service file. A hash
/// of the ARN follows: keys are short, and ARNs contain characters that tags cannot contain.
const ATTACHED: &str = "optakit.dev/attached-";
/// The number of characters of the hash.
const HASH: usize = 16;

/// Returns the changes to a role.
///
/// # Errors
///
/// Fails with each part of the role that must change, but does not belong to the service.
pub(in crate::aws) fn plan(
    found: &Found,
    wanted: &IamRole,
    scope: &Scope,
) -> Result<ResourceChanges, Vec<ForeignResource>> {
    let arns = distinct(wanted.attached_policies.iter().map(Text::as_str));
    let own = arns.first().copied().unwrap_or_default();
    let role_owner = found.role.as_ref().map(|role| scope.service.owner_of_role(&role.tags));
    let policy = plan_policy(found, own, wanted, scope);
    let role = match &found.role {
        None => create(wanted, &arns, scope),
        Some(role) => [trust_change(role, wanted), attachments(role, &arns)].concat(),
    };
    let mut foreign = Vec::new();
    if let (Some(owner), Some(role_found)) = (role_owner, &found.role)
        && owner.is_foreign()
        && !role.is_empty()
        && !scope.adopt
    {
        foreign.push(foreign_resource(WHAT, wanted, owner, &role_found.tags));
    }
    let policy = match policy {
        Ok(policy) => policy,
        Err(resource) => {
            foreign.push(resource);
            Vec::new()
        }
    };
    if !foreign.is_empty() {
        return Err(foreign);
    }
    let mut changes = Vec::new();
    if let (Some(owner), Some(role)) = (role_owner, &found.role)
        && (!owner.is_foreign() || scope.adopt)
    {
        changes.extend(tag_change(role, &arns, scope));
    }
    changes.extend(role);
    // The policy must exist before it is attached.
    let at = changes
        .iter()
        .position(|change| change.part == AwsChange::Attachment)
        .unwrap_or(changes.len());
    changes.splice(at..at, policy);
    let is_new = found.role.is_none();
    let exists = found.role.is_some() || found.policy.is_some();
    Ok(ResourceChanges {
        is_new,
        state: exists.then(|| state_of(found)),
        changes,
        remarks: remarks(found, &arns),
    })
}

/// Returns the ARNs in their order, each once.
fn distinct<'a>(arns: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::new();
    for arn in arns {
        if !distinct.contains(&arn) {
            distinct.push(arn);
        }
    }
    distinct
}

fn foreign_resource(
    what: &'static str,
    wanted: &IamRole,
    owner: Owner,
    tags: &Tags,
) -> ForeignResource {
    ForeignResource { what, name: wanted.name.clone(), owner, tags: tags.clone() }
}

fn create(wanted: &IamRole, arns: &[&str], scope: &Scope) -> Vec<PlannedChange> {
    let mut tags = scope.service.tags();
    tags.insert(owner::CLUSTER.to_owned(), scope.cluster.clone());
    tags.extend(records(arns));
    let trust = document::json(&wanted.trust).to_string();
    let create = quiet(AwsChange::Created, RoleWrite::Create { trust, tags });
    std::iter::once(create).chain(arns.iter().map(|arn| attach(arn))).collect()
}

/// Returns the tags that mark the attached policies of the service file.
fn records(arns: &[&str]) -> impl Iterator<Item = (String, String)> {
    arns.iter().skip(1).map(|arn| (record(arn), "true".to_owned()))
}

fn record(arn: &str) -> String {
    let hash = sha256(arn.as_bytes());
    let hash = hash.trim_start_matches("sha256:");
    format!("{ATTACHED}{}", hash.get(..HASH).unwrap_or(hash))
}

fn quiet(part: AwsChange, write: RoleWrite) -> PlannedChange {
    PlannedChange::quiet(part, Write::Role(write))
}

fn attach(arn: &str) -> PlannedChange {
    PlannedChange {
        effects: vec![AwsEffect::PodsGain],
        gains: vec![format!("the policy {arn}")],
        ..quiet(AwsChange::Attachment, RoleWrite::Attach(arn.to_owned()))
    }
}

/// Returns the change to the tags. The preflight checks have compared the recorded cluster.
fn tag_change(role: &FoundRole, arns: &[&str], scope: &Scope) -> Option<PlannedChange> {
    let mut wanted = scope.service.tags();
    wanted.insert(owner::CLUSTER.to_owned(), scope.cluster.clone());
    wanted.extend(records(arns));
    let tags = missing(&role.tags, &wanted);
    (!tags.is_empty()).then(|| quiet(AwsChange::Tags, RoleWrite::Tag(tags)))
}

fn trust_change(role: &FoundRole, wanted: &IamRole) -> Vec<PlannedChange> {
    let trust = document::json(&wanted.trust);
    let change = DocumentChange::between(role.trust.as_deref(), &trust, TRUST_LIMIT);
    let change = change.map(|change| document_change(AwsChange::Trust, &change, RoleWrite::Trust));
    change.into_iter().collect()
}

/// Returns the change to the role's own policy.
fn plan_policy(
    found: &Found,
    own: &str,
    wanted: &IamRole,
    scope: &Scope,
) -> Result<Vec<PlannedChange>, ForeignResource> {
    let document = document::json(&wanted.policy.document);
    let Some(policy) = &found.policy else {
        let create =
            RoleWrite::CreatePolicy { document: document.to_string(), tags: scope.service.tags() };
        let change = DocumentChange::between(None, &document, POLICY_LIMIT);
        return Ok(vec![PlannedChange {
            effects: vec![AwsEffect::PodsGain],
            gains: change.as_ref().map(DocumentChange::gains).unwrap_or_default(),
            ..quiet(AwsChange::Policy, create)
        }]);
    };
    let set = |document: String| RoleWrite::Policy { arn: own.to_owned(), document };
    let change = DocumentChange::between(policy.document.as_deref(), &document, POLICY_LIMIT);
    let mut changes: Vec<PlannedChange> =
        change.map(|change| document_change(AwsChange::Policy, &change, set)).into_iter().collect();
    let owner = policy_owner(policy, found.role.as_ref(), own, scope);
    if owner.is_foreign() && !scope.adopt {
        if changes.is_empty() {
            return Ok(changes);
        }
        return Err(foreign_resource(POLICY, wanted, owner, &policy.tags));
    }
    let tags = missing(&policy.tags, &scope.service.tags());
    if owner.is_foreign() && !tags.is_empty() {
        let tag = RoleWrite::TagPolicy { arn: own.to_owned(), tags };
        changes.insert(0, quiet(AwsChange::Tags, tag));
    }
    Ok(changes)
}

/// Returns the owner of the role's own policy. Opta did not tag policies: if the policy is attached
/// to the role, its owner is the owner of the role.
fn policy_owner(policy: &FoundPolicy, role: Option<&FoundRole>, own: &str, scope: &Scope) -> Owner {
    let owner = scope.service.owner_of_role(&policy.tags);
    match role {
        Some(role) if owner == Owner::Unknown && role.attached.iter().any(|arn| arn == own) => {
            scope.service.owner_of_role(&role.tags)
        }
        Some(_) | None => owner,
    }
}

fn document_change(
    part: AwsChange,
    change: &DocumentChange,
    write: impl Fn(String) -> RoleWrite,
) -> PlannedChange {
    let (gains, loses) = (change.gains(), change.loses());
    let lose = if change.loses_early() { AwsEffect::PodsLoseEarly } else { AwsEffect::PodsLose };
    let mut effects = Vec::new();
    effects.extend((!gains.is_empty()).then_some(AwsEffect::PodsGain));
    effects.extend((!loses.is_empty()).then_some(lose));
    let write = |text: String| Write::Role(write(text));
    PlannedChange {
        part,
        effects,
        gains,
        loses,
        diff: change.diff(),
        grant: change.granted().map(&write).into_iter().collect(),
        withdraw: change.withdrawn().map(&write).into_iter().collect(),
    }
}

/// Returns the policies to attach, and those to detach that an earlier service file attached.
fn attachments(role: &FoundRole, arns: &[&str]) -> Vec<PlannedChange> {
    let is_attached = |arn: &str| role.attached.iter().any(|found| found == arn);
    let mut changes: Vec<PlannedChange> =
        arns.iter().filter(|arn| !is_attached(arn)).map(|arn| attach(arn)).collect();
    for arn in former(role, arns) {
        let writes = [RoleWrite::Detach(arn.to_owned()), RoleWrite::Untag(record(arn))];
        changes.push(PlannedChange {
            part: AwsChange::Attachment,
            effects: vec![AwsEffect::PodsLose],
            gains: Vec::new(),
            loses: vec![format!("the policy {arn}")],
            diff: String::new(),
            grant: Vec::new(),
            withdraw: writes.into_iter().map(Write::Role).collect(),
        });
    }
    changes
}

/// Returns the attached policies that are no longer in the service file.
fn former<'a>(role: &'a FoundRole, arns: &[&str]) -> impl Iterator<Item = &'a str> {
    let is_former = move |arn: &&str| !arns.contains(arn) && role.tags.contains_key(&record(arn));
    role.attached.iter().map(String::as_str).filter(is_former)
}

/// Names the attached policies that are kept, because someone else attached them.
fn remarks(found: &Found, arns: &[&str]) -> Vec<String> {
    let Some(role) = &found.role else { return Vec::new() };
    let former: Vec<&str> = former(role, arns).collect();
    let attached = role.attached.iter().map(String::as_str);
    attached
        .filter(|arn| !arns.contains(arn) && !former.contains(arn))
        .map(|arn| format!("{arn} is also attached and is kept"))
        .collect()
}
