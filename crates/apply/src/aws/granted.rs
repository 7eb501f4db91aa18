//! Writes the changes of a plan: what is gained before the rollout, what is lost after it.

use backon::BackoffBuilder;

use super::change::{PlannedChange, Resource, Write};
use super::eventual::delays;
use super::planned::{Clients, PlannedResource};
use super::{AwsError, Written, ecr, iam};
use crate::report::{AwsAction, AwsChange, Event, Report};

/// How often the writes of a resource are planned again, because others created a part of it.
const ROUNDS: usize = 3;

/// A plan whose grants are written. Its withdrawals follow after the rollout.
#[must_use = "`withdraw` completes the plan after a successful rollout"]
#[derive(Debug, Default)]
pub(crate) struct Granted {
    resources: Vec<PlannedResource>,
}

impl Granted {
    /// Writes what is gained, resource by resource.
    pub(super) async fn write(
        resources: &[PlannedResource],
        clients: &Clients,
        report: &Report,
    ) -> Result<Self, AwsError> {
        let mut granted = Vec::new();
        for planned in resources {
            granted.push(grant(planned, clients, report).await?);
        }
        Ok(Self { resources: granted })
    }

    /// Writes what is lost. Call it only after the rollout and the pruning succeeded.
    ///
    /// # Errors
    ///
    /// Fails if AWS rejects a call. The next apply completes the plan.
    pub(crate) async fn withdraw(
        self,
        aws: &aws_config::SdkConfig,
        report: &Report,
    ) -> Result<(), AwsError> {
        let clients = Clients::new(aws);
        for planned in &self.resources {
            for write in planned.withdraws() {
                send(&clients, &planned.resource, write).await?;
            }
            let parts = parts(planned, |change| !change.withdraw.is_empty());
            if !parts.is_empty() {
                report_written(planned, AwsAction::Withdrawn, &parts, report);
            }
        }
        Ok(())
    }
}

/// Creates a resource outside of an apply.
pub(super) async fn create(
    planned: &PlannedResource,
    clients: &Clients,
    report: &Report,
) -> Result<(), AwsError> {
    grant(planned, clients, report).await.map(drop)
}

/// Writes what is gained. Returns the plan that was executed, for its second half.
async fn grant(
    planned: &PlannedResource,
    clients: &Clients,
    report: &Report,
) -> Result<PlannedResource, AwsError> {
    let mut current = planned.clone();
    for _ in 0..ROUNDS {
        let Some(existing) = first_existing(clients, &current).await? else {
            report_granted(planned, report);
            if planned.grants().next().is_some() {
                settle(clients, &current, report).await?;
            }
            return Ok(current);
        };
        // The plan of a resource that exists by now: it fails if the resource belongs to others.
        let is_visible =
            |again: &PlannedResource| !again.grants().any(|write| write.is_like(&existing));
        let visible = until(clients, &current, is_visible).await?;
        current = visible.ok_or_else(|| not_visible(planned))?;
    }
    Err(not_visible(planned))
}

fn not_visible(planned: &PlannedResource) -> AwsError {
    AwsError::NotVisible { what: planned.what(), name: planned.name().to_owned() }
}

/// Sends the requests of a plan. Stops at a request for a resource that exists, and returns it.
async fn first_existing(
    clients: &Clients,
    planned: &PlannedResource,
) -> Result<Option<Write>, AwsError> {
    for write in planned.grants() {
        match send(clients, &planned.resource, write).await? {
            Written::Done => {}
            Written::AlreadyExists => return Ok(Some(write.clone())),
        }
    }
    Ok(None)
}

async fn send(clients: &Clients, resource: &Resource, write: &Write) -> Result<Written, AwsError> {
    match write {
        Write::Repository(write) => ecr::write(&clients.ecr, resource.name(), write).await,
        Write::Role(write) => iam::write(&clients.iam, resource.name(), write).await,
    }
}

/// Waits until AWS shows what was written, so that new pods do not start too early.
async fn settle(
    clients: &Clients,
    planned: &PlannedResource,
    report: &Report,
) -> Result<(), AwsError> {
    let is_complete = |again: &PlannedResource| again.grants().next().is_none();
    if until(clients, planned, is_complete).await?.is_none() {
        report.warning(format!(
            "AWS does not show all changes to the {} yet; new pods may be denied access at first",
            planned.label()
        ));
    }
    Ok(())
}

/// Reads a resource until its plan meets a condition. Returns `None` if it does not in time.
async fn until(
    clients: &Clients,
    planned: &PlannedResource,
    condition: impl Fn(&PlannedResource) -> bool,
) -> Result<Option<PlannedResource>, AwsError> {
    let mut delays = delays().build();
    loop {
        let (resource, scope) = (planned.resource.clone(), planned.scope.clone());
        let again = PlannedResource::find(clients, resource, scope).await?;
        if condition(&again) {
            return Ok(Some(again));
        }
        let Some(delay) = delays.next() else { return Ok(None) };
        tokio::time::sleep(delay).await;
    }
}

/// Returns the parts of a resource whose changes meet a condition. A new resource has one part.
fn parts(planned: &PlannedResource, condition: impl Fn(&PlannedChange) -> bool) -> Vec<AwsChange> {
    let changes = planned.planned.changes.iter().filter(|change| condition(change));
    let mut parts: Vec<AwsChange> = changes.map(|change| change.part).collect();
    if parts.first() == Some(&AwsChange::Created) {
        parts.truncate(1);
    }
    parts.dedup();
    parts
}

fn report_granted(planned: &PlannedResource, report: &Report) {
    let parts = parts(planned, |change| !change.grant.is_empty());
    let action = match parts.first() {
        Some(AwsChange::Created) => AwsAction::Created,
        Some(_) => AwsAction::Changed,
        None if planned.withdraws().next().is_some() => return,
        None => AwsAction::Keep,
    };
    report_written(planned, action, &parts, report);
}

fn report_written(
    planned: &PlannedResource,
    action: AwsAction,
    changes: &[AwsChange],
    report: &Report,
) {
    let remarks: &[String] = match action {
        AwsAction::Keep => &planned.planned.remarks,
        // The plan has already shown them.
        AwsAction::Created | AwsAction::Changed | AwsAction::Withdrawn => &[],
    };
    let (what, name) = (planned.what(), planned.name());
    report.event(&Event::Aws { action, what, name, changes, remarks });
}
