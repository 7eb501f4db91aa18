//! The part of a run that needs the lock: plan, confirmation, record, changes, outcome.

use anyhow::Context;

use super::attempt::Attempt;
use super::aws_resources;
use super::planned::Planned;
use super::written::Written;
use crate::deploy::{self, DeployOptions, RolloutError};
use crate::history::{Base, Revision, Status};
use crate::push_image::PackedImage;
use crate::replaced;
use crate::report::Report;
use crate::session::Session;
use crate::stop::Interrupted;

/// The result of a run.
#[derive(Debug)]
pub(super) struct Deployed {
    /// The number of changes.
    pub(super) changes: usize,
}

/// A run that failed after it was confirmed.
pub(super) struct Failure {
    pub(super) error: anyhow::Error,
    /// The state before the run, if the run may have changed it.
    pub(super) base: Option<Base>,
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { error, base: None }
    }
}

/// The input and the options of a run.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) session: &'a Session,
    pub(super) options: &'a DeployOptions,
    /// The revision that a rollback restores.
    pub(super) restores: Option<&'a Revision>,
    /// The image to push after the confirmation.
    pub(super) image: Option<&'a PackedImage>,
    pub(super) written: &'a Written,
    pub(super) report: &'a Report,
}

/// Returns the first line of an error with its causes.
pub(super) fn first_line(error: &anyhow::Error) -> String {
    let lines: Vec<String> = error
        .chain()
        .map(|cause| cause.to_string().lines().next().unwrap_or_default().to_owned())
        .collect();
    lines.join(": ")
}

/// How far a run has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// It changes AWS and pushes the image, but changes no object of the cluster.
    Granting,
    /// It writes objects and waits for pods.
    Writing,
    /// The new pods are ready.
    Completing,
}

impl Run<'_> {
    /// Plans the run, shows the plan, asks the user to confirm it, and makes the changes.
    pub(super) async fn confirm_and_execute(self) -> Result<Deployed, Failure> {
        let Self { session, options, written, report, .. } = self;
        let planned = Planned::check(session, options, self.image, report)
            .await
            .map_err(|error| written.explain(error, session.layer()))?;
        if self.restores.is_none() && !options.replaces_services {
            replaced::check(&planned.changes, session.layer())
                .map_err(|error| written.explain(error.into(), session.layer()))?;
        }
        self.execute_if(planned, async |planned| {
            planned.show(&session.images, session.layer(), report);
            planned.confirm(session, options.yes).await
        })
        .await
    }

    /// Plans the run, shows the plan, and makes the changes without a question.
    pub(super) async fn execute(self) -> Result<Deployed, Failure> {
        let planned = Planned::find(self.session, self.options).await?;
        self.execute_if(planned, async |planned| {
            planned.show(&self.session.images, self.session.layer(), self.report);
            Ok(true)
        })
        .await
    }

    /// Makes the changes of a plan if `confirm` agrees, and records the outcome.
    async fn execute_if(
        self,
        mut planned: Planned,
        confirm: impl AsyncFnOnce(&Planned) -> anyhow::Result<bool>,
    ) -> Result<Deployed, Failure> {
        let Self { session, written, report, .. } = self;
        let waits = self.options.waits;
        let attempt = Attempt::prepare(session, &planned.changes.set, self.restores, waits)
            .await
            .map_err(|error| written.explain(error, session.layer()))?;
        if !confirm(&planned).await? {
            return Err(written.cancelled(session.layer()).into());
        }
        let changes = planned.number();
        let started = attempt.begin(session, &mut planned.changes.set, written).await?;
        let (progress, outcome) = self.write(&mut planned).await;
        let status = match &outcome {
            Ok(()) if self.options.waits => Status::Deployed,
            Ok(()) => Status::Applied,
            Err(error) if error.is::<RolloutError>() => Status::Failed,
            Err(error) if error.is::<Interrupted>() => Status::Interrupted,
            Err(_) => Status::Partial,
        };
        let base = started.base().clone();
        let cause = outcome.as_ref().err().map(first_line);
        let finished = started.finish(session, (status, cause), written).await;
        match (outcome, finished) {
            (Ok(()), Ok(())) => Ok(Deployed { changes }),
            (Ok(()), Err(error)) => {
                let text = "all changes were made, but the history does not contain the result\n  \
                            help: apply again to record it";
                Err(error.context(text).into())
            }
            (Err(error), finished) => {
                if let Err(error) = finished {
                    report.warning(format!("the outcome cannot be recorded: {error:#}"));
                }
                let can_restore = progress == Progress::Writing && !error.is::<Interrupted>();
                Err(Failure { error, base: can_restore.then_some(base) })
            }
        }
    }

    /// Makes the changes of a plan. Returns how far it came.
    async fn write(&self, planned: &mut Planned) -> (Progress, anyhow::Result<()>) {
        let Self { session, options, report, .. } = *self;
        let Planned { changes } = planned;
        let mut progress = Progress::Granting;
        let outcome = async {
            let granted = aws_resources::grant(session, changes, report).await?;
            if let (Some(image), Some(aws)) = (self.image, &session.aws) {
                image.push_to_repository(aws, &session.bundle, report).await?;
            }
            progress = Progress::Writing;
            deploy::write(session, options, changes, report).await?;
            if !options.waits {
                return Ok(());
            }
            progress = Progress::Completing;
            let text = "the new pods are ready, but the apply is not complete\n  \
                        help: apply again to complete it";
            deploy::prune(session, changes).await.context(text)?;
            aws_resources::withdraw(session, granted, report).await.context(text)
        };
        let outcome = outcome.await;
        (progress, outcome)
    }
}
