//! `optakit takeover`.

use super::{connect, input, options};
use crate::bundle_file::IfModified;
use crate::cli::TakeoverArgs;
use crate::outcome::Outcome;
use crate::report::Report;
use crate::session::{self, Access, AwsUse, Session};
use crate::takeover::{preview, take_over};

/// Takes over the objects of a bundle from Helm.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the takeover fails.
pub(crate) fn run(arguments: &TakeoverArgs, report: &Report) -> anyhow::Result<Outcome> {
    let TakeoverArgs { input, at, skip_aws, write, dry_run, yes, output: _ } = arguments;
    let bundle = input::open(input, IfModified::Fail, report)?;
    let cluster = connect::cluster(&bundle, at)?;
    session::block_on(async {
        let access = if *dry_run { Access::Preview } else { connect::access(write) };
        let aws = if *skip_aws { AwsUse::Skip } else { AwsUse::Read };
        let session = Session::open(bundle, &cluster, aws, access, report).await?;
        let session = session.with_running_images().await?;
        if *dry_run {
            preview(&session, report).await?;
            return Ok(Outcome::Succeeded);
        }
        take_over(&session, *yes, options::wait_lock(write), report).await?;
        Ok(Outcome::Succeeded)
    })
}
