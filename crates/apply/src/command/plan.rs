//! `optakit plan`.

use optakit_core::bundle::IMAGE_TAG;
use optakit_core::render::IMAGE_DIGEST;

use super::plan_output::print;
use super::{connect, input, options};
use crate::bundle_file::IfModified;
use crate::changes::Changes;
use crate::cli::PlanArgs;
use crate::outcome::Outcome;
use crate::output_file::Privacy;
use crate::report::Report;
use crate::saved_plan::SavedPlan;
use crate::session::{self, Access, Session};
use crate::{output_file, preflight};

/// Prints what an apply would change. Exit code 2 if there are changes.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the API server rejects the plan.
pub(crate) fn run(arguments: &PlanArgs, report: &Report) -> anyhow::Result<Outcome> {
    let if_modified = IfModified::allowed(arguments.allow_modified);
    let bundle = input::open(&arguments.input, if_modified, report)?;
    let cluster = connect::cluster(&bundle, &arguments.connect)?;
    session::block_on(async {
        let aws = options::aws(&arguments.aws);
        let session = Session::open(bundle, &cluster, aws, Access::Read, report).await?;
        preflight::check_inputs(&session.bundle, &[IMAGE_DIGEST, IMAGE_TAG])?;
        let session = session.with_running_images().await?;
        preflight::check_images(&session)?;
        preflight::check_inputs(&session.bundle, &[])?;
        let changes = Changes::find(&session, &options::force(&arguments.conflicts)).await?;
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
