//! An AWS resource with its changes.

use aws_config::SdkConfig;

use super::change::{AwsEffect, PlannedChange, Resource, ResourceChanges, Scope, Write};
use super::{AwsError, ecr, iam};
use crate::report::{AwsPlanAction, Event};

/// An AWS resource of the bundle with its changes.
#[derive(Clone, Debug)]
pub(crate) struct PlannedResource {
    pub(super) resource: Resource,
    pub(super) scope: Scope,
    pub(super) planned: ResourceChanges,
}

/// The clients of the AWS services.
pub(super) struct Clients {
    pub(super) ecr: aws_sdk_ecr::Client,
    pub(super) iam: aws_sdk_iam::Client,
}

impl Clients {
    pub(super) fn new(aws: &SdkConfig) -> Self {
        // IAM is global, but its client needs a region.
        Self { ecr: aws_sdk_ecr::Client::new(aws), iam: aws_sdk_iam::Client::new(aws) }
    }
}

impl PlannedResource {
    /// Reads a resource and finds its changes.
    pub(super) async fn find(
        clients: &Clients,
        resource: Resource,
        scope: Scope,
    ) -> Result<Self, AwsError> {
        let planned = match &resource {
            Resource::Repository(wanted) => {
                let found = ecr::find(&clients.ecr, &wanted.name).await?;
                ecr::plan(found.as_ref(), wanted, &scope)
                    .map_err(|foreign| AwsError::Foreign(vec![foreign]))?
            }
            Resource::Role(wanted) => {
                let found = iam::find(&clients.iam, wanted).await?;
                iam::plan(&found, wanted, &scope).map_err(AwsError::Foreign)?
            }
        };
        Ok(Self { resource, scope, planned })
    }

    /// Returns the type of the resource, for messages.
    pub(crate) const fn what(&self) -> &'static str {
        self.resource.what()
    }

    pub(crate) fn name(&self) -> &str {
        self.resource.name()
    }

    /// Returns type and name.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.what(), self.name())
    }

    /// Returns a hash of what AWS reported. `None` if the resource does not exist.
    pub(crate) fn state(&self) -> Option<&str> {
        self.planned.state.as_deref()
    }

    /// Returns what an apply does with the resource.
    pub(crate) fn action(&self) -> AwsPlanAction {
        let grants = self.grants().next().is_some();
        let withdraws = self.withdraws().next().is_some();
        match (self.planned.is_new, grants, withdraws) {
            (true, _, _) => AwsPlanAction::Create,
            (false, true, true) => AwsPlanAction::GrantAndWithdraw,
            (false, true, false) => AwsPlanAction::Grant,
            (false, false, true) => AwsPlanAction::Withdraw,
            (false, false, false) => AwsPlanAction::Unchanged,
        }
    }

    /// Returns what the changes cause, in words.
    pub(crate) fn effects(&self) -> Vec<&'static str> {
        let mut effects: Vec<AwsEffect> =
            self.planned.changes.iter().flat_map(|change| &change.effects).copied().collect();
        effects.sort_unstable();
        effects.dedup();
        effects.into_iter().map(AwsEffect::label).collect()
    }

    /// Returns the permissions and attachments that someone gains.
    pub(crate) fn gains(&self) -> Vec<String> {
        self.lines(|change| &change.gains)
    }

    /// Returns the permissions and attachments that someone loses.
    pub(crate) fn loses(&self) -> Vec<String> {
        self.lines(|change| &change.loses)
    }

    fn lines(&self, of: impl Fn(&PlannedChange) -> &Vec<String>) -> Vec<String> {
        let lines = |change| {
            let part: &PlannedChange = change;
            of(part).iter().map(|line| format!("{}: {line}", part.part.name())).collect::<Vec<_>>()
        };
        self.planned.changes.iter().flat_map(lines).collect()
    }

    /// Returns the changed lines of the documents.
    pub(crate) fn diff(&self) -> String {
        self.planned.changes.iter().map(|change| change.diff.as_str()).collect()
    }

    /// Passes the event that announces the changes to a function.
    pub(crate) fn with_event<T>(&self, use_event: impl FnOnce(&Event<'_>) -> T) -> T {
        use_event(&Event::AwsPlanned {
            action: self.action(),
            what: self.what(),
            name: self.name(),
            effects: &self.effects(),
            gains: &self.gains(),
            loses: &self.loses(),
            remarks: &self.planned.remarks,
        })
    }

    pub(super) fn grants(&self) -> impl Iterator<Item = &Write> {
        self.planned.changes.iter().flat_map(|change| &change.grant)
    }

    pub(super) fn withdraws(&self) -> impl Iterator<Item = &Write> {
        self.planned.changes.iter().flat_map(|change| &change.withdraw)
    }
}
