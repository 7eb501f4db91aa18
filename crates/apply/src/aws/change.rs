//! A planned change to one AWS resource.

use std::mem::discriminant;

use optakit_core::aws::ecr::EcrRepository;
use optakit_core::aws::iam::IamRole;

use super::ecr::RepositoryWrite;
use super::iam::RoleWrite;
use super::owner::ServiceModule;
use crate::report::AwsChange;

/// An AWS resource of a bundle.
#[derive(Clone, Debug)]
pub(super) enum Resource {
    Repository(EcrRepository),
    Role(IamRole),
}

impl Resource {
    /// Returns the type of the resource, for messages.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::Repository(_) => super::ecr::WHAT,
            Self::Role(_) => super::iam::WHAT,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Repository(repository) => &repository.name,
            Self::Role(role) => &role.name,
        }
    }
}

/// A request that changes AWS.
#[derive(Clone, Debug)]
pub(super) enum Write {
    Repository(RepositoryWrite),
    Role(RoleWrite),
}

impl Write {
    /// Whether both requests change the same part.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Repository(one), Self::Repository(two)) => {
                discriminant(one) == discriminant(two)
            }
            (Self::Role(one), Self::Role(two)) => discriminant(one) == discriminant(two),
            (Self::Repository(_), Self::Role(_)) | (Self::Role(_), Self::Repository(_)) => false,
        }
    }
}

/// The effect of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AwsEffect {
    PodsGain,
    PodsLose,
    /// The old and the new policy together are too long for AWS.
    PodsLoseEarly,
    AccountGains,
    AccountLoses,
    Scanning,
    Expiry,
}

impl AwsEffect {
    /// The text that users see.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::PodsGain => "pods gain access before the rollout",
            Self::PodsLose => "pods lose access after the rollout",
            Self::PodsLoseEarly => "pods lose access before the rollout",
            Self::AccountGains => "other principals gain access to the images",
            Self::AccountLoses => "other principals lose access to the images",
            Self::Scanning => "scanning of pushed images changes",
            Self::Expiry => "the rule for expired images changes",
        }
    }
}

/// A change to one part of a resource.
#[derive(Clone, Debug)]
pub(super) struct PlannedChange {
    pub(super) part: AwsChange,
    pub(super) effects: Vec<AwsEffect>,
    /// The permissions that the principals of the resource gain, as text.
    pub(super) gains: Vec<String>,
    /// The permissions that they lose.
    pub(super) loses: Vec<String>,
    /// The changed lines of the document.
    pub(super) diff: String,
    /// The requests before the rollout.
    pub(super) grant: Vec<Write>,
    /// The requests after the rollout.
    pub(super) withdraw: Vec<Write>,
}

impl PlannedChange {
    /// Returns a change without effects on anyone's access.
    pub(super) fn quiet(part: AwsChange, grant: Write) -> Self {
        Self {
            part,
            effects: Vec::new(),
            gains: Vec::new(),
            loses: Vec::new(),
            diff: String::new(),
            grant: vec![grant],
            withdraw: Vec::new(),
        }
    }
}

/// The state of a resource in AWS, and its changes.
#[derive(Clone, Debug)]
pub(super) struct ResourceChanges {
    /// Whether the resource will be created.
    pub(super) is_new: bool,
    /// A hash of the state in AWS. `None` if the resource does not exist.
    pub(super) state: Option<String>,
    pub(super) changes: Vec<PlannedChange>,
    /// Differences that are kept.
    pub(super) remarks: Vec<String>,
}

/// The service module that a resource is for, and what may be done with the resource.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) service: ServiceModule,
    /// The UID of the cluster.
    pub(super) cluster: String,
    /// Whether resources of others may be changed.
    pub(super) adopt: bool,
}
