//! Checks that this is the cluster that the layer was applied to before. A context, or the name of
//! an EKS cluster, may belong to another cluster now.

use super::fault::Fault;
use crate::aws::iam;
use crate::live;
use crate::session::Session;

/// Returns a fault if an IAM role of the layer was created for another cluster.
///
/// Returns `None` if the cluster or the roles cannot be read.
pub(super) async fn check(session: &Session) -> Option<Fault> {
    let aws = session.aws.as_ref()?;
    let names: Vec<&str> = session.bundle.roles().map(|(_, role)| role.name.as_str()).collect();
    let recorded =
        futures::future::join_all(names.iter().map(|name| iam::recorded_cluster(aws, name)));
    let (here, recorded) = tokio::join!(live::cluster_uid(&session.client), recorded);
    let here = here.ok()?;
    let (name, then) = names
        .iter()
        .zip(recorded)
        .find_map(|(name, then)| Some((name, then.filter(|then| *then != here)?)))?;
    let lines = vec![
        format!("{} has the UID {here}", session.cluster),
        format!("the IAM role `{name}` was created for the cluster with the UID {then}"),
        format!(
            "help: connect to that cluster; if this cluster replaces it, run \
             `aws iam untag-role --role-name {name} --tag-keys optakit.dev/cluster`"
        ),
    ];
    Some(Fault { title: "the layer runs in another cluster".to_owned(), lines })
}
