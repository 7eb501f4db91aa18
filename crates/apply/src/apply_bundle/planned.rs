//! The plan of a run: all checks, and the changes in the cluster and in AWS. Writes nothing.

use anyhow::bail;

use crate::changes::{Changes, change_event, deletion_event, image_event};
use crate::deploy::DeployOptions;
use crate::drift::AddedFields;
use crate::plural::plural;
use crate::preflight;
use crate::push_image::PackedImage;
use crate::report::{Report, ask};
use crate::running_image::RunningImages;
use crate::saved_plan::SavedPlan;
use crate::session::Session;
use crate::switches;

/// All changes of a run.
pub(super) struct Planned {
    pub(super) changes: Changes,
}

impl Planned {
    /// Runs all checks and finds all changes. Reports every problem at once. `later` is the image
    /// that is pushed after the confirmation.
    ///
    /// # Errors
    ///
    /// Fails if a check fails, the API server or AWS rejects the plan, or a saved plan differs.
    pub(super) async fn check(
        session: &Session,
        options: &DeployOptions,
        later: Option<&PackedImage>,
        report: &Report,
    ) -> anyhow::Result<Self> {
        let targets = session.targets();
        let choice = options.image_choice(later);
        let (checked, planned) =
            tokio::join!(preflight::check(session, &targets, choice), Self::find(session, options));
        match (checked, planned) {
            (Ok(warnings), Ok(planned)) => {
                for warning in warnings {
                    report.warning(warning);
                }
                planned.check_paused(report)?;
                Ok(planned)
            }
            (Err(faults), Err(rejections)) => bail!("{faults}\n{rejections}"),
            (Err(faults), Ok(_)) => Err(faults.into()),
            (Ok(_), Err(rejections)) => Err(rejections),
        }
    }

    /// Finds all changes.
    ///
    /// # Errors
    ///
    /// Fails if the API server or AWS rejects the plan, or a saved plan differs.
    pub(super) async fn find(session: &Session, options: &DeployOptions) -> anyhow::Result<Self> {
        let changes = Changes::find(session, &options.force).await?;
        if let Some(plan) = &options.plan {
            plan.check(&SavedPlan::of(session, &changes).await?)?;
        }
        Ok(Self { changes })
    }

    /// Checks that no Deployment is paused whose pods would be replaced.
    fn check_paused(&self, report: &Report) -> anyhow::Result<()> {
        for paused in self.changes.paused() {
            if paused.replaces_pods {
                bail!("{paused}");
            }
            report.warning(paused);
        }
        Ok(())
    }

    /// Returns the number of changes.
    pub(super) fn number(&self) -> usize {
        self.changes.number()
    }

    /// Prints the changes, and the images that stay.
    pub(super) fn show(&self, images: &RunningImages, layer: &str, report: &Report) {
        self.changes.report_kept(report);
        for added in AddedFields::of(&self.changes) {
            report.warning(added.warning());
        }
        switches::report(&self.changes, layer, report);
        for kept in &images.kept {
            report.event(&image_event(kept));
        }
        self.changes.aws.report(report);
        for change in self.changes.changed() {
            report.event(&change_event(change, &change.target.label()));
        }
        for leftover in &self.changes.leftovers {
            report.event(&deletion_event(&leftover.label()));
        }
    }

    /// Asks the user to confirm the changes, if there are any. Returns whether the answer is yes.
    ///
    /// # Errors
    ///
    /// Fails if the answer cannot be read.
    pub(super) async fn confirm(&self, session: &Session, yes: bool) -> anyhow::Result<bool> {
        let number = self.number();
        if number == 0 {
            return Ok(true);
        }
        let question = format!("apply {} to {}?", plural(number, "change"), session.cluster);
        ask(&question, yes).await
    }
}
