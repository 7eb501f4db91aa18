//! Checks that this is the cluster that the layer was applied to before. A context, or the name of
//! an EKS cluster, may belong to another cluster now.

use super::fault::Fault;
use crate::aws::iam;
use crate::live;
use crate::session::Session;

/// Returns a fault if an IAM role of the layer was created for another cluster, unless the user
/// accepts that.
///
/// Returns `None` if the cluster or the roles cannot be read.
pub(super) async fn check(session: &Session) -> Option<Fault> {
    let aws = session.aws.as_ref().filter(|_| !session.accepts_place)?;
    let names: Vec<&str> = session.bundle.roles().map(|(_, role)| role.name.as_str()).collect();
    let recorded =
        futures::future::join_all(names.iter().map(|name| iam::recorded_cluster(aws, name)));
    let (current, recorded) = tokio::join!(live::cluster_uid(&session.client), recorded);
    let current = current.ok()?;
    let (name, recorded) = names
        .iter()
        .zip(recorded)
        .find_map(|(name, uid)| Some((name, uid.filter(|uid| *uid != current)?)))?;
    let lines = vec![
        format!("{} has the UID {current}", session.cluster),
        format!("the IAM role `{name}` was created for the cluster with the UID {recorded}"),
        "help: connect to that cluster; if this cluster replaces it, pass `--accept-cluster`"
            .to_owned(),
    ];
    Some(Fault { title: "the layer runs in another cluster".to_owned(), lines })
}
