//! The tags and digests of AUTO images: `--image-tag` and `--image-digest`.

use optakit_core::bundle::{Bundle, ImageHole};
use optakit_core::model::image::{check_digest, check_tag};
use optakit_core::quote::{one_of, quoted};
use optakit_core::render::IMAGE_DIGEST;

use crate::cli::ChoiceArgs;
use crate::outcome::UsageError;
use crate::report::Report;

/// The tags and digests that the arguments give.
#[derive(Debug, Default)]
pub(super) struct ImageVersions {
    /// The version of all modules.
    pub(super) all: Option<ImageVersion>,
    /// The versions of single modules.
    of_modules: Vec<(String, ImageVersion)>,
}

/// A tag or a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ImageVersion {
    Tag(String),
    Digest(String),
}

impl ImageVersion {
    const fn option(&self) -> &'static str {
        match self {
            Self::Tag(_) => "--image-tag",
            Self::Digest(_) => "--image-digest",
        }
    }

    fn check(&self) -> Result<(), UsageError> {
        let checked = match self {
            Self::Tag(tag) => check_tag(tag),
            Self::Digest(digest) => check_digest(digest),
        };
        checked.map_err(UsageError)
    }

    fn set(&self, hole: &ImageHole, bundle: &mut Bundle) {
        match self {
            Self::Tag(tag) => {
                bundle.set_image(hole, &format!("{}:{tag}", hole.repository));
                bundle.set_version(&hole.module, tag);
            }
            Self::Digest(digest) => {
                bundle.set_image(hole, &format!("{}@{digest}", hole.repository));
            }
        }
    }
}

impl ImageVersions {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// Fails if a tag or digest is not valid, or if a module gets several.
    pub(super) fn of(choices: &ChoiceArgs) -> Result<Self, UsageError> {
        let tags = choices.image_tag.iter().map(|tag| (tag, ImageVersion::Tag as fn(_) -> _));
        let digests = choices.image_digest.iter();
        let digests = digests.map(|digest| (digest, ImageVersion::Digest as fn(_) -> _));
        let mut versions = Self::default();
        for (text, version) in tags.chain(digests) {
            let (module, text) = match text.split_once('=') {
                Some((module, text)) => (Some(module), text),
                None => (None, text.as_str()),
            };
            let version: ImageVersion = version(text.to_owned());
            version.check()?;
            let is_taken = match module {
                None => versions.all.replace(version).is_some(),
                Some(module) => {
                    let is_taken = versions.of_modules.iter().any(|(other, _)| other == module);
                    versions.of_modules.push((module.to_owned(), version));
                    is_taken
                }
            };
            if is_taken {
                let owner = module.map_or_else(|| "all modules".to_owned(), quoted);
                let help = "pass one `--image-tag` or `--image-digest` per module";
                return Err(UsageError(format!(
                    "`--image-tag` or `--image-digest` is given twice for {owner}\n  help: {help}"
                )));
            }
        }
        Ok(versions)
    }

    /// Rejects versions of single modules, which are not part of a bundle file.
    ///
    /// # Errors
    ///
    /// Fails if the arguments give one.
    pub(super) fn of_all_modules(&self) -> Result<Option<&ImageVersion>, UsageError> {
        match self.of_modules.first() {
            None => Ok(self.all.as_ref()),
            Some((module, version)) => Err(UsageError(format!(
                "`{} {module}=…` sets the image of one module, expected one for all modules\n  \
                 help: pass it to `apply` instead",
                version.option()
            ))),
        }
    }

    /// Sets the images of the modules that are named.
    ///
    /// # Errors
    ///
    /// Fails if the bundle has no such module with an AUTO image without a version.
    pub(super) fn set_modules(&self, bundle: &mut Bundle) -> Result<(), UsageError> {
        let holes = bundle.image_holes();
        for (module, version) in &self.of_modules {
            let Some(hole) = holes.iter().find(|hole| hole.module == *module) else {
                let modules: Vec<&str> = holes.iter().map(|hole| hole.module.as_str()).collect();
                let help = match modules.as_slice() {
                    [] => "remove the option: no AUTO image needs a tag or digest".to_owned(),
                    modules => format!("use {}", one_of(modules)),
                };
                return Err(UsageError(format!(
                    "`{}` names {}, expected a module whose AUTO image needs a tag or \
                     digest\n  help: {help}",
                    version.option(),
                    quoted(module)
                )));
            };
            version.set(hole, bundle);
        }
        Ok(())
    }

    /// Sets the images of all other modules of a bundle file.
    pub(super) fn set_others(&self, bundle: &mut Bundle, report: &Report) {
        let Some(version) = &self.all else { return };
        let holes = bundle.image_holes();
        if holes.is_empty() {
            report.warning(format!(
                "`{}` has no effect: no AUTO image in the bundle needs a tag or digest",
                version.option()
            ));
        }
        for hole in &holes {
            version.set(hole, bundle);
        }
        // References to the digest in services with another image.
        if let ImageVersion::Digest(digest) = version {
            bundle.fill(IMAGE_DIGEST, digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn versions(arguments: &[&str]) -> Result<ImageVersions, UsageError> {
        let all = [&["optakit", "permissions"], arguments].concat();
        let cli = Cli::try_parse_from(all).expect("the arguments are valid");
        let Command::Permissions(permissions) = cli.command else { panic!("another command") };
        ImageVersions::of(&permissions.input.choices)
    }

    #[test]
    fn versions_are_for_all_modules_or_for_one() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let of_api = format!("api={digest}");
        let found = versions(&["--image-digest", &of_api, "--image-tag", "1.4"]);
        let found = found.expect("they are valid");
        assert_eq!(found.all, Some(ImageVersion::Tag("1.4".to_owned())));
        assert_eq!(found.of_modules, [("api".to_owned(), ImageVersion::Digest(digest))]);
        assert!(found.of_all_modules().is_err());
    }

    #[test]
    fn a_module_has_one_version() {
        let check = |arguments: &[&str], expected: &str| {
            let error = versions(arguments).expect_err("they are not valid").to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(&["--image-tag", "1", "--image-tag", "2"], "is given twice for all modules");
        check(&["--image-tag", "api=1", "--image-tag", "api=2"], "is given twice for `api`");
        check(&["--image-tag", "a b"], "not a valid image tag");
        check(&["--image-digest", "api=1.4"], "not a valid image digest");
    }
}
