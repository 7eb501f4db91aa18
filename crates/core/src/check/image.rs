//! The image tag and digest of a run.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::image::{Image, Reference};
use crate::rule::rule;

rule! {
    /// The image tag or digest of the command does not apply to this image.
    ///
    /// `--image-tag` and `--image-digest` are for `image: AUTO`. A tag of the command does not
    /// replace the tag of another image, and a digest is never added to another image.
    pub static IMAGE_TAG_IGNORED: Warning {
        fix: "Remove the option from the command, or set `image: AUTO`.",
        bad: Module("image: nginx:1.29\n"),
        good: Module("image: AUTO\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let Some(image) = &checker.service.image else { return };
    let Image::Reference(reference) = &image.value else { return };
    let (tag, digest) = checker.context.image;
    let has_own = Reference::parse(reference.as_str())
        .is_ok_and(|own| own.tag.is_some() || own.digest.is_some());
    let message = match (tag, digest) {
        (_, Some(_)) => "the image digest of the command is ignored: the image is not `AUTO`",
        (Some(_), None) if has_own => {
            "the image tag of the command is ignored: the image already has a tag"
        }
        _ => return,
    };
    let diagnostic =
        Diagnostic::new(&IMAGE_TAG_IGNORED, image.span, checker.path("image"), message)
            .help("set `image: AUTO` for an image in your own repository");
    checker.push(diagnostic);
}
