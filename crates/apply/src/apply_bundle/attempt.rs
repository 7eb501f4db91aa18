//! The record of a run in the history: before its first write, and at its end.

use anyhow::Context;

use super::written::Written;
use crate::applyset::ApplySet;
use crate::bundle_defaults;
use crate::history::{self, Base, Before, Current, Facts, NewRevision, Orphans, Revision, Status};
use crate::session::Session;
use crate::{hint, origin};

/// A run that is not recorded yet.
pub(super) struct Attempt {
    pub(super) current: Current,
    /// All revisions, newest first.
    revisions: Vec<Revision>,
    /// The revision of this run. `None` if the bundle is deployed already.
    new: Option<NewRevision>,
    /// The unfinished records of killed runs.
    orphans: Orphans,
    /// The facts in the record of the restored revision.
    restored: Option<Facts>,
}

impl Attempt {
    /// Finds the revision that runs now, and checks that this run can be recorded. Writes nothing.
    ///
    /// `restores` is the revision that a rollback restores. A run that does not wait for the pods
    /// (`waits`) repeats an earlier one with the same bundle.
    ///
    /// # Errors
    ///
    /// Fails if the history cannot be read, or the API server rejects the record.
    pub(super) async fn prepare(
        session: &Session,
        set: &ApplySet,
        restores: Option<&Revision>,
        waits: bool,
    ) -> anyhow::Result<Self> {
        let (client, layer) = (&session.client, session.layer());
        let (revisions, orphans) =
            tokio::join!(history::list(client, layer), Orphans::find(client, layer));
        let (revisions, orphans) = (revisions?, orphans?);
        let current = Current::find(client, layer, set, &revisions).await?;
        let mut new = None;
        // Each rollback is recorded, also one to the bundle that runs now.
        let digest = session.bundle.actual_digest();
        let is_done = if waits { current.is(&digest) } else { current.is_applied(&digest) };
        if restores.is_some() || !is_done {
            let mut revision = NewRevision::of(&session.bundle, current.next)
                .after(current.before())
                .restoring(restores.map(Revision::origin))
                .skipping_aws(session.skips_aws());
            revision
                .check(client)
                .await
                .context("the run cannot be recorded in the history; nothing was changed")?;
            new = Some(revision);
        }
        let restored = restores.map(|revision| revision.facts.clone());
        Ok(Self { current, revisions, new, orphans, restored })
    }

    /// Records the run, and names its revision on the parent of the set. Records earlier runs that
    /// did not end as interrupted, and deletes their unfinished records: this run has the lock.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the record.
    pub(super) async fn begin(
        mut self,
        session: &Session,
        set: &mut ApplySet,
        written: &Written,
    ) -> anyhow::Result<Started> {
        let (client, layer) = (&session.client, session.layer());
        let unfinished = self.revisions.iter_mut();
        for revision in unfinished.filter(|revision| revision.status == Status::Applying) {
            revision.set_status(client, layer, Status::Interrupted, None).await?;
        }
        self.orphans.delete(client, layer, &self.revisions).await?;
        let is_new = self.new.is_some();
        let revision = match self.new {
            Some(new) => {
                let commit = match self.restored {
                    Some(restored) => restored.commit,
                    None => origin::commit(&hint::service_folder()).await,
                };
                Some(new.made_by(origin::author(), commit).write(client).await?)
            }
            None => self.current.applied.clone(),
        };
        let revision = revision.context("a bundle without a new revision is already deployed")?;
        history::mark(set, &revision);
        written.revision(revision.clone());
        Ok(Started { current: self.current, revision, is_new })
    }
}

/// A run that is recorded.
pub(super) struct Started {
    current: Current,
    revision: Revision,
    /// Whether the revision was recorded by this run.
    is_new: bool,
}

impl Started {
    /// Returns what ran before.
    pub(super) const fn base(&self) -> &Base {
        &self.current.base
    }

    /// Records the outcome of the run and why it failed, and deletes the oldest revisions.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the record.
    pub(super) async fn finish(
        mut self,
        session: &Session,
        (status, cause): (Status, Option<String>),
        written: &Written,
    ) -> anyhow::Result<()> {
        let (client, layer) = (&session.client, session.layer());
        if self.is_new {
            self.revision.set_status(client, layer, status, cause.as_deref()).await?;
        } else if !matches!(status, Status::Deployed | Status::Applied) {
            // The bundle stays deployed in the history: its objects were all applied before.
            let failed = NewRevision::of(&session.bundle, self.current.next)
                .after(self.current.before())
                .made_by(origin::author(), origin::commit(&hint::service_folder()).await)
                .skipping_aws(session.skips_aws())
                .because(cause)
                .with_status(status);
            self.revision = failed.write(client).await?;
        } else {
            return Ok(());
        }
        written.revision(self.revision.clone());
        let before = match self.current.before() {
            Before::Revision(number) => Some(number),
            Before::Nothing | Before::Unknown => None,
        };
        let needed: Vec<u32> = before.into_iter().chain([self.revision.number]).collect();
        let kept = bundle_defaults::max_history(&session.bundle);
        history::trim(client, layer, &needed, kept).await?;
        Ok(())
    }
}
