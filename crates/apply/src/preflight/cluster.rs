//! Whether this is the cluster that the layer was first applied to: a context or an EKS name may
//! come to mean another.

use super::fault::Fault;
use crate::aws::iam;
use crate::live;
use crate::session::Session;

/// The fault, when the roles of the services were recorded for another cluster. Who may read
/// neither is not kept.
pub(super) async fn check(session: &Session) -> Option<Fault> {
    let aws = session.aws.as_ref()?;
    let roles = session.bundle.aws.iter().filter(|document| document.kind == "iam-role");
    let names: Vec<&str> =
        roles.filter_map(|document| document.resource["name"].as_str()).collect();
    let recorded =
        futures::future::join_all(names.iter().map(|name| iam::recorded_cluster(aws, name)));
    let (here, recorded) = tokio::join!(live::cluster_uid(&session.client), recorded);
    let here = here.ok()?;
    let (name, then) = names
        .iter()
        .zip(recorded)
        .find_map(|(name, then)| Some((name, then.filter(|then| *then != here)?)))?;
    let lines = vec![
        format!("{} has the uid {here}", session.cluster),
        format!("the IAM role `{name}` was made for the cluster with the uid {then}"),
        "connect to that one, or, if the cluster was replaced on purpose, remove the record:"
            .to_owned(),
        format!("  aws iam untag-role --role-name {name} --tag-keys optakit.dev/cluster"),
    ];
    Some(Fault {
        title: "this is another cluster than the one the layer runs in".to_owned(),
        lines,
    })
}
