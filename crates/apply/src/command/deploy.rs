//! `optakit deploy`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::bail;
use optakit_core::render::version_label;

use super::{connect, input, options, plan_output};
use crate::apply_bundle::{ApplyBundleOptions, apply_bundle};
use crate::bundle_file::IfModified;
use crate::changes::Changes;
use crate::cli::{ApplyOptionArgs, DeployArgs};
use crate::outcome::{Outcome, UsageError};
use crate::preflight;
use crate::push_image::{PackedImage, repository_of};
use crate::report::Report;
use crate::session::{self, Access, Session};

/// Applies a bundle with an image, which is pushed after the confirmation.
///
/// # Errors
///
/// Fails if the push or the apply fails.
pub(crate) fn run(arguments: &DeployArgs, report: &Report) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let DeployArgs { files, choices, image, module, dry_run, options } = arguments;
    let [file @ .., archive] = files.as_slice() else { bail!("no archive is given") };
    check_arguments(file, archive, options)?;
    let if_modified = IfModified::allowed(options.allow_modified);
    let bundle =
        input::open_file(file.first().map(PathBuf::as_path), choices, if_modified, report)?;
    if bundle.image_holes().is_empty() {
        bail!(
            "the bundle already has an image, so the pushed image would not be used\n  \
             help: write the bundle again without `--image-tag` and `--image-digest`"
        );
    }
    let image = options::image(archive, image)?.open(report)?;
    let cluster = connect::cluster(&bundle, &options.at)?;
    session::block_on(async {
        let (module, repository) = repository_of(&bundle, module.as_deref())?;
        let (module, repository) = (module.to_owned(), repository.name.clone());
        let (aws, access) = (
            options::aws(&options.aws),
            if *dry_run { Access::Preview } else { connect::access(&options.write) },
        );
        let mut session = Session::open(bundle, &cluster, aws, access, report).await?;
        let packed = PackedImage::pack(image, report)?.of_module(&module);
        let digest = packed.digest();
        let holes = session.bundle.image_holes();
        for hole in holes.iter().filter(|hole| hole.module == module) {
            session.bundle.set_image(hole, &format!("{}@{digest}", hole.repository));
        }
        // The image is named by its digest, but people know it by its tag.
        session.bundle.set_version(&module, version_label(packed.tag()).as_str());
        if *dry_run {
            let session = session.with_running_images().await?;
            preflight::check_inputs(&session.bundle, &[])?;
            let force = options::force(&options.rollout.conflicts);
            let changes = Changes::find(&session, &force).await?;
            plan_output::dry_run(&changes, &session, options.rollout.output, report);
            return Ok(Outcome::Succeeded);
        }
        let options = ApplyBundleOptions {
            image: Some(packed),
            runs: Some(format!("{module} runs {repository}@{digest}")),
            ..options::apply(options, None)
        };
        apply_bundle(session, &options, report, started).await?;
        Ok(Outcome::Succeeded)
    })
}

/// Rejects a service file after the archive, and `--skip-aws`.
fn check_arguments(
    file: &[PathBuf],
    archive: &Path,
    options: &ApplyOptionArgs,
) -> anyhow::Result<()> {
    let is_text = |extension: &OsStr| ["yml", "yaml", "json"].iter().any(|text| extension == *text);
    if !file.is_empty() && archive.extension().is_some_and(is_text) {
        return Err(UsageError(format!(
            "`{}` is not an archive of an image\n  \
             help: the archive is the last argument: `optakit deploy FILE ARCHIVE`",
            archive.display()
        ))
        .into());
    }
    if options.aws.skip_aws {
        let message = "`deploy` pushes to ECR, so it cannot run with `--skip-aws`\n  \
                       help: push with `optakit push --to REGISTRY/REPOSITORY`, then apply with \
                       `--image-digest`";
        return Err(UsageError(message.to_owned()).into());
    }
    Ok(())
}
