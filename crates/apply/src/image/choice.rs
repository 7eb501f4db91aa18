//! Chooses one of the images of an archive.

use super::archive::Archive;
use super::archive_error::ArchiveError;

/// An image in the list of an archive.
pub(super) struct Candidate<T> {
    /// The names with a tag. The first one is shown.
    pub(super) names: Vec<String>,
    /// Identifies the content. Two names with the same content are one image.
    pub(super) id: String,
    pub(super) content: T,
}

/// How well an image fits the wanted name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Tag,
    /// The name without its registry, such as `app:1` for `docker.io/library/app:1`.
    End,
    Exact,
}

impl<T> Candidate<T> {
    /// Returns how the image is named in messages.
    pub(super) fn name(&self) -> &str {
        self.names.first().unwrap_or(&self.id)
    }

    fn fit(&self, wanted: &str) -> Option<Fit> {
        let fit = |name: &String| {
            if name == wanted {
                Some(Fit::Exact)
            } else if name.strip_suffix(wanted).is_some_and(|start| start.ends_with('/')) {
                Some(Fit::End)
            } else {
                (tag(name).as_deref() == Some(wanted)).then_some(Fit::Tag)
            }
        };
        self.names.iter().chain([&self.id]).filter_map(fit).max()
    }

    /// Returns the tag: of the wanted name, or of the first name that has one.
    pub(super) fn tag(&self, wanted: Option<&str>) -> Option<String> {
        let named = wanted.filter(|wanted| self.names.iter().any(|name| name.ends_with(wanted)));
        named.and_then(tag).or_else(|| self.names.iter().find_map(|name| tag(name)))
    }
}

/// Returns the images named `wanted`, or all images. Images with the same content become one.
///
/// # Errors
///
/// Fails if no image matches.
pub(super) fn matching<T>(
    archive: &Archive,
    all: Vec<Candidate<T>>,
    wanted: Option<&str>,
) -> Result<Vec<Candidate<T>>, ArchiveError> {
    if all.is_empty() {
        return Err(archive.damaged("it contains no image"));
    }
    let mut images: Vec<Candidate<T>> = Vec::new();
    for candidate in all {
        match images.iter_mut().find(|known| known.id == candidate.id) {
            Some(known) => known.names.extend(candidate.names),
            None => images.push(candidate),
        }
    }
    let Some(wanted) = wanted else { return Ok(images) };
    let names = names(&images);
    let best = images.iter().filter_map(|image| image.fit(wanted)).max();
    images.retain(|image| best.is_some() && image.fit(wanted) == best);
    if images.is_empty() {
        return Err(ArchiveError::NoSuch {
            path: archive.name(),
            wanted: wanted.to_owned(),
            names,
        });
    }
    Ok(images)
}

/// Returns the only image.
///
/// # Errors
///
/// Fails if there are several.
pub(super) fn only<T>(
    archive: &Archive,
    mut images: Vec<Candidate<T>>,
) -> Result<Candidate<T>, ArchiveError> {
    let names = names(&images);
    match (images.pop(), images.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(ArchiveError::Several { path: archive.name(), names }),
    }
}

fn names<T>(images: &[Candidate<T>]) -> String {
    images.iter().map(Candidate::name).collect::<Vec<_>>().join(", ")
}

/// Returns the tag in the name of an image. A name without a slash and a colon is a tag.
fn tag(name: &str) -> Option<String> {
    let last = name.rsplit('/').next().unwrap_or(name);
    if name.starts_with("sha256:") || last.contains('@') {
        return None;
    }
    let tag = last
        .rsplit_once(':')
        .map_or((!name.contains('/')).then_some(last), |(_, tag)| Some(tag))?;
    optakit_core::model::image::check_tag(tag).is_ok().then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(names: &[&str]) -> Candidate<()> {
        let names = names.iter().map(ToString::to_string).collect();
        Candidate { names, id: "sha256:00".to_owned(), content: () }
    }

    #[test]
    fn tag_is_read_from_the_name() {
        assert_eq!(tag("registry:5000/app:1.2").as_deref(), Some("1.2"));
        assert_eq!(tag("docker.io/library/app:1.2").as_deref(), Some("1.2"));
        assert_eq!(tag("v3").as_deref(), Some("v3"));
        assert_eq!(tag("registry:5000/app"), None);
        assert_eq!(tag("sha256:0000"), None);
        assert_eq!(tag("app.json"), Some("app.json".to_owned()));
    }

    #[test]
    fn images_are_found_by_name_tag_or_digest() {
        let image = candidate(&["docker.io/library/app:1", "docker.io/library/app:latest"]);
        assert_eq!(image.fit("docker.io/library/app:latest"), Some(Fit::Exact));
        assert_eq!(image.fit("app:latest"), Some(Fit::End));
        assert_eq!(image.fit("latest"), Some(Fit::Tag));
        assert_eq!(image.fit("sha256:00"), Some(Fit::Exact));
        assert_eq!(image.fit("pp:latest"), None);
        assert_eq!(image.tag(Some("latest")).as_deref(), Some("latest"));
        assert_eq!(image.tag(Some("app:latest")).as_deref(), Some("latest"));
        assert_eq!(image.tag(None).as_deref(), Some("1"));
    }
}
