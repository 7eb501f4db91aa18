//! The place that a layer was applied to: environment, AWS account and cluster. The first apply
//! records it in the parent of the `ApplySet`, and every command that writes compares it.

use anyhow::Context;
use optakit_core::bundle::Bundle;
use optakit_core::visible::visible_line;

use crate::applyset::ApplySet;
use crate::hint;
use crate::live::{self, LiveError};

const ENVIRONMENT: &str = "optakit.dev/environment";
const ACCOUNT: &str = "optakit.dev/account";
const CLUSTER: &str = "optakit.dev/cluster-uid";

/// The place that a bundle is applied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The name of the environment.
    pub(crate) environment: String,
    /// The AWS account of the environment, if it has one.
    pub(crate) account: Option<String>,
    /// The UID of the cluster.
    pub(crate) cluster: String,
}

/// The bundle, or the cluster, differs from the place that the layer was applied to.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{layer}` was applied to a different environment, AWS account or cluster before; nothing was \
     changed{}\n  \
     help: check the bundle and `--context`, or pass `--accept-cluster` to apply here from now on",
    differences.iter().map(|difference| format!("\n  {difference}")).collect::<String>()
)]
pub(crate) struct OtherPlace {
    layer: String,
    differences: Vec<String>,
}

/// Reads the UID of the cluster and the set of a layer.
///
/// # Errors
///
/// Each of the two fails on its own.
pub(crate) async fn read(
    client: &kube::Client,
    layer: &str,
) -> (Result<String, LiveError>, Result<ApplySet, LiveError>) {
    tokio::join!(live::cluster_uid(client), ApplySet::read(client, layer))
}

/// Returns the environment and the AWS account that a set was applied to, each as one line.
pub(crate) fn recorded(set: &ApplySet) -> (Option<String>, Option<String>) {
    let line = |key| set.annotation(key).map(|text| visible_line(text).into_owned());
    (line(ENVIRONMENT), line(ACCOUNT))
}

/// Returns the place that a run writes to, after it was compared with the recorded one.
///
/// # Errors
///
/// Fails if the cluster cannot be identified, or if the recorded place differs.
pub(crate) fn identify(
    bundle: &Bundle,
    uid: Result<String, LiveError>,
    set: Result<ApplySet, LiveError>,
    accept_cluster: bool,
) -> anyhow::Result<Result<Identity, LiveError>> {
    let cluster = uid.with_context(|| {
        format!(
            "the cluster cannot be identified\n  \
             help: `{}` prints the roles that a run needs",
            hint::optakit("permissions", "")
        )
    })?;
    let identity = Identity::of(bundle, cluster);
    match set {
        Ok(set) if !accept_cluster => identity.compare(&bundle.metadata.layer, &set)?,
        Ok(_) => {}
        // The run cannot write the parent either. It stops when it takes the lock, and reports all
        // permissions that are missing.
        Err(error @ LiveError::Forbidden { .. }) => return Ok(Err(error)),
        Err(error) => return Err(error.into()),
    }
    Ok(Ok(identity))
}

impl Identity {
    /// Returns the place of a bundle in the cluster with this UID.
    pub(crate) fn of(bundle: &Bundle, cluster: String) -> Self {
        let environment = bundle.metadata.environment.clone();
        Self { environment, account: bundle.target.account_id.clone(), cluster }
    }

    /// Compares this place with the recorded one. A place that was not recorded is not compared:
    /// the layer is new, or an older version of Optakit applied it.
    ///
    /// # Errors
    ///
    /// Fails with all differences.
    pub(crate) fn compare(&self, layer: &str, set: &ApplySet) -> Result<(), OtherPlace> {
        let mut differences = Vec::new();
        let mut compare = |key, name, now: &str| {
            if let Some(before) = set.annotation(key).filter(|before| *before != now) {
                let before = visible_line(before);
                differences
                    .push(format!("{name} `{now}`, but it was applied to {name} `{before}`"));
            }
        };
        compare(ENVIRONMENT, "environment", &self.environment);
        if let Some(account) = &self.account {
            compare(ACCOUNT, "AWS account", account);
        }
        compare(CLUSTER, "cluster UID", &self.cluster);
        if differences.is_empty() {
            return Ok(());
        }
        Err(OtherPlace { layer: layer.to_owned(), differences })
    }

    /// Records this place. The next write of the parent contains it.
    pub(crate) fn record(&self, set: &mut ApplySet) {
        set.annotate(ENVIRONMENT, &self.environment);
        set.annotate(CLUSTER, &self.cluster);
        if let Some(account) = &self.account {
            set.annotate(ACCOUNT, account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(environment: &str, account: Option<&str>, cluster: &str) -> Identity {
        Identity {
            environment: environment.to_owned(),
            account: account.map(str::to_owned),
            cluster: cluster.to_owned(),
        }
    }

    #[test]
    fn only_recorded_values_are_compared() {
        let mut set = ApplySet::empty("shop");
        let staging = place("staging", Some("1"), "a");
        assert!(staging.compare("shop", &set).is_ok(), "nothing is recorded");
        staging.record(&mut set);
        assert!(staging.compare("shop", &set).is_ok());
        assert!(place("staging", None, "a").compare("shop", &set).is_ok());
        let error = place("production", Some("2"), "b").compare("shop", &set);
        let error = error.expect_err("everything differs").to_string();
        for difference in [
            "environment `production`, but it was applied to environment `staging`",
            "AWS account `2`, but it was applied to AWS account `1`",
            "cluster UID `b`, but it was applied to cluster UID `a`",
            "help: ",
        ] {
            assert!(error.contains(difference), "{error}");
        }
    }
}
