//! The revision that runs now. Each run writes its revision to the parent of the ApplySet before it
//! writes the first object.

use optakit_core::bundle::Bundle;
use optakit_core::visible::visible_line;

use super::legacy;
use super::read::read;
use super::revision::{Before, HistoryError, MAX_NUMBER, Revision, Status};
use crate::applyset::ApplySet;

/// The annotation of the parent with the number of the revision that the last run applied.
const APPLIED: &str = "optakit.dev/revision";
/// The annotation of the parent with the digest of that revision.
const APPLIED_DIGEST: &str = "optakit.dev/digest";

/// The revision that runs now, and the state that a rollback would restore.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    /// The revision that the last run applied, completely or not.
    pub(crate) applied: Option<Revision>,
    pub(crate) base: Base,
    /// The number of the next revision.
    pub(crate) next: u32,
}

/// The state that a rollback restores.
#[derive(Clone, Debug)]
pub(crate) enum Base {
    /// Nothing was deployed yet.
    Nothing,
    /// The revision that runs now. If the last run did not complete, the revision that ran before.
    Revision(Revision),
    /// The revision that runs now is not in the history.
    Unknown {
        /// What is missing.
        reason: String,
    },
}

impl Current {
    /// Finds out what runs now. `revisions` are all revisions of the layer, newest first.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects a request.
    pub(crate) async fn find(
        client: &kube::Client,
        layer: &str,
        set: &ApplySet,
        revisions: &[Revision],
    ) -> Result<Self, HistoryError> {
        let Some(applied) = set.annotation(APPLIED) else {
            return Self::find_unmarked(client, layer, set, revisions).await;
        };
        // Not after the newest Secret: anyone who can write Secrets can choose its number.
        let newest = || revisions.first().map_or(0, |newest| newest.number);
        let next = next_after(applied.parse().unwrap_or_else(|_| newest()));
        let (applied, base) = match marked(applied, set, revisions) {
            Ok(revision) => (Some(revision.clone()), last_complete(revision, revisions)),
            Err(reason) => (None, Base::Unknown { reason }),
        };
        Ok(Self { applied, base, next })
    }

    /// Finds out what runs now if no run of this version applied it.
    async fn find_unmarked(
        client: &kube::Client,
        layer: &str,
        set: &ApplySet,
        revisions: &[Revision],
    ) -> Result<Self, HistoryError> {
        let next = next_after(revisions.first().map_or(0, |newest| newest.number));
        let unknown = |reason| Self { applied: None, base: Base::Unknown { reason }, next };
        if set.is_empty() {
            // The first run of a layer records its revision before it writes the set.
            let is_complete =
                |revision: &Revision| matches!(revision.status, Status::Deployed | Status::Applied);
            if revisions.iter().any(is_complete) {
                return Ok(unknown(format!(
                    "the ConfigMap `optakit-{layer}`, which names the revision, is missing"
                )));
            }
            return Ok(Self { applied: None, base: Base::Nothing, next });
        }
        let Some(newest) = revisions.first() else {
            return Ok(unknown("the history has no revisions".to_owned()));
        };
        let number = newest.number;
        if newest.status != Status::Deployed {
            let status = newest.status;
            return Ok(unknown(format!("the newest revision, {number}, is {status}")));
        }
        let bundle: Bundle = match read(client, layer, newest).await {
            Ok(bundle) => bundle,
            Err(HistoryError::Live(error)) => return Err(error.into()),
            Err(error) => return Ok(unknown(error.to_string())),
        };
        if !legacy::runs(client, set, &bundle).await? {
            return Ok(unknown(format!("the newest revision, {number}, is not what runs now")));
        }
        Ok(Self { applied: Some(newest.clone()), base: Base::Revision(newest.clone()), next })
    }

    /// Returns what is missing if what runs now is not in the history.
    pub(crate) fn unknown(&self) -> Option<&str> {
        match &self.base {
            Base::Unknown { reason } => Some(reason),
            Base::Nothing | Base::Revision(_) => None,
        }
    }

    /// Whether this bundle runs now, completely.
    pub(crate) fn is(&self, digest: &str) -> bool {
        self.applied
            .as_ref()
            .is_some_and(|applied| applied.status == Status::Deployed && applied.digest == digest)
    }

    /// Whether all objects of this bundle were applied, with or without a wait for the pods.
    pub(crate) fn is_applied(&self, digest: &str) -> bool {
        self.applied.as_ref().is_some_and(|applied| {
            matches!(applied.status, Status::Deployed | Status::Applied) && applied.digest == digest
        })
    }

    /// Returns what runs now, for the record of the next revision.
    pub(crate) const fn before(&self) -> Before {
        match &self.base {
            Base::Nothing => Before::Nothing,
            Base::Revision(base) => Before::Revision(base.number),
            Base::Unknown { .. } => Before::Unknown,
        }
    }

    /// Returns the deployed revisions before the one that runs now, with another bundle, newest
    /// first.
    ///
    /// If the last run did not complete, the first one is the revision that ran before.
    pub(crate) fn earlier<'a>(&self, revisions: &'a [Revision]) -> Vec<&'a Revision> {
        let Base::Revision(base) = &self.base else { return Vec::new() };
        let is_complete = self.applied.as_ref().is_some_and(|applied| *applied == *base);
        let own =
            revisions.iter().filter(|revision| !is_complete && revision.number == base.number);
        let others = revisions.iter().filter(|revision| {
            revision.number < base.origin()
                && revision.status == Status::Deployed
                && revision.digest != base.digest
        });
        own.chain(others).collect()
    }
}

/// Returns the number of the revision after one. If the name of its Secret is taken, the record
/// uses the next free number.
pub(super) const fn next_after(number: u32) -> u32 {
    if number < MAX_NUMBER { number + 1 } else { 1 }
}

/// Returns the revision that the parent of the set names.
///
/// # Errors
///
/// Fails with the reason if the revision is not in the history, or was changed.
fn marked<'a>(
    applied: &str,
    set: &ApplySet,
    revisions: &'a [Revision],
) -> Result<&'a Revision, String> {
    let found = revisions.iter().find(|revision| revision.number.to_string() == applied);
    let applied = visible_line(applied);
    let Some(revision) = found else {
        return Err(format!("revision {applied}, which runs now, is not in the history"));
    };
    if set.annotation(APPLIED_DIGEST) != Some(&*revision.digest) {
        return Err(format!(
            "the record of revision {applied}, which runs now, does not match its digest"
        ));
    }
    Ok(revision)
}

/// Returns a revision if it was deployed, otherwise the revision that ran before it.
fn last_complete(revision: &Revision, revisions: &[Revision]) -> Base {
    if revision.status == Status::Deployed {
        return Base::Revision(revision.clone());
    }
    let number = revision.number;
    let before = match revision.before {
        Before::Nothing => return Base::Nothing,
        Before::Revision(before) => before,
        Before::Unknown => {
            let reason = format!("what ran before revision {number} is not in the history");
            return Base::Unknown { reason };
        }
    };
    let found = revisions.iter().find(|other| other.number == before);
    // The revision before has a lower number, so this ends.
    match found.filter(|found| found.number < number) {
        Some(found) => last_complete(found, revisions),
        None => {
            let reason =
                format!("revision {before}, which ran before {number}, is not in the history");
            Base::Unknown { reason }
        }
    }
}

/// Names a revision as the one that this run applies. The next write of the parent contains it.
pub(crate) fn mark(set: &mut ApplySet, revision: &Revision) {
    set.annotate(APPLIED, &revision.number.to_string());
    set.annotate(APPLIED_DIGEST, &revision.digest);
}

#[cfg(test)]
mod tests {
    use super::super::facts::Facts;
    use super::*;

    fn revision(number: u32, status: Status, before: Option<u32>) -> Revision {
        Revision {
            number,
            status,
            digest: format!("sha256:{number}"),
            recorded: String::new(),
            before: before.map_or(Before::Nothing, Before::Revision),
            restores: None,
            facts: Facts::default(),
            parts: 1,
        }
    }

    fn current(applied: u32, revisions: &[Revision]) -> Current {
        let found = revisions.iter().find(|revision| revision.number == applied);
        let applied = found.expect("the revision exists").clone();
        Current { base: last_complete(&applied, revisions), applied: Some(applied), next: 99 }
    }

    fn previous(applied: u32, revisions: &[Revision]) -> Option<u32> {
        let earlier = current(applied, revisions).earlier(revisions);
        earlier.first().map(|revision| revision.number)
    }

    #[test]
    fn rollback_goes_to_the_revision_before_the_one_that_runs() {
        use Status::{Deployed, Failed, Interrupted};
        let mut revisions = vec![
            revision(6, Interrupted, Some(4)),
            revision(5, Failed, Some(4)),
            revision(4, Deployed, Some(3)),
            revision(3, Deployed, Some(1)),
            revision(2, Failed, Some(1)),
            revision(1, Deployed, None),
        ];
        assert_eq!(previous(6, &revisions), Some(4));
        assert_eq!(previous(4, &revisions), Some(3));
        assert_eq!(previous(3, &revisions), Some(1));
        assert_eq!(previous(1, &revisions), None);
        // A rollback from 4 to 3: a second one must not return to 4.
        revisions.insert(
            0,
            Revision {
                digest: "sha256:3".to_owned(),
                restores: Some(3),
                ..revision(7, Deployed, Some(4))
            },
        );
        assert_eq!(previous(7, &revisions), Some(1));
    }

    #[test]
    fn the_base_is_what_ran_before_incomplete_runs() {
        use Status::{Applying, Deployed, Failed, Partial};
        let revisions = [
            revision(9, Failed, Some(8)),
            revision(8, Partial, Some(6)),
            revision(7, Applying, None),
            revision(6, Applying, Some(5)),
            revision(5, Deployed, Some(2)),
            revision(4, Failed, Some(3)),
        ];
        assert_eq!(current(9, &revisions).before(), Before::Revision(5));
        assert!(matches!(current(7, &revisions).base, Base::Nothing));
        assert!(matches!(current(4, &revisions).base, Base::Unknown { .. }));
        assert!(current(5, &revisions).is("sha256:5"));
        assert!(!current(9, &revisions).is("sha256:9"));
    }
}
