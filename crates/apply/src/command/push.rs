//! `optakit push`, and the image's part of `optakit deploy`.

use std::process::ExitCode;

use anyhow::{Context, bail};
use oci_client::secrets::RegistryAuth;
use optakit_core::bundle::Bundle;

use crate::aws::adopt::adopt;
use crate::aws::ecr;
use crate::aws::login::login;
use crate::cli::{ImageFile, Push};
use crate::image::{Archive, Destination, Image, pack, push};
use crate::report::{Report, bytes};
use crate::{auth, input, session};

/// Pushes an image, and prints its digest.
///
/// # Errors
///
/// When the archive, the way to the registry or the registry itself is not as it should be.
pub(crate) fn run(arguments: &Push, report: &Report) -> anyhow::Result<ExitCode> {
    // A file that is no archive is told of before anybody is asked for credentials.
    check(&arguments.image_file)?;
    let digest = match &arguments.to {
        Some(address) => {
            let to = elsewhere(address)?;
            session::block_on(send(&arguments.image_file, &to, report))?
        }
        None => {
            let bundle = Bundle::parse(
                &input::read_text(&input::bundle_file(arguments.bundle.as_deref())?)?.text,
            )?;
            session::block_on(to_ecr(
                &bundle,
                &arguments.image_file,
                arguments.module.as_deref(),
                report,
            ))?
        }
    };
    report.result(&format!("{digest}\n"));
    Ok(ExitCode::SUCCESS)
}

/// Pushes an image to the ECR repository of a module with an AUTO image, which is made when it is
/// missing.
///
/// Returns the image's digest.
///
/// # Errors
///
/// When the bundle has no such module or several, AWS refuses, or the image cannot be pushed.
pub(crate) async fn to_ecr(
    bundle: &Bundle,
    image_file: &ImageFile,
    module: Option<&str>,
    report: &Report,
) -> anyhow::Result<String> {
    let mut bundle = bundle.clone();
    let aws = auth::aws(bundle.target.region.as_deref()).await;
    let account = auth::check_account(&aws, bundle.target.account_id.as_deref()).await?;
    bundle.fill("account_id", &account);
    adopt(&aws, &mut bundle).await?;
    let repositories = bundle.aws.iter().filter(|document| document.kind == "ecr-repository");
    let mut fitting: Vec<_> = repositories
        .filter(|document| module.is_none_or(|module| document.module == module))
        .collect();
    let document = match (fitting.pop(), fitting.as_slice()) {
        (Some(only), []) => only,
        (None, _) => bail!(
            "the bundle has no {} with `image: AUTO`, which alone has a repository; push elsewhere with `--to REGISTRY/REPOSITORY`",
            module.map_or_else(|| "module".to_owned(), |module| format!("module `{module}`"))
        ),
        (Some(last), others) => {
            let names: Vec<&str> =
                others.iter().chain([&last]).map(|document| document.module.as_str()).collect();
            bail!(
                "several modules have an AUTO image: {}; push each with `optakit push --module NAME`",
                names.join(", ")
            )
        }
    };
    let made = ecr::ensure(&aws, &document.resource).await?;
    if made.changes.first() == Some(&"created") {
        report.note(format!("created  {} {}", made.what, made.name));
    }
    let login = login(&aws).await?;
    send(image_file, &Destination::new(&login, &made.name), report).await
}

/// A registry by its address, with the credentials that `docker login` left.
fn elsewhere(address: &str) -> anyhow::Result<Destination> {
    let parts = address.split_once('/').filter(|(host, path)| {
        let path = path.trim_end_matches('/');
        (host.contains(['.', ':']) || *host == "localhost")
            && !path.is_empty()
            && !path.contains([':', '@'])
    });
    let (registry, repository) = parts.with_context(|| {
        format!(
            "`{address}` is no repository, expected something like `registry.example.com/team/app`"
        )
    })?;
    use docker_credential::{CredentialRetrievalError, DockerCredential};
    let auth = match docker_credential::get_credential(registry) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            RegistryAuth::Basic(user, password)
        }
        Ok(DockerCredential::IdentityToken(_)) => {
            bail!(
                "Docker has an identity token for {registry}, which is not taken here: log in with name and password"
            )
        }
        // Nobody has logged in there: then it is for the registry to say whether that is needed.
        Err(
            CredentialRetrievalError::NoCredentialConfigured
            | CredentialRetrievalError::ConfigNotFound
            | CredentialRetrievalError::ConfigReadError,
        ) => RegistryAuth::Anonymous,
        Err(error) => bail!("the credentials of Docker for {registry} cannot be used: {error}"),
    };
    Ok(Destination {
        registry: registry.to_owned(),
        repository: repository.trim_end_matches('/').to_owned(),
        auth,
    })
}

/// Reads, compresses what nobody has, and pushes.
async fn send(image_file: &ImageFile, to: &Destination, report: &Report) -> anyhow::Result<String> {
    let archive = Archive::open(&image_file.archive)?;
    let mut image = Image::read(&archive, image_file.image.as_deref())?;
    let tag = tag(image_file, &image)?;
    let folder = tempfile::tempdir().context("no folder can be made for compressed layers")?;
    let transfers = report.transfers();
    pack(&mut image, folder.path(), |digest, before, after| {
        let label = digest.get(..19).unwrap_or(digest);
        transfers.say(&format!("packed   {label}  {} to {}", bytes(before), bytes(after)));
    })?;
    let digest = push(&image, to, &tag, report).await?;
    let platforms: Vec<&str> = image.platforms.iter().map(String::as_str).collect();
    report.note(format!(
        "pushed   {}/{}:{tag} ({})\n         {digest}",
        to.registry,
        to.repository,
        platforms.join(", ")
    ));
    Ok(digest)
}

/// The tag asked for, that of the archive, or one that says what it is.
fn tag(image_file: &ImageFile, image: &Image) -> anyhow::Result<String> {
    if let Some(tag) = &image_file.tag {
        optakit_core::model::image::check_tag(tag).map_err(|fault| anyhow::anyhow!(fault))?;
        return Ok(tag.clone());
    }
    let digest = image.manifests.last().map(|manifest| manifest.digest()).unwrap_or_default();
    Ok(image
        .tag
        .clone()
        .unwrap_or_else(|| format!("sha-{}", digest.get(7..19).unwrap_or_default())))
}

/// Reads what an archive says of its image, and throws it away.
///
/// # Errors
///
/// When it cannot be pushed.
pub(crate) fn check(image_file: &ImageFile) -> anyhow::Result<()> {
    Image::read(&Archive::open(&image_file.archive)?, image_file.image.as_deref())?;
    Ok(())
}
