//! What a run's tag and digest do to an image.

use super::context::Checker;
use crate::diagnostic::{Diagnostic, Example, Rule, Severity};
use crate::model::image::{Image, Reference};

/// A tag or digest of the run that the image has no use for.
pub static TAG_IGNORED: Rule = Rule {
    id: "image-tag-ignored",
    severity: Severity::Warning,
    doc: "The run's tag or digest is for AUTO images. An external image keeps its own tag, and never takes a digest from \
          the run.",
    bad: Example::Module("image: nginx:1.29\n"),
    good: Example::Module("image: AUTO\n"),
}
.published();

pub(super) fn check(checker: &mut Checker<'_>) {
    let Some(image) = &checker.service.image else { return };
    let Image::Reference(reference) = &image.value else { return };
    let (tag, digest) = checker.context.image;
    let own = Reference::parse(reference.as_str())
        .ok()
        .filter(|own| own.tag.is_some() || own.digest.is_some());
    let message = match (tag, digest, own) {
        (_, Some(_), _) => "the run's digest is ignored: this is an external image",
        (Some(_), None, Some(_)) => "the run's tag is ignored: the image has one of its own",
        _ => return,
    };
    let diagnostic = Diagnostic::new(&TAG_IGNORED, image.span, checker.path("image"), message);
    checker.diagnostics.push(diagnostic.help("set `image: AUTO` for an image of your own"));
}
