//! `optakit push`.

use serde_json::json;

use super::{input, options};
use crate::bundle_file::IfModified;
use crate::cli::{PushArgs, ResultFormat};
use crate::outcome::Outcome;
use crate::push_destination::Address;
use crate::push_image::{PushedImage, push_to, push_to_ecr};
use crate::report::Report;
use crate::session::block_on;

/// Pushes an image and prints its digest.
///
/// # Errors
///
/// Fails if the archive or the bundle cannot be read, or the push fails.
pub(crate) fn run(arguments: &PushArgs, report: &Report) -> anyhow::Result<Outcome> {
    let image = options::image(&arguments.image.archive, &arguments.image.name)?;
    let pushed = if let Some(to) = &arguments.to {
        let image = image.open(report)?;
        let address = Address { to, insecure: &arguments.insecure_registry };
        block_on(async { push_to(image, &address.open(report).await?, report).await })?
    } else {
        let bundle = input::open_named(&arguments.input, IfModified::Fail, report)?;
        // The archive is checked before the credentials are read.
        let image = image.open(report)?;
        block_on(push_to_ecr(&bundle, image, arguments.module.as_deref(), report))?
    };
    match arguments.output {
        ResultFormat::Text => report.result(&format!("{}\n", pushed.digest)),
        ResultFormat::Json => report.json(&json(&pushed)),
        ResultFormat::Yaml => report.yaml(&json(&pushed)),
    }
    Ok(Outcome::Succeeded)
}

fn json(pushed: &PushedImage) -> String {
    let PushedImage { registry, repository, tag, digest, platforms } = pushed;
    let pushed = json!({
        "digest": digest,
        "registry": registry,
        "repository": repository,
        "tag": tag,
        "reference": format!("{registry}/{repository}@{digest}"),
        "platforms": platforms,
    });
    format!("{pushed:#}\n")
}
