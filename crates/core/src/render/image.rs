//! The image of a container.

use super::context::{ServiceContext, WithoutImage};
use super::target::Profile;
use crate::aws::ecr::repository_url;
use crate::check::Checked;
use crate::model::image::{Image, Reference};
use crate::model::k8s_service::K8sService;
use crate::span::Span;
use crate::text::{Text, TextBuilder};

/// The input that fills the digest of an AUTO image.
pub const IMAGE_DIGEST: &str = "image_digest";

/// The image of a container.
pub(super) struct ContainerImage {
    /// The full reference.
    pub(super) reference: Text,
    /// Whether the reference has a digest, so that it always means the same image.
    pub(super) by_digest: bool,
    /// The span of the `image` field.
    pub(super) origin: Span,
}

/// Returns the image of a service, or `None` if its pods must be left out.
pub(super) fn container_image(
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Option<ContainerImage> {
    let image = service.image();
    let (reference, by_digest) = match &image.value {
        Image::Reference(reference) => external_image(reference, context.image_tag),
        Image::Auto => {
            let url = repository(context);
            match (context.image_digest, context.image_tag, context.without_image) {
                (Some(digest), ..) => (url.push("@").push(digest).build(), true),
                (None, Some(tag), _) => (url.push(":").push(tag).build(), false),
                (None, None, WithoutImage::Hole) => {
                    (url.push("@").value_or_input(None, IMAGE_DIGEST).build(), true)
                }
                (None, None, WithoutImage::LeaveOut) => return None,
            }
        }
    };
    Some(ContainerImage { reference, by_digest, origin: image.span })
}

/// The text in manifests for a random suffix that is not known. The rule
/// `unknown-repository-name` reports it.
const UNKNOWN_SUFFIX: &str = "x7k2";

/// Returns the URL of the repository. Opta 2022 added four random characters to its name.
///
/// A bundle has the name without them: an apply looks for the repository in ECR.
fn repository(context: &ServiceContext<'_>) -> TextBuilder {
    let url = repository_url(context.names, context.environment);
    let url = TextBuilder::default().text(&url);
    if context.profile != Profile::Opta2022 || context.without_image == WithoutImage::Hole {
        return url;
    }
    let url = url.push("-");
    match context.repository_suffix {
        Some(suffix) => url.push(suffix),
        None => url.push(UNKNOWN_SUFFIX),
    }
}

/// Returns an external image. It gets the tag of the run if it has neither tag nor digest.
fn external_image(reference: &Text, tag: Option<&str>) -> (Text, bool) {
    let parsed = Reference::parse(reference.as_str());
    let by_digest = parsed.as_ref().is_ok_and(|image| image.digest.is_some());
    let has_no_version = parsed.is_ok_and(|image| image.tag.is_none() && image.digest.is_none());
    match tag.filter(|_| has_no_version) {
        Some(tag) => (TextBuilder::default().text(reference).push(":").push(tag).build(), false),
        None => (reference.clone(), by_digest),
    }
}
