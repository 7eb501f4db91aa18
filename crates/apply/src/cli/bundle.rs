//! The arguments of `bundle` and `push`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::complete;
use super::output::{ListFormat, ResultFormat};
use super::source::{NamedInputArgs, SourceArgs};

/// Write, inspect or verify a bundle, the input of `optakit apply`.
///
/// A bundle contains everything that an apply needs: the manifests, the AWS resources, the names
/// of the required secrets, and the source files. Needs no cluster and no network.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Exit codes:
  0  the bundle was written, inspected or verified
  1  the service file has errors, or the bundle was modified or has parts that are not allowed
  4  the command could not run

Examples:
  # Write shop-staging.bundle.json to this folder
  optakit bundle --env staging

  # Print the contents of a bundle
  optakit bundle inspect shop-staging.bundle.json

  # Check that a bundle was not modified
  optakit bundle verify shop-staging.bundle.json"
)]
pub(crate) struct BundleArgs {
    #[command(subcommand)]
    pub(crate) command: Option<BundleCommand>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// File to write, a folder, or `-` for standard output
    ///
    /// In a folder the bundle is named `NAME-ENVIRONMENT.bundle.json`, with the `name` of opta.yml.
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    /// Print what a bundle contains
    #[command(after_help = "\
Exit codes:
  0  printed
  1  the bundle contains parts that are not allowed in its layer
  4  the command could not run

Examples:
  optakit bundle inspect shop-staging.bundle.json")]
    Inspect(InspectArgs),
    /// Check that a bundle was not modified
    ///
    /// Checks that the bundle changes only its own layer. Then checks its digest, renders its
    /// source files again, and compares the result. To verify a bundle of another version of
    /// Optakit, use that version.
    #[command(after_help = "\
Exit codes:
  0  the bundle is unmodified
  1  the bundle was modified, has parts that are not allowed, or this version renders another one
  4  the command could not run

Examples:
  optakit bundle verify shop-staging.bundle.json")]
    Verify(VerifyArgs),
}

/// The arguments of `bundle verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) file: BundleFile,
    /// Format of the result
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// The arguments of `bundle inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) file: BundleFile,
    /// Format of the contents
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct BundleFile {
    /// Bundle; `-` is standard input
    #[arg(add = complete::inputs())]
    pub(crate) bundle: PathBuf,
}

/// Push an image to the ECR repository of a service, and print its digest.
///
/// Needs AWS credentials, but no Docker. Creates the repository if it is missing. Does not send
/// layers that the repository already has. Accepts the output of `docker save` and OCI layouts
/// (`docker buildx build --output type=oci,dest=app.tar`).
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  the image was pushed
  1  the push failed
  4  the command could not run

Examples:
  # Push an image of the local Docker
  docker save app:1.4.2 -o app.tar && optakit push app.tar

  # Push without a file
  docker save app:1.4.2 | optakit push -

  # Name the bundle and the tag
  optakit push app.tar --bundle shop-staging.bundle.json --tag 1.4.2

  # Push to another registry
  optakit push layout/ --to registry.example.com/team/app")]
pub(crate) struct PushArgs {
    #[command(flatten)]
    pub(crate) image: ImageArgs,
    #[command(flatten)]
    pub(crate) input: NamedInputArgs,
    /// Module of the image, if several modules have `image: AUTO`
    #[arg(long, value_name = "NAME")]
    pub(crate) module: Option<String>,
    /// Push to this repository instead, with the credentials of `docker login`
    #[arg(long, value_name = "REGISTRY/REPOSITORY", conflicts_with_all = ["bundle", "module"])]
    pub(crate) to: Option<String>,
    /// Use plain HTTP for this registry; can be repeated
    #[arg(long, value_name = "HOST", requires = "to")]
    pub(crate) insecure_registry: Vec<String>,
    /// Format of the result
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ResultFormat::Text)]
    pub(crate) output: ResultFormat,
}

/// An image in an archive.
#[derive(Debug, Args)]
pub(crate) struct ImageArgs {
    /// Output of `docker save`, or an OCI layout as a tar file or folder; `-` is standard input
    pub(crate) archive: PathBuf,
    #[command(flatten)]
    pub(crate) name: ImageNameArgs,
}

/// The name of an image.
#[derive(Debug, Args)]
pub(crate) struct ImageNameArgs {
    /// Image in the archive, if it contains several
    #[arg(long, value_name = "NAME")]
    pub(crate) image: Option<String>,
    /// Tag in the repository [default: the tag in the archive]
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
}
