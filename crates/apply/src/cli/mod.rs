//! The command line, as types. No logic.

mod cluster;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use cluster::{
    Apply, ApplyRun, Connect, Deploy, Destroy, ImageFile, Layer, OnFailure, Plan, PlanOutput, Push,
    Rollback, RunOutput, Secret, SecretCommand, Status, Takeover,
};

/// Checks opta.yml, renders Kubernetes manifests from it and applies them.
#[derive(Debug, Parser)]
#[command(name = "optakit", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// Say only what is asked for and what is wrong.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Say more: each cause of an error.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "Examples:
  optakit validate                          check ./opta.yml for every environment
  optakit render --env staging              print the manifests
  optakit bundle --env staging -o .         write shop-staging.bundle.json
  optakit apply shop-staging.bundle.json    bring it to the cluster";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check service files and say every fault where it stands.
    #[command(after_help = "Exit codes: 0 no errors, 1 errors, 2 could not run.

Examples:
  optakit validate
  optakit validate services/ --format json
  cat opta.yml | optakit validate -")]
    Validate(Validate),
    /// Print the Kubernetes manifests of a service file.
    #[command(after_help = "Exit codes: 0 rendered, 1 the file has errors, 2 could not run.

Examples:
  optakit render --env staging
  optakit render --image-tag 1.4.2 | kubectl apply --server-side -f -
  optakit render --image-tag 1.4.2 -o kustomize --output-dir deploy/base")]
    Render(Render),
    /// Edit a service file in the browser: the editor's page, served from this machine to this
    /// machine.
    #[command(
        after_help = "The page reads and writes the file and the environment files it names, and follows them when they change on disk.
It is served on loopback alone, to whoever has the token in its address. Ctrl-C ends it.

Examples:
  optakit edit
  optakit edit services/shop/opta.yml --port 8080"
    )]
    Edit(Edit),
    /// Write, inspect or verify a bundle, the one file that `apply` takes.
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Examples:
  optakit bundle --env staging -o .
  optakit bundle inspect shop-staging.bundle.json
  optakit bundle verify shop-staging.bundle.json"
    )]
    Bundle(Bundle),
    /// Say what an apply would change, and what each change causes.
    #[command(
        after_help = "Nothing is written. ECR repository and IAM role are brought in line by `apply` and are no part of the plan.

Exit codes: 0 nothing to change, 2 changes, 1 failed.

Examples:
  optakit plan shop-staging.bundle.json
  optakit plan shop-staging.bundle.json --context kind-dev --output json
  optakit plan shop-staging.bundle.json --save plan.json && optakit apply shop-staging.bundle.json --plan plan.json"
    )]
    Plan(Plan),
    /// Bring a bundle to its cluster and wait until it runs.
    #[command(
        after_help = "Without --kubeconfig and --context the EKS cluster of the bundle's environment is used, by the usual AWS
settings (AWS_PROFILE and its like).

Exit codes: 0 applied or nothing to change, 1 failed.

Examples:
  optakit apply shop-staging.bundle.json
  optakit apply shop-staging.bundle.json --image-digest sha256:9b2f…
  optakit apply shop-staging.bundle.json --context kind-dev --skip-aws --yes
  optakit apply shop-staging.bundle.json --output json | jq .event"
    )]
    Apply(Apply),
    /// Push an image to the ECR repository of a bundle's service, without Docker, and print its
    /// digest.
    #[command(
        after_help = "Takes what `docker save` writes and OCI layouts (`docker buildx build --output type=oci,dest=app.tar`). Layers that
are there already are not sent again. The repository is made when it is missing.

Examples:
  docker save app:1.4.2 -o app.tar && optakit push app.tar
  optakit push app.tar --bundle shop-staging.bundle.json --tag 1.4.2
  optakit push layout/ --to registry.example.com/team/app"
    )]
    Push(Push),
    /// Push an image, then apply a bundle with it.
    #[command(
        after_help = "The same as `optakit push` and `optakit apply --image-digest` with what it printed.

Exit codes: 0 applied or nothing to change, 1 failed.

Examples:
  optakit deploy shop-staging.bundle.json app.tar
  optakit deploy shop-staging.bundle.json app.tar --tag 1.4.2 --yes"
    )]
    Deploy(Deploy),
    /// Say how a layer's services are: pods, images, revision.
    #[command(after_help = "Examples:
  optakit status shop-staging.bundle.json
  optakit status shop-staging.bundle.json --output json")]
    Status(Status),
    /// List the revisions of a layer, newest first.
    #[command(after_help = "Examples:
  optakit history shop-staging.bundle.json")]
    History(Layer),
    /// Go back to an earlier revision of a layer.
    #[command(after_help = "Examples:
  optakit rollback shop-staging.bundle.json
  optakit rollback shop-staging.bundle.json --to 3")]
    Rollback(Rollback),
    /// Say what in the cluster is not as the last good revision had it.
    #[command(after_help = "Exit codes: 0 as applied, 2 drift, 1 failed.

Examples:
  optakit drift shop-staging.bundle.json")]
    Drift(Status),
    /// Set, import, list and delete the values of `secrets`.
    #[command(
        after_help = "A value comes from standard input or a prompt, never from an argument, and is never printed. The bundle says layer and
cluster; without --bundle it is the only one in this folder.

Examples:
  optakit secret set STRIPE_KEY
  pass show stripe | optakit secret set STRIPE_KEY
  optakit secret import production.env --no-restart
  optakit secret list"
    )]
    Secret(Secret),
    /// Bring a service that a Helm release of Opta runs under Optakit, without a pod restarting.
    #[command(
        after_help = "Make the bundle with `--profile opta-2021`, which renders pods as Opta did. Nothing is written when a pod would
have to be replaced. Objects stay, their fields change hands, the release's records are archived and removed.

Examples:
  optakit bundle --profile opta-2021 --image-tag 1.4.2
  optakit takeover shop-staging.bundle.json"
    )]
    Takeover(Takeover),
    /// Take a layer's objects away. Namespace, Secret `manual-secrets`, ECR repository and IAM role
    /// stay.
    #[command(after_help = "Examples:
  optakit destroy shop-staging.bundle.json")]
    Destroy(Destroy),
    /// Say what a field takes and does, or what a rule is about.
    #[command(after_help = "Examples:
  optakit explain min_containers
  optakit explain resource_request.cpu
  optakit explain min-above-max")]
    Explain {
        /// A field, or a rule as `validate` names it.
        name: String,
    },
    /// Print the least that an apply of a bundle must be allowed: RBAC roles, or an IAM policy.
    #[command(after_help = "Examples:
  optakit permissions myapp-staging.bundle.json | kubectl apply -f -
  kubectl -n myapp create rolebinding deployer --role optakit --serviceaccount ci:deployer
  kubectl create clusterrolebinding deployer --clusterrole optakit-myapp --serviceaccount ci:deployer
  optakit permissions myapp-staging.bundle.json --aws > policy.json")]
    Permissions(Permissions),
    /// Print the JSON Schema of opta.yml, for editors, or of the bundle.
    #[command(after_help = "Examples:
  optakit schema > opta.schema.json
  optakit schema bundle > bundle.schema.json")]
    Schema {
        /// Of what.
        #[arg(value_enum, default_value_t = Schema::Service)]
        of: Schema,
    },
    /// Print the manual page, in the format of `man`.
    #[command(after_help = "Examples:
  optakit man > optakit.1
  optakit man render | man -l -")]
    Man {
        /// A command, for its own page.
        command: Option<String>,
    },
    /// Print the completions of a shell.
    #[command(after_help = "Examples:
  optakit completions bash > /etc/bash_completion.d/optakit
  optakit completions fish > ~/.config/fish/completions/optakit.fish")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether what happens is to be said as events.
    pub(crate) fn wants_events(&self) -> bool {
        match self {
            Self::Apply(apply) => apply.run.rollout.output == RunOutput::Json,
            Self::Deploy(deploy) => deploy.run.rollout.output == RunOutput::Json,
            Self::Rollback(rollback) => rollback.rollout.output == RunOutput::Json,
            _ => false,
        }
    }
}

/// What there is a schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schema {
    /// opta.yml.
    #[value(name = "opta.yml")]
    Service,
    /// The bundle.
    Bundle,
}

#[derive(Debug, Args)]
pub(crate) struct Permissions {
    /// The bundle.
    pub(crate) bundle: PathBuf,
    /// Print the IAM policy in place of the roles.
    #[arg(long)]
    pub(crate) aws: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The service file; it is made when it is not there.
    #[arg(default_value = "opta.yml")]
    pub(crate) file: PathBuf,
    /// The port to listen on; any free one when left out.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Service files, or folders to look for opta.yml in; `-` is standard input.
    #[arg(default_value = "opta.yml")]
    pub(crate) paths: Vec<PathBuf>,
    /// Check for this environment only.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// The values file: outputs of the environment and of the file's modules.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Option<PathBuf>,
    /// How to print the faults.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, with the source line.
    Text,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// GitHub's annotations, for a workflow's log.
    Github,
}

/// What is rendered.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// The service file; `-` is standard input.
    #[arg(default_value = "opta.yml")]
    pub(crate) file: PathBuf,
    /// The environment; may be left out when the file has only one.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// The values file: outputs of the environment and of the file's modules, or of `terraform
    /// output -json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Option<PathBuf>,
    /// The tag of AUTO images.
    #[arg(long, value_name = "TAG", conflicts_with = "image_digest")]
    pub(crate) image_tag: Option<String>,
    /// The digest of AUTO images.
    #[arg(long, value_name = "DIGEST")]
    pub(crate) image_digest: Option<String>,
    /// How close to Opta the manifests stay: `default` or `opta-2021`.
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// How little pods may do, after the levels of PodSecurity: `baseline` or `restricted`.
    #[arg(long, value_name = "LEVEL")]
    pub(crate) hardening: Option<String>,
    /// What leads requests to the service: `nginx`, `gateway` (Gateway API) or `alb` (AWS Load
    /// Balancer Controller).
    #[arg(long, value_name = "EXPOSURE")]
    pub(crate) exposure: Option<String>,
    /// The Gateway that routes attach to, for `--exposure gateway`; `gateway/gateway` when left
    /// out.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(crate) gateway: Option<String>,
    /// The version of Kubernetes it is for: 1.33, 1.34, 1.35 or 1.36; the newest when left out.
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    #[command(flatten)]
    pub(crate) source: Source,
    /// Put the Secret of link values among the manifests, when the values file knows them.
    #[arg(long)]
    pub(crate) include_secrets: bool,
    /// The format of the manifests.
    #[arg(long, short, value_enum, default_value_t = Output::Yaml)]
    pub(crate) output: Output,
    /// Write one file an object into this folder, which is made when it is not there.
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// A stream of YAML documents.
    Yaml,
    /// One `List` as JSON.
    Json,
    /// A base of kustomize with `images:`, into `--output-dir`.
    Kustomize,
}

#[derive(Debug, Args)]
pub(crate) struct Bundle {
    #[command(subcommand)]
    pub(crate) command: Option<BundleCommand>,
    #[command(flatten)]
    pub(crate) source: Source,
    /// Where to write it: a file, a folder for the usual name, or `-`.
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    /// Say what a bundle holds.
    Inspect(BundleFile),
    /// Check that a bundle is as it was made. Exit code 1 when it is not.
    Verify(BundleFile),
}

#[derive(Debug, Args)]
pub(crate) struct BundleFile {
    /// The bundle; `-` is standard input.
    pub(crate) bundle: PathBuf,
}
