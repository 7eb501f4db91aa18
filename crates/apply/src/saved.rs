//! A plan kept in a file, to be looked at and applied later: what it was made of, so that another
//! plan is not applied in its place.

use k8s_openapi::jiff::Timestamp;
use optakit_core::effect::strip_server_fields;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::plan::Changes;
use crate::digest::sha256;
use crate::live::{self, LiveError};
use crate::session::Session;

const API_VERSION: &str = "optakit.dev/v1";
const KIND: &str = "Plan";
/// How long a plan may be applied, in seconds.
const MAX_AGE: i64 = 2 * 60 * 60;

/// What a plan was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SavedPlan {
    api_version: String,
    kind: String,
    /// The digest of the bundle with everything filled in.
    bundle: String,
    /// The uid of the cluster, which is that of its namespace `kube-system`.
    cluster: String,
    /// When it was made.
    made: Timestamp,
    /// Every object with the state that was seen, none for one that was not there. Not its
    /// resourceVersion: controllers write the status of autoscalers every few seconds, which
    /// is no reason to plan again.
    objects: Vec<Seen>,
    /// What is to be taken away.
    leftovers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Seen {
    object: String,
    state: Option<String>,
}

/// A hash of an object as far as someone decides it.
fn state(live: &Value) -> String {
    sha256(strip_server_fields(live).to_string().as_bytes())
}

/// Why a plan is not applied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("the file is no saved plan")]
    NotAPlan(#[source] serde_json::Error),
    #[error(
        "the plan does not fit any more, nothing was changed: {reason}\n  make a new one with `optakit plan --save`"
    )]
    Moved { reason: String },
    #[error(transparent)]
    Live(#[from] LiveError),
}

impl SavedPlan {
    /// What a plan of now is made of.
    ///
    /// # Errors
    ///
    /// When the cluster does not tell its uid.
    pub(crate) async fn of(session: &Session, changes: &Changes) -> Result<Self, LiveError> {
        let cluster = live::cluster_uid(&session.client).await?;
        let seen = changes
            .pairs
            .iter()
            .map(|pair| Seen { object: pair.target.label(), state: pair.live.as_ref().map(state) });
        let untried =
            changes.untried.iter().map(|target| Seen { object: target.label(), state: None });
        Ok(Self {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            bundle: session.bundle.actual_digest(),
            cluster,
            made: Timestamp::now(),
            objects: seen.chain(untried).collect(),
            leftovers: changes.leftovers.iter().map(|leftover| leftover.label()).collect(),
        })
    }

    /// Reads a plan from its file.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, PlanError> {
        serde_json::from_str(text).map_err(PlanError::NotAPlan)
    }

    /// The plan's file.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a plan is JSON") + "\n"
    }

    /// Checks that a plan of now is the saved one.
    ///
    /// # Errors
    ///
    /// With the first thing that moved.
    pub(crate) fn check(&self, now: &Self) -> Result<(), PlanError> {
        let moved = |reason: String| Err(PlanError::Moved { reason });
        if self.cluster != now.cluster {
            return moved("it was made for another cluster".to_owned());
        }
        if self.bundle != now.bundle {
            return moved(format!(
                "it was made of the bundle {}, this is {}",
                self.bundle, now.bundle
            ));
        }
        if now.made.duration_since(self.made).as_secs() > MAX_AGE {
            return moved("it is more than 2 hours old".to_owned());
        }
        for seen in &now.objects {
            let planned = self.objects.iter().find(|planned| planned.object == seen.object);
            // The namespace is made before the rest is planned, when the plan was for a new one.
            let new_namespace = seen.object.starts_with("Namespace ")
                && planned.is_some_and(|planned| planned.state.is_none());
            if !new_namespace && planned.map(|planned| &planned.state) != Some(&seen.state) {
                return moved(format!("{} was changed since", seen.object));
            }
        }
        if self.leftovers != now.leftovers {
            return moved("other objects are to be taken away".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_fits_only_what_it_was_made_of() {
        let seen = |object: &str, version: Option<&str>| Seen {
            object: object.to_owned(),
            state: version.map(str::to_owned),
        };
        let plan = SavedPlan {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            bundle: "sha256:1".to_owned(),
            cluster: "c".to_owned(),
            made: "2026-01-01T00:00:00Z".parse().expect("a time"),
            objects: vec![seen("Namespace shop", None), seen("Service api", Some("7"))],
            leftovers: Vec::new(),
        };
        let later = |time: &str| SavedPlan { made: time.parse().expect("a time"), ..plan.clone() };
        assert!(plan.check(&later("2026-01-01T01:59:59Z")).is_ok());
        let refused = |now: SavedPlan| plan.check(&now).expect_err("it moved").to_string();
        assert!(refused(later("2026-01-01T02:00:01Z")).contains("2 hours"));
        assert!(
            refused(SavedPlan { cluster: "d".to_owned(), ..plan.clone() })
                .contains("another cluster")
        );
        assert!(
            refused(SavedPlan { bundle: "sha256:2".to_owned(), ..plan.clone() })
                .contains("sha256:2")
        );
        let objects = vec![seen("Namespace shop", Some("1")), seen("Service api", Some("8"))];
        assert!(
            refused(SavedPlan { objects, ..plan.clone() })
                .contains("Service api was changed since")
        );
        let objects = vec![seen("Namespace shop", Some("1")), seen("Service api", Some("7"))];
        assert!(
            plan.check(&SavedPlan { objects, ..plan.clone() }).is_ok(),
            "the new namespace is expected"
        );
        assert_eq!(SavedPlan::parse(&plan.to_text()).expect("it can be read"), plan);
    }
}
