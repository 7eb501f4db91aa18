//! Pushes an image from an archive to the ECR repository of a module or to another registry.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use optakit_core::aws::ecr::EcrRepository;
use optakit_core::bundle::Bundle;
use optakit_core::quote::quoted;
use tempfile::TempDir;

use crate::auth;
use crate::aws::adopt::adopt;
use crate::aws::login::login;
use crate::aws::{ServiceModule, ensure_repository, has_immutable_tags};
use crate::image::{self, Archive, Content, Destination, Image, check_access, pack, push};
use crate::report::{Report, Transfer, Transfers, bytes};

/// An image in an archive.
#[derive(Clone, Debug)]
pub(crate) struct ImageFile {
    pub(crate) archive: PathBuf,
    /// The name of the image, if the archive contains several.
    pub(crate) name: Option<String>,
    /// The tag in the registry, which is valid. `None` means the tag in the archive.
    pub(crate) tag: Option<String>,
}

/// An image in an open archive.
pub(crate) struct OpenImage {
    archive: Archive,
    image: Image,
    tag: String,
}

impl ImageFile {
    /// Opens the archive, and checks that it contains an image that can be pushed.
    ///
    /// # Errors
    ///
    /// Fails if the archive cannot be read, or the image is invalid.
    pub(crate) fn open(&self, report: &Report) -> anyhow::Result<OpenImage> {
        let archive = Archive::open(&self.archive)?;
        if archive.is_decompressed() {
            report.step("decompressed", archive.name());
        }
        let image = image::read(&archive, self.name.as_deref())?;
        let tag = self.tag.clone().unwrap_or_else(|| tag(&image));
        Ok(OpenImage { archive, image, tag })
    }
}

/// An image that was pushed.
#[derive(Clone, Debug)]
pub(crate) struct PushedImage {
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) tag: String,
    pub(crate) digest: String,
    pub(crate) platforms: Vec<String>,
}

/// Pushes an image to the ECR repository of a module with `image: AUTO`. Creates the repository if
/// it is missing.
///
/// # Errors
///
/// Fails if the bundle has no such module or several, AWS rejects a call, or the push fails.
pub(crate) async fn push_to_ecr(
    bundle: &Bundle,
    image: OpenImage,
    module: Option<&str>,
    report: &Report,
) -> anyhow::Result<PushedImage> {
    let mut bundle = bundle.clone();
    let aws = auth::aws(bundle.target.region.as_deref()).await?;
    let account = auth::check_account(&aws, bundle.target.account_id.as_deref()).await?;
    bundle.fill("account_id", &account);
    adopt(&aws, &mut bundle).await?;
    let (owner, repository) = repository_of(&bundle, module)?;
    let service = ServiceModule::new(&bundle, owner);
    // An invalid layer is found before the repository is created.
    let packed = PackedImage::pack(image, report)?;
    ensure_repository(&aws, repository, service, report).await?;
    packed.push(&own_destination(&aws, repository).await?, report).await
}

/// Returns a repository in the account of the credentials, which must exist.
async fn own_destination(
    aws: &SdkConfig,
    repository: &EcrRepository,
) -> anyhow::Result<Destination> {
    let (login, immutable_tags) =
        tokio::join!(login(aws), has_immutable_tags(aws, None, &repository.name));
    Ok(Destination { immutable_tags, ..Destination::new(&login?, &repository.name) })
}

/// Returns the module and its ECR repository. Without a module, the only one that has one.
///
/// # Errors
///
/// Fails if the bundle has no such module, or several.
pub(crate) fn repository_of<'a>(
    bundle: &'a Bundle,
    module: Option<&str>,
) -> anyhow::Result<(&'a str, &'a EcrRepository)> {
    let matching: Vec<(&str, &EcrRepository)> = bundle
        .repositories()
        .filter(|(owner, _)| module.is_none_or(|module| *owner == module))
        .collect();
    match (matching.as_slice(), module) {
        ([only], _) => Ok(*only),
        ([], Some(module)) => bail!(
            "the bundle has no module {} with `image: AUTO`\n  \
             help: push to another repository with `--to REGISTRY/REPOSITORY`",
            quoted(module)
        ),
        ([], None) => bail!(
            "the bundle has no module with `image: AUTO`, so it has no ECR repository\n  \
             help: push to another repository with `--to REGISTRY/REPOSITORY`"
        ),
        (several, _) => {
            let names: Vec<&str> = several.iter().map(|(owner, _)| *owner).collect();
            bail!(
                "several modules have `image: AUTO`: {}\n  help: choose one with `--module NAME`",
                names.join(", ")
            )
        }
    }
}

/// Compresses the layers that are not compressed yet, and pushes the image.
///
/// # Errors
///
/// Fails if the archive cannot be read, or the registry rejects the image.
pub(crate) async fn push_to(
    image: OpenImage,
    to: &Destination,
    report: &Report,
) -> anyhow::Result<PushedImage> {
    if !to.is_ecr {
        check_access(to).await?;
    }
    PackedImage::pack(image, report)?.push(to, report).await
}

/// An image whose layers are compressed, so that its digest is known before it is pushed.
pub(crate) struct PackedImage {
    image: Image,
    tag: String,
    /// The module whose repository gets the image. `None` means the only one with a repository.
    module: Option<String>,
    /// Contains the layers, until this value is dropped.
    _archive: Archive,
    /// Contains the compressed layers, until this value is dropped.
    _folder: TempDir,
}

impl PackedImage {
    /// Compresses the layers that are not compressed yet.
    ///
    /// # Errors
    ///
    /// Fails if the archive cannot be read, or a layer does not match its digest.
    pub(crate) fn pack(opened: OpenImage, report: &Report) -> anyhow::Result<Self> {
        let OpenImage { archive, mut image, tag } = opened;
        for left_out in &image.left_out {
            report.warning(format!("not in the pushed image: {left_out}"));
        }
        let folder = tempfile::tempdir().context("cannot create a folder for compressed layers")?;
        let transfers = Transfers::new(report);
        let plain = image.blobs.iter().filter(|blob| blob.content == Content::Plain);
        let size: u64 = plain.map(|blob| blob.part.size).sum();
        let progress = (size > 0).then(|| {
            transfers.step("compressing", &format!("{} of layers", bytes(size)));
            transfers.begin("compressing", size)
        });
        let (done, position) = (AtomicU64::new(0), progress.as_ref().map(Transfer::position));
        pack(&mut image, folder.path(), |digest, before, after| {
            let done = done.fetch_add(before, Ordering::Relaxed) + before;
            if let Some(position) = &position {
                position(done);
            }
            let label = digest.get(..19).unwrap_or(digest);
            let sizes = format!("{label}  {} to {}", bytes(before), bytes(after));
            transfers.step("compressed", &sizes);
        })?;
        Ok(Self { image, tag, module: None, _archive: archive, _folder: folder })
    }

    /// Returns the digest of the image.
    pub(crate) fn digest(&self) -> String {
        self.image.manifests.last().map(|manifest| manifest.digest()).unwrap_or_default()
    }

    /// Returns the tag that the image gets in the registry.
    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    /// Returns the platforms of the image, such as `linux/amd64`.
    pub(crate) fn platforms(&self) -> BTreeSet<String> {
        self.image.platforms.iter().cloned().collect()
    }

    /// Returns the same image, for the repository of a module.
    pub(crate) fn of_module(self, module: &str) -> Self {
        Self { module: Some(module.to_owned()), ..self }
    }

    /// Pushes the image to the ECR repository of its module, which must exist.
    ///
    /// # Errors
    ///
    /// Fails if the bundle has several repositories and the image has no module, or the registry
    /// rejects the image.
    pub(crate) async fn push_to_repository(
        &self,
        aws: &SdkConfig,
        bundle: &Bundle,
        report: &Report,
    ) -> anyhow::Result<()> {
        let (_, repository) = repository_of(bundle, self.module.as_deref())?;
        self.push(&own_destination(aws, repository).await?, report).await?;
        Ok(())
    }

    async fn push(&self, to: &Destination, report: &Report) -> anyhow::Result<PushedImage> {
        let Self { image, tag, .. } = self;
        let digest = push(image, to, tag, report).await?;
        let Destination { registry, repository, .. } = to;
        let platforms: Vec<String> = image.platforms.iter().cloned().collect();
        let shown = platforms.join(", ");
        report.step("pushed", format!("{registry}/{repository}:{tag} ({shown})\n{digest}"));
        Ok(PushedImage {
            registry: registry.clone(),
            repository: repository.clone(),
            tag: tag.clone(),
            digest,
            platforms,
        })
    }
}

/// Returns the tag in the archive, or `sha-` and the start of the digest.
fn tag(image: &Image) -> String {
    let digest = image.manifests.last().map(|manifest| manifest.digest()).unwrap_or_default();
    let from_digest = || format!("sha-{}", digest.get(7..19).unwrap_or_default());
    image.tag.clone().unwrap_or_else(from_digest)
}
