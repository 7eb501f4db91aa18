//! The facts of a revision for people: images, author, commit, and why it failed.

use std::collections::BTreeMap;

use optakit_core::bundle::{Bundle, List};
use optakit_core::render::IMAGE_DIGEST;
use optakit_core::visible::visible_line;

use crate::origin::Commit;

/// The annotation with the image of each Deployment and StatefulSet, as JSON.
const IMAGES: &str = "optakit.dev/images";
const AUTHOR: &str = "optakit.dev/author";
const COMMIT: &str = "optakit.dev/commit";
/// The annotation with the reason why the run failed.
pub(super) const CAUSE: &str = "optakit.dev/cause";
/// The annotation of a run that did not use AWS.
const AWS: &str = "optakit.dev/aws";
const SKIPPED: &str = "skipped";
/// The maximum size of the images in bytes. All annotations of an object may have 256 KiB.
const MAX_IMAGES: usize = 128 * 1024;
/// The maximum length of other texts in characters.
const MAX_TEXT: usize = 1000;

/// The facts of a revision for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The image of each Deployment and StatefulSet, by its name. Empty if it was not recorded.
    pub(crate) images: BTreeMap<String, String>,
    pub(crate) author: Option<String>,
    pub(crate) commit: Option<Commit>,
    /// Why the run failed.
    pub(crate) cause: Option<String>,
    /// Whether the run did not use AWS.
    pub(crate) skips_aws: bool,
}

impl Facts {
    /// Returns the images of a bundle. A Deployment without an image is left out.
    pub(crate) fn of(bundle: &Bundle) -> Self {
        let objects = bundle.manifests.iter().enumerate();
        let images = objects.filter_map(|(index, object)| {
            let has_image = !bundle.missing_inputs(List::Manifests, index).contains(&IMAGE_DIGEST);
            let image = object.text("/spec/template/spec/containers/0/image")?;
            let is_known = object.kind().is_awaited() && has_image;
            is_known.then(|| (object.name().to_owned(), image.to_owned()))
        });
        Self { images: images.collect(), ..Self::default() }
    }

    /// Reads the facts from the annotations of a revision. Everyone who can write Secrets can write
    /// them, so a line break must not look like another line of the output.
    pub(super) fn read(annotations: &BTreeMap<String, String>) -> Self {
        let line = |key| annotations.get(key).map(|text| visible_line(text).into_owned());
        let images = annotations.get(IMAGES).and_then(|text| serde_json::from_str(text).ok());
        let images: BTreeMap<String, String> = images.unwrap_or_default();
        let visible = |text: &str| visible_line(text).into_owned();
        Self {
            images: images.iter().map(|(name, image)| (visible(name), visible(image))).collect(),
            author: line(AUTHOR),
            commit: annotations.get(COMMIT).and_then(|text| Commit::parse(text)),
            cause: line(CAUSE),
            skips_aws: annotations.get(AWS).is_some_and(|text| text == SKIPPED),
        }
    }

    /// Returns the annotations of a revision.
    pub(super) fn annotations(&self) -> impl Iterator<Item = (String, String)> {
        let images = serde_json::to_string(&self.images).expect("texts are JSON");
        let images =
            Some(images).filter(|text| !self.images.is_empty() && text.len() <= MAX_IMAGES);
        let pairs = [
            (IMAGES, images),
            (AUTHOR, self.author.as_deref().map(shortened)),
            (COMMIT, self.commit.as_ref().map(ToString::to_string)),
            (CAUSE, self.cause.as_deref().map(shortened)),
            (AWS, self.skips_aws.then(|| SKIPPED.to_owned())),
        ];
        pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)))
    }
}

/// Returns the start of a text in one line.
pub(super) fn shortened(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_from_their_annotations() {
        let facts = Facts {
            images: BTreeMap::from([("shop-api".to_owned(), "acme/api:1".to_owned())]),
            author: Some("ann@laptop".to_owned()),
            commit: Commit::parse(&"a".repeat(40)),
            cause: Some("it crashed".to_owned()),
            skips_aws: true,
        };
        assert_eq!(Facts::read(&facts.annotations().collect()), facts);
        let none = Facts::default();
        assert_eq!(none.annotations().count(), 0);
        assert_eq!(Facts::read(&BTreeMap::new()), none);
        assert_eq!(shortened("a\nb"), "ab");
    }

    #[test]
    fn facts_of_others_have_no_line_breaks() {
        let annotations = [
            (IMAGES, r#"{"a\n": "nginx:1\n  b  9/9 ready"}"#),
            (AUTHOR, "ann\n   9  deployed"),
            (CAUSE, "it\rcrashed"),
        ];
        let annotations = annotations.map(|(key, text)| (key.to_owned(), text.to_owned()));
        let facts = Facts::read(&annotations.into());
        assert_eq!(facts.author.as_deref(), Some("ann\\n   9  deployed"));
        assert_eq!(facts.cause.as_deref(), Some("it\\rcrashed"));
        let images: Vec<_> = facts.images.iter().collect();
        assert_eq!(images, [(&"a\\n".to_owned(), &"nginx:1\\n  b  9/9 ready".to_owned())]);
    }
}
