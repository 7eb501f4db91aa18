//! Chooses one of the images of an archive.

use super::archive::{Archive, ArchiveError};

/// Returns the image named `wanted`, or the only image.
pub(super) fn choose<T>(
    archive: &Archive,
    named: Vec<(String, T)>,
    wanted: Option<&str>,
) -> Result<(String, T), ArchiveError> {
    let names = named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    if named.is_empty() {
        return Err(archive.damaged("it contains no image"));
    }
    if let Some(wanted) = wanted {
        let matches = |name: &str| name == wanted || tag(name).as_deref() == Some(wanted);
        let found = named.into_iter().find(|(name, _)| matches(name));
        return found.ok_or_else(|| ArchiveError::NoSuch {
            path: archive.name(),
            wanted: wanted.to_owned(),
            names,
        });
    }
    let mut named = named;
    match (named.pop(), named.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(ArchiveError::Several { path: archive.name(), names }),
    }
}

/// Returns the tag in the name of an image. A name without a slash and a colon is a tag.
pub(super) fn tag(name: &str) -> Option<String> {
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

    #[test]
    fn tag_is_read_from_the_name() {
        assert_eq!(tag("registry:5000/app:1.2").as_deref(), Some("1.2"));
        assert_eq!(tag("docker.io/library/app:1.2").as_deref(), Some("1.2"));
        assert_eq!(tag("v3").as_deref(), Some("v3"));
        assert_eq!(tag("registry:5000/app"), None);
        assert_eq!(tag("sha256:0000"), None);
        assert_eq!(tag("app.json"), Some("app.json".to_owned()));
    }
}
