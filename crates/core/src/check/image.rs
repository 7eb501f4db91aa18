//! The image tag and digest of a run.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::image::{Image, Reference};
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The given image tag or digest has no effect on this image.
    ///
    /// `--image-tag` and `--image-digest` are for `image: AUTO`. For another image, `--image-tag`
    /// does not replace its tag, and `--image-digest` has no effect.
    pub static IMAGE_TAG_IGNORED: Warning {
        fix: "Remove `--image-tag` or `--image-digest`, or set `image: AUTO`.",
        bad: Module("image: nginx:1.29\n"),
        good: Module("image: AUTO\n"),
    }
}

rule! {
    /// The name of the ECR repository is not known, so the manifests contain a wrong image.
    ///
    /// Opta 2022 added four random characters to the name. With the profile `opta-2022`, the
    /// manifests show `x7k2` instead. `optakit apply` finds the repository and uses its name.
    pub static UNKNOWN_REPOSITORY_NAME: Warning {
        fix: "Add the four characters to the values file, such as `random: {api: a1b2}`.",
        bad: Module("image: AUTO # with the profile opta-2022\n"),
        good: Module("image: nginx:1.29 # with the profile opta-2022\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let Some(image) = &checker.service.image else { return };
    let Image::Reference(reference) = &image.value else {
        check_repository(checker, image.span);
        return;
    };
    let (tag, digest) = checker.context.image;
    let has_own = Reference::parse(reference.as_str())
        .is_ok_and(|own| own.tag.is_some() || own.digest.is_some());
    let message = match (tag, digest) {
        (_, Some(_)) => "the given image digest is ignored: the image is not `AUTO`",
        (Some(_), None) if has_own => "the given image tag is ignored: the image already has a tag",
        _ => return,
    };
    let diagnostic =
        Diagnostic::new(&IMAGE_TAG_IGNORED, image.span, checker.path("image"), message)
            .help("set `image: AUTO` for an image in your own repository");
    checker.push(diagnostic);
}

fn check_repository(checker: &mut Checker<'_>, image: Span) {
    let module = &checker.header.name.value;
    let Some(names) = checker.context.random_names else { return };
    if names.contains_key(module) {
        return;
    }
    let message = "the name of the ECR repository is not known, because Opta added four random \
                   characters to it";
    let path = checker.path("image");
    let diagnostic = Diagnostic::new(&UNKNOWN_REPOSITORY_NAME, image, path, message);
    checker.push(diagnostic.help(format!("add `random: {{{module}: …}}` to the values file")));
}
