//! `optakit plan`.

use optakit_core::bundle::{Bundle, IMAGE_TAG};
use optakit_core::render::IMAGE_DIGEST;

use super::plan_output::print;
use super::{connect, input, options};
use crate::auth::Cluster;
use crate::bundle_file::IfModified;
use crate::changes::Changes;
use crate::cli::{PlanArgs, PlannedArgs};
use crate::outcome::Outcome;
use crate::output_file::Privacy;
use crate::owner::Force;
use crate::report::Report;
use crate::saved_plan::SavedPlan;
use crate::session::{self, Access, AwsUse, Session};
use crate::{output_file, preflight};

/// Prints what an apply would change. Exit code 2 if there are changes.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the API server rejects the plan.
pub(crate) fn run(arguments: &PlanArgs, report: &Report) -> anyhow::Result<Outcome> {
    let (bundle, cluster) = open(&arguments.planned, report)?;
    session::block_on(async {
        let (aws, force) = options::plan(&arguments.planned);
        let (session, changes) = find(bundle, &cluster, aws, &force, report).await?;
        let code = print(&changes, &session, arguments.output, report);
        if let Some(path) = &arguments.save {
            let plan = SavedPlan::of(&session, &changes).await?.to_text();
            match path.as_os_str() == "-" {
                true => report.result(&plan),
                false => output_file::write(path, &plan, Privacy::Public)?,
            }
        }
        Ok(code)
    })
}

/// Opens the bundle of a plan, and finds its cluster.
///
/// # Errors
///
/// Fails if the bundle cannot be read, or no cluster is known.
pub(super) fn open(arguments: &PlannedArgs, report: &Report) -> anyhow::Result<(Bundle, Cluster)> {
    let if_modified = IfModified::allowed(arguments.allow_modified);
    let bundle = input::open(&arguments.input, if_modified, report)?;
    let cluster = connect::cluster(&bundle, &arguments.at)?;
    Ok((bundle, cluster))
}

/// Connects to a cluster, and finds what an apply of a bundle would change.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, a value or an image is missing, or the API server
/// rejects the plan.
pub(super) async fn find(
    bundle: Bundle,
    cluster: &Cluster,
    aws: AwsUse,
    force: &Force,
    report: &Report,
) -> anyhow::Result<(Session, Changes)> {
    let session = Session::open(bundle, cluster, aws, Access::Preview, report).await?;
    preflight::check_inputs(&session.bundle, &[IMAGE_DIGEST, IMAGE_TAG])?;
    let session = session.with_running_images().await?;
    preflight::check_images(&session).await?;
    preflight::check_inputs(&session.bundle, &[])?;
    let changes = Changes::find(&session, force).await?;
    Ok((session, changes))
}
