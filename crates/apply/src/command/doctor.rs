//! `optakit doctor`.

use std::path::{Path, PathBuf};

use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use kube::api::{Api, PostParams};
use optakit_core::api::ServiceFile;
use serde_json::json;

use super::doctor_check::{Check, State};
use super::doctor_permissions::checks as permissions;
use super::{connect, input};
use crate::auth::{self, Cluster};
use crate::bundle_file::IfModified;
use crate::cli::{DoctorArgs, ResultFormat};
use crate::outcome::Outcome;
use crate::report::Report;
use crate::{live, session, settings};

/// Programs that are useful together with Optakit. None of them is needed.
const TOOLS: [&str; 4] = ["docker", "kubectl", "aws", "git"];

/// Prints what was found. Exit code 1 if something that is needed is missing.
///
/// # Errors
///
/// Fails if the runtime cannot be started.
pub(crate) fn run(arguments: &DoctorArgs, report: &Report) -> anyhow::Result<Outcome> {
    let mut checks =
        vec![Check::new("optakit", State::Ok, env!("OPTAKIT_VERSION")), configuration()];
    let (service, bundle) = service(arguments, report);
    checks.extend(service);
    let cluster = bundle.as_ref().map(|bundle| connect::cluster(bundle, &arguments.service.at));
    session::block_on(async {
        checks.push(self::cluster(arguments, cluster.as_ref()).await);
        let is_eks = matches!(cluster, Some(Ok(Cluster::Eks { .. })));
        let region = bundle.as_ref().and_then(|bundle| bundle.target.region.clone());
        let account = bundle.as_ref().and_then(|bundle| bundle.target.account_id.clone());
        let is_reachable = checks.iter().all(|check| check.name != "cluster" || check.is_ok());
        // The environment may be on another cloud.
        let provider = bundle.as_ref().and_then(|bundle| bundle.target.provider.clone());
        if !arguments.skip_aws && provider.is_none() {
            checks.push(aws(region.as_deref(), account.as_deref(), is_eks).await);
        }
        if let (Some(bundle), Some(Ok(cluster)), true) = (bundle, cluster, is_reachable) {
            checks.extend(permissions(bundle, &cluster, arguments.skip_aws, report).await);
        }
        Ok(())
    })?;
    checks.extend(TOOLS.into_iter().map(tool));
    let is_complete = checks.iter().all(|check| check.state != State::Missing);
    let json = || format!("{:#}\n", json!({"complete": is_complete, "checks": checks}));
    match arguments.output {
        ResultFormat::Text => report.result(&checks.iter().map(line).collect::<String>()),
        ResultFormat::Json => report.json(&json()),
        ResultFormat::Yaml => report.yaml(&json()),
    }
    Ok(if is_complete { Outcome::Succeeded } else { Outcome::Failed })
}

fn line(check: &Check) -> String {
    let state = match check.state {
        State::Ok => "ok",
        State::Optional => "optional",
        State::Missing => "missing",
    };
    let found = check.found.replace('\n', &format!("\n{:26}", ""));
    format!("{state:<10}{:<16}{found}\n", check.name)
}

fn configuration() -> Check {
    match (settings::load(), settings::path()) {
        (Err(error), _) => Check::new("configuration", State::Missing, error.to_string()),
        (Ok(_), Some(path)) if path.exists() => {
            Check::new("configuration", State::Ok, path.display().to_string())
        }
        (Ok(_), _) => Check::new("configuration", State::Ok, "built-in defaults"),
    }
}

/// Checks the service file or the bundle, if there is one.
fn service(
    arguments: &DoctorArgs,
    report: &Report,
) -> (Option<Check>, Option<optakit_core::bundle::Bundle>) {
    let given = arguments.service.input.file.as_deref();
    let path = match crate::request::find(given) {
        Ok(path) => path,
        Err(_) if given.is_none() => {
            let none = "none in this folder; only the cluster of the kubeconfig is checked";
            return (Some(Check::new("service file", State::Optional, none)), None);
        }
        Err(error) => {
            return (Some(Check::of("service file", Err(error.into()))), None);
        }
    };
    if arguments.service.input.choices.env.is_none()
        && let Some(names) = several_environments(&path)
    {
        let found =
            format!("{} has the environments {names}; choose one with `--env`", path.display());
        return (Some(Check::new("service file", State::Optional, found)), None);
    }
    match input::open(&arguments.service.input, IfModified::Warn, report) {
        Ok(bundle) => {
            let environment = &bundle.metadata.environment;
            let found = format!("{} for the environment `{environment}`", path.display());
            (Some(Check::new("service file", State::Ok, found)), Some(bundle))
        }
        Err(error) => (Some(Check::of("service file", Err(error))), None),
    }
}

/// Returns the environments of a service file if it has several.
fn several_environments(path: &Path) -> Option<String> {
    let text = crate::file::read_text(path).ok()?;
    let environments = ServiceFile::parse(&text.name, &text.text).environments();
    let names: Vec<String> = environments.into_iter().map(|found| found.name).collect();
    (names.len() > 1).then(|| names.join(", "))
}

/// Connects to the cluster, and asks who the user is.
async fn cluster(arguments: &DoctorArgs, cluster: Option<&anyhow::Result<Cluster>>) -> Check {
    let connect = &arguments.service.at.connect;
    let found = async {
        let connection = match cluster {
            Some(Ok(cluster)) => auth::connect(cluster, None).await?,
            Some(Err(error)) => anyhow::bail!("{error:#}"),
            None => {
                let environment = arguments.service.input.choices.env.as_deref();
                connect::without_service(connect, environment).await?
            }
        };
        live::check_reachable(&connection.client, &connection.label).await?;
        let version = connection.client.apiserver_version().await.ok();
        let version = version.map(|version| format!(", Kubernetes {}", version.git_version));
        let reviews: Api<SelfSubjectReview> = Api::all(connection.client.clone());
        let review = reviews.create(&PostParams::default(), &SelfSubjectReview::default()).await;
        let user = review.ok().and_then(|review| review.status?.user_info?.username);
        let user = user.map(|user| format!(", as {user}"));
        Ok(format!(
            "{}{}{}",
            connection.name,
            version.unwrap_or_default(),
            user.unwrap_or_default()
        ))
    };
    Check::of("cluster", found.await)
}

/// Checks the AWS credentials. They are needed for EKS.
async fn aws(region: Option<&str>, account: Option<&str>, is_needed: bool) -> Check {
    let found = async {
        let aws = auth::aws(region).await?;
        let account = auth::check_account(&aws, account).await?;
        let region = aws.region().map_or("no region", |region| region.as_ref());
        let profile = std::env::var("AWS_PROFILE").ok().filter(|profile| !profile.is_empty());
        let profile = profile.map(|profile| format!(", profile {profile}"));
        Ok::<_, anyhow::Error>(format!(
            "account {account}, {region}{}",
            profile.unwrap_or_default()
        ))
    };
    let mut check = Check::of("AWS", found.await);
    if check.state == State::Missing && !is_needed {
        check.state = State::Optional;
    }
    check
}

/// Finds a program in the folders of PATH.
fn tool(name: &'static str) -> Check {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let path: Option<PathBuf> = std::env::split_paths(&folders)
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file());
    match path {
        Some(path) => Check::new(name, State::Ok, path.display().to_string()),
        None => Check::new(name, State::Optional, "not found"),
    }
}
