//! The arguments of the commands that read a service file.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::complete;
use super::output::{ManifestFormat, ReportFormat};

/// Check service files and report every error.
///
/// Checks each file for all of its environments. Needs no cluster. Needs the network only for
/// environment files in Git repositories.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  no errors (there may be warnings, unless you pass --strict)
  1  errors were found
  4  the command could not run

Examples:
  # Check ./opta.yml
  optakit validate

  # Show what can be fixed, then fix it
  optakit validate --fix --dry-run
  optakit validate --fix

  # Check every opta.yml below a folder, for another program
  optakit validate services/ --format json

  # Check standard input
  cat opta.yml | optakit validate -")]
pub(crate) struct ValidateArgs {
    /// Service files, or folders to search for opta.yml; `-` is standard input [default:
    /// opta.yml or opta.yaml]
    #[arg(value_name = "PATH", add = complete::inputs())]
    pub(crate) paths: Vec<PathBuf>,
    /// Check only this environment [default: all environments of the file]
    #[arg(long, value_name = "NAME", add = complete::environments())]
    pub(crate) env: Option<String>,
    /// File with values that only your environment knows
    ///
    /// A YAML or JSON file with `parent` (outputs of the environment) and `modules` (outputs of
    /// the file's modules), or the output of `terraform output -json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Option<PathBuf>,
    /// Also read environment files outside the repository of the service file
    ///
    /// The repository is the folder with `.git`. Without one, it is the folder of the service
    /// file. Lines of these environment files are not printed.
    #[arg(long)]
    pub(crate) allow_outside: bool,
    #[command(flatten)]
    pub(crate) environments: EnvironmentArgs,
    /// Apply the safe fixes and print the changes
    ///
    /// Also fixes the environment files of the service files. Keeps comments, line breaks and
    /// permissions.
    #[arg(long)]
    pub(crate) fix: bool,
    /// Print the changes of `--fix` without writing them
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,
    /// Fail if there are warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// Format of the report
    #[arg(long = "output", short, visible_alias = "format", value_enum, value_name = "FORMAT",
          default_value_t = ReportFormat::Text)]
    pub(crate) output: ReportFormat,
}

/// Print the Kubernetes manifests of a service file.
///
/// Needs no cluster. Needs the network only for environment files in Git repositories.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  the manifests were rendered
  1  the service file has errors
  4  the command could not run

Examples:
  # Print the manifests for an environment
  optakit render --env staging

  # Apply them with kubectl
  optakit render --image-tag 1.4.2 | kubectl apply --server-side -f -

  # Write a Kustomize base
  optakit render --image-tag 1.4.2 -o kustomize --output-dir deploy/base")]
pub(crate) struct RenderArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Also render the Secret `secret` with database credentials
    ///
    /// The credentials come from the values file.
    #[arg(long)]
    pub(crate) include_secrets: bool,
    /// Render the Secret `secret` even if values are missing; leave out their keys
    #[arg(long, requires = "include_secrets")]
    pub(crate) partial: bool,
    /// Format of the manifests
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = ManifestFormat::Yaml)]
    pub(crate) output: ManifestFormat,
    /// Write one file per object to this folder (created if missing)
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
}

/// A service file.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Service file, or its folder; `-` is standard input [default: opta.yml or opta.yaml]
    #[arg(add = complete::inputs())]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choices: ChoiceArgs,
}

/// A bundle, or a service file to render into a bundle.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Service file or bundle; `-` is standard input [default: opta.yml or opta.yaml]
    ///
    /// A service file is rendered into a bundle first. For a bundle, only the image options have an
    /// effect.
    #[arg(value_name = "FILE", add = complete::inputs())]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choices: ChoiceArgs,
}

/// A bundle or a service file, for commands whose argument is something else.
#[derive(Debug, Args)]
pub(crate) struct NamedInputArgs {
    /// Bundle or service file [default: the only bundle in this folder, or opta.yml]
    ///
    /// With `--env`, the default is opta.yml. A service file with several environments needs
    /// `--env`.
    #[arg(long, short, value_name = "FILE", add = complete::inputs())]
    pub(crate) bundle: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choices: ChoiceArgs,
}

/// How to render a service file.
#[derive(Debug, Args)]
pub(crate) struct ChoiceArgs {
    /// Environment [default: the only one of the file]
    #[arg(long, value_name = "NAME", add = complete::environments())]
    pub(crate) env: Option<String>,
    /// File with values that only your environment knows
    ///
    /// A YAML or JSON file with `parent` (outputs of the environment) and `modules` (outputs of
    /// the file's modules), or the output of `terraform output -json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Option<PathBuf>,
    /// Also read environment files outside the repository of the service file
    ///
    /// The repository is the folder with `.git`. Without one, it is the folder of the service
    /// file. Lines of these environment files are not printed.
    #[arg(long)]
    pub(crate) allow_outside: bool,
    #[command(flatten)]
    pub(crate) environments: EnvironmentArgs,
    /// Tag for `image: AUTO` and for images without a tag
    ///
    /// Commands that work on a cluster also accept `MODULE=TAG`, which sets the tag of one module.
    /// Repeat the option for other modules. A module without a tag and a digest keeps its running
    /// image.
    #[arg(long, value_name = "TAG", help_heading = IMAGE)]
    pub(crate) image_tag: Vec<String>,
    /// Digest for `image: AUTO`, or `MODULE=DIGEST` like `--image-tag`
    #[arg(long, value_name = "DIGEST", help_heading = IMAGE)]
    pub(crate) image_digest: Vec<String>,
    /// How closely the manifests follow Opta [default: default]
    #[arg(long, value_enum, help_heading = TARGET)]
    pub(crate) profile: Option<Profile>,
    /// Pod Security Standard that the pods meet [default: baseline]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = TARGET)]
    pub(crate) hardening: Option<Hardening>,
    /// How public traffic reaches the services [default: nginx]
    #[arg(long, value_enum, help_heading = TARGET)]
    pub(crate) exposure: Option<Exposure>,
    /// Gateway that the routes attach to, for `--exposure gateway` [default: gateway/gateway]
    #[arg(long, value_name = "NAMESPACE/NAME", help_heading = TARGET)]
    pub(crate) gateway: Option<String>,
    /// Kubernetes version: 1.33, 1.34, 1.35 or 1.36 [default: 1.36]
    #[arg(long, value_name = "VERSION", help_heading = TARGET)]
    pub(crate) kubernetes: Option<String>,
}

/// The environment files and the variables of a service file.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct EnvironmentArgs {
    /// File of an environment, instead of the `path` in the service file
    ///
    /// Repeat the option for other environments.
    #[arg(long, value_name = "NAME=PATH", value_parser = pair)]
    pub(crate) env_file: Vec<(String, String)>,
    /// Do not fetch Git repositories with environment files; use the copies of earlier runs
    #[arg(long)]
    pub(crate) offline: bool,
    /// Value of an input variable, which overrides the values file
    ///
    /// Repeat the option for other variables.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) var: Vec<(String, String)>,
}

/// Splits `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected a name, `=` and a value".to_owned()),
    }
}

const IMAGE: &str = "Image options";
const TARGET: &str = "Target options";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Current best practice, with the object names of Opta
    Default,
    /// Pods exactly as Opta rendered them, so that a takeover does not restart them
    #[value(name = "opta-2021")]
    Opta2021,
    /// Pods exactly as Opta rendered them in August 2022
    #[value(name = "opta-2022")]
    Opta2022,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hardening {
    /// Pod Security Standard `baseline`, with settings that every image supports
    Baseline,
    /// Pod Security Standard `restricted`: no root user, no capabilities
    Restricted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exposure {
    /// Ingress for ingress-nginx
    Nginx,
    /// Routes of the Gateway API
    Gateway,
    /// Ingress for the AWS Load Balancer Controller
    Alb,
}

/// Open the editor for a local service file in the browser.
///
/// The page reads and writes the service file and the environment files that it names. The page
/// updates when a file changes on disk. To open the page, use the printed address, which contains a
/// token. By default, only this machine can connect; `--host` allows other machines. Press Ctrl-C
/// to stop.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  stopped
  1  the page could not be served
  4  the command could not run

Examples:
  # Edit ./opta.yml
  optakit edit

  # Edit another file on a fixed port
  optakit edit services/shop/opta.yml --port 8080

  # Edit a file in a container, whose port 8080 is published
  optakit edit --host 0.0.0.0 --port 8080 --no-open")]
pub(crate) struct EditArgs {
    /// Service file (created if missing) [default: opta.yml or opta.yaml]
    #[arg(add = complete::inputs())]
    pub(crate) file: Option<PathBuf>,
    /// Port to listen on [default: any free port]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
    /// IP address to listen on, for example `0.0.0.0` in a container [default: 127.0.0.1 and ::1]
    ///
    /// Everyone who can connect and knows the token can change the files.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) host: Option<IpAddr>,
    /// Address of the page in the browser, if a proxy changes it
    ///
    /// GitHub Codespaces needs no address.
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Print the address, but do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Read and write environment files outside the repository without asking
    #[arg(long)]
    pub(crate) allow_outside: bool,
}
