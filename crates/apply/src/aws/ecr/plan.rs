//! The changes to an ECR repository.

use optakit_core::aws::ecr::EcrRepository;
use serde_json::Value as Json;

use super::write::RepositoryWrite;
use super::{FoundRepository, WHAT};
use crate::aws::change::{AwsEffect, PlannedChange, ResourceChanges, Scope, Write};
use crate::aws::document::{self, DocumentChange};
use crate::aws::owner::{ForeignResource, Tags, missing};
use crate::aws::state_of;
use crate::report::AwsChange;

/// The maximum number of characters of a repository policy
/// (<https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html>).
const POLICY_LIMIT: usize = 10_240;

/// Returns the changes to a repository.
///
/// # Errors
///
/// Fails if the repository must change, but does not belong to the service.
pub(in crate::aws) fn plan(
    found: Option<&FoundRepository>,
    wanted: &EcrRepository,
    scope: &Scope,
) -> Result<ResourceChanges, ForeignResource> {
    let Some(found) = found else { return Ok(create(wanted, scope)) };
    let mut changes = Vec::new();
    let scan_on_push = wanted.image_scanning_configuration.scan_on_push;
    if found.scan_on_push != scan_on_push {
        changes.push(PlannedChange {
            effects: vec![AwsEffect::Scanning],
            ..quiet(AwsChange::ScanOnPush, RepositoryWrite::Scanning(scan_on_push))
        });
    }
    let policy = document::json(&wanted.policy);
    changes.extend(
        DocumentChange::between(found.policy.as_deref(), &policy, POLICY_LIMIT)
            .as_ref()
            .map(policy_change),
    );
    let lifecycle = document::json(&wanted.lifecycle_policy);
    if !document::is_same(found.lifecycle.as_deref(), &lifecycle) {
        changes.push(lifecycle_change(found.lifecycle.as_deref(), &lifecycle));
    }
    let owner = scope.service.owner_of_repository(&found.tags);
    let is_foreign = owner.is_foreign();
    if is_foreign && !changes.is_empty() && !scope.adopt {
        let (name, tags) = (wanted.name.clone(), found.tags.clone());
        return Err(ForeignResource { what: WHAT, name, owner, tags });
    }
    let tags = missing(&found.tags, &scope.service.tags());
    if is_foreign && scope.adopt && !tags.is_empty() {
        let tag = RepositoryWrite::Tag { arn: found.arn.clone(), tags };
        changes.insert(0, quiet(AwsChange::Tags, tag));
    }
    let state = Some(state_of(found));
    Ok(ResourceChanges { is_new: false, state, changes, remarks: Vec::new() })
}

fn quiet(part: AwsChange, write: RepositoryWrite) -> PlannedChange {
    PlannedChange::quiet(part, Write::Repository(write))
}

fn create(wanted: &EcrRepository, scope: &Scope) -> ResourceChanges {
    let mut tags: Tags = wanted.tags.clone();
    tags.extend(scope.service.tags());
    let writes = [
        RepositoryWrite::Create {
            scan_on_push: wanted.image_scanning_configuration.scan_on_push,
            tags,
        },
        RepositoryWrite::Policy(document::json(&wanted.policy).to_string()),
        RepositoryWrite::Lifecycle(document::json(&wanted.lifecycle_policy).to_string()),
    ];
    let create = PlannedChange {
        part: AwsChange::Created,
        effects: Vec::new(),
        gains: Vec::new(),
        loses: Vec::new(),
        diff: String::new(),
        grant: writes.into_iter().map(Write::Repository).collect(),
        withdraw: Vec::new(),
    };
    ResourceChanges { is_new: true, state: None, changes: vec![create], remarks: Vec::new() }
}

fn policy_change(change: &DocumentChange) -> PlannedChange {
    let write = |text: String| Write::Repository(RepositoryWrite::Policy(text));
    let (gains, loses) = (change.gains(), change.loses());
    let mut effects = Vec::new();
    effects.extend((!gains.is_empty()).then_some(AwsEffect::AccountGains));
    effects.extend((!loses.is_empty()).then_some(AwsEffect::AccountLoses));
    PlannedChange {
        part: AwsChange::Policy,
        effects,
        gains,
        loses,
        diff: change.diff(),
        grant: change.granted().map(write).into_iter().collect(),
        withdraw: change.withdrawn().map(write).into_iter().collect(),
    }
}

/// A lifecycle policy deletes images, so it is written after the rollout.
fn lifecycle_change(found: Option<&str>, wanted: &Json) -> PlannedChange {
    PlannedChange {
        part: AwsChange::Lifecycle,
        effects: vec![AwsEffect::Expiry],
        gains: Vec::new(),
        loses: Vec::new(),
        diff: document::diff(found, wanted),
        grant: Vec::new(),
        withdraw: vec![Write::Repository(RepositoryWrite::Lifecycle(wanted.to_string()))],
    }
}
