//! `optakit deploy`.

use std::time::Instant;

use anyhow::bail;
use optakit_core::render::IMAGE_DIGEST;

use super::{connect, input, options};
use crate::apply_bundle::{ApplyBundleOptions, apply_bundle};
use crate::bundle_file::IfModified;
use crate::cli::DeployArgs;
use crate::outcome::Outcome;
use crate::push_image::{PackedImage, check, repository_of};
use crate::report::Report;
use crate::session::{self, Session};

/// Applies a bundle with an image, which is pushed after the confirmation.
///
/// # Errors
///
/// Fails if the push or the apply fails.
pub(crate) fn run(arguments: &DeployArgs, report: &Report) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let DeployArgs { input, image, options } = arguments;
    if options.aws.skip_aws {
        bail!(
            "`deploy` pushes to ECR, so it cannot run with `--skip-aws`\n  \
             help: push with `optakit push --to REGISTRY/REPOSITORY`, then apply with \
             `--image-digest`"
        );
    }
    let if_modified = IfModified::allowed(options.allow_modified);
    let bundle = input::open(input, if_modified, report)?;
    if !bundle.holes.iter().any(|hole| hole.input == IMAGE_DIGEST) {
        bail!(
            "the bundle already has an image, so the pushed image would not be used\n  \
             help: write the bundle again without `--image-tag` and `--image-digest`"
        );
    }
    let image = options::image(image);
    check(&image)?;
    let cluster = connect::cluster(&bundle, &options.connect)?;
    session::block_on(async {
        repository_of(&bundle, None)?;
        let (aws, access) = (options::aws(&options.aws), connect::access(&options.write));
        let mut session = Session::open(bundle, &cluster, aws, access, report).await?;
        let packed = PackedImage::pack(&image, report)?;
        session.bundle.fill(IMAGE_DIGEST, &packed.digest());
        let options = ApplyBundleOptions { image: Some(packed), ..options::apply(options, None) };
        apply_bundle(session, &options, report, started).await?;
        Ok(Outcome::Succeeded)
    })
}
