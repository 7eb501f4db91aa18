//! `optakit secret`: the values of `secrets`, kept in the Secret `manual-secrets` of the layer.
//! Values come from standard input, a prompt or a file; never from an argument, and never back out.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ListParams, Patch, PatchParams};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cli::{self, SecretCommand};
use crate::deploy::{self, Options, count};
use crate::input;
use crate::live::{self, MANAGER};
use crate::owner::Force;
use crate::report::Report;
use crate::session::{self, Session};

const NAME: &str = "manual-secrets";
/// The manager of the annotation that restarts pods: no apply of ours touches it.
const RESTART: &str = "optakit-restart";

/// Sets, imports, lists or deletes secrets.
///
/// # Errors
///
/// When there is no way to the cluster, or the API server refuses it.
pub(crate) fn run(arguments: &cli::Secret, report: &Report) -> anyhow::Result<ExitCode> {
    let change = match &arguments.command {
        SecretCommand::Set { name } => {
            check_name(name)?;
            Change::Set(vec![(name.clone(), value_of(name)?)])
        }
        SecretCommand::Import { file } => Change::Set(values_of(file)?),
        SecretCommand::Delete { name } => Change::Delete(name.clone()),
        SecretCommand::List => Change::None,
    };
    let bundle =
        session::read(&input::bundle_file(arguments.bundle.as_deref())?, None, true, report)?;
    session::block_on(async {
        let mut session = Session::open(bundle, &arguments.connect, false).await?;
        match change {
            Change::None => list(&session, report).await?,
            Change::Set(values) => {
                let options = Options {
                    force: Force::default(),
                    yes: arguments.yes,
                    timeout: std::time::Duration::ZERO,
                    plan: None,
                };
                deploy::ensure_namespace(&mut session, &options, report).await?;
                let secrets: Api<Secret> = Api::namespaced(session.client.clone(), session.layer());
                let data: serde_json::Map<String, serde_json::Value> = values
                    .iter()
                    .map(|(name, value)| (name.clone(), value.expose_secret().into()))
                    .collect();
                // A merge, not an apply: keys that others set stay theirs.
                let patch = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": NAME }, "stringData": data });
                let params = PatchParams::apply(MANAGER);
                let existing = secrets
                    .get_opt(NAME)
                    .await
                    .map_err(|error| live::explain(error, "reading", "Secret manual-secrets"))?;
                let written = match existing {
                    Some(_) => {
                        secrets.patch(NAME, &PatchParams::default(), &Patch::Merge(&patch)).await
                    }
                    None => secrets.patch(NAME, &params, &Patch::Apply(&patch)).await,
                };
                let written = written
                    .map_err(|error| live::explain(error, "writing", "Secret manual-secrets"))?;
                for (name, _) in &values {
                    report.note(format!("set      {name}"));
                }
                restart(&session, &written, arguments.no_restart, report).await?;
            }
            Change::Delete(name) => {
                let secrets: Api<Secret> = Api::namespaced(session.client.clone(), session.layer());
                if !live::secret_keys(&session.client, session.layer(), NAME).await?.contains(&name)
                {
                    bail!(
                        "there is no secret `{name}`; `optakit secret list` names those there are"
                    );
                }
                let patch = json!({ "data": { &*name: null } });
                let written =
                    secrets.patch(NAME, &PatchParams::default(), &Patch::Merge(&patch)).await;
                written
                    .map_err(|error| live::explain(error, "writing", "Secret manual-secrets"))?;
                // No pod restarts: those that need the key would not start again, and keep what
                // they have.
                report.note(format!("deleted  {name}"));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

enum Change {
    None,
    Set(Vec<(String, SecretString)>),
    Delete(String),
}

fn check_name(name: &str) -> anyhow::Result<()> {
    let good = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if good {
        Ok(())
    } else {
        bail!("`{name}` cannot be the name of a secret: use letters, digits, `-`, `_` and `.`")
    }
}

fn value_of(name: &str) -> anyhow::Result<SecretString> {
    if std::io::stdin().is_terminal() {
        let value = rpassword::prompt_password(format!("value of {name} (not shown): "))
            .context("the value cannot be read")?;
        return Ok(SecretString::from(value));
    }
    let mut value = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut value)
        .context("the value cannot be read from standard input")?;
    // `echo` ends its line; who wants the break writes two.
    let value = value
        .strip_suffix('\n')
        .map(|value| value.strip_suffix('\r').unwrap_or(value))
        .unwrap_or(&value);
    Ok(SecretString::from(value.to_owned()))
}

fn values_of(file: &Path) -> anyhow::Result<Vec<(String, SecretString)>> {
    let text = crate::input::read_text(file)?;
    let mut values = Vec::new();
    for (index, entry) in dotenvy::from_read_iter(text.text.as_bytes()).enumerate() {
        // What dotenvy says of a line holds the line, which is a secret.
        let Ok((name, value)) = entry else {
            bail!("{}: entry {} is not of the form NAME=value", text.name, index + 1)
        };
        check_name(&name)?;
        values.push((name, SecretString::from(value)));
    }
    if values.is_empty() {
        bail!("{} has no entry of the form NAME=value", text.name);
    }
    Ok(values)
}

async fn list(session: &Session, report: &Report) -> anyhow::Result<()> {
    let known = if session.namespace_exists {
        live::secret_keys(&session.client, session.layer(), NAME).await?
    } else {
        Vec::new()
    };
    report.result(&known.iter().map(|name| format!("{name}\n")).collect::<String>());
    let needed = session
        .bundle
        .secrets
        .iter()
        .filter(|secret| secret.name == NAME)
        .flat_map(|secret| &secret.keys);
    for name in needed.filter(|name| !known.contains(name)) {
        report.note(format!("missing  {name}: `optakit secret set {name}`"));
    }
    Ok(())
}

/// Has the pods that read the Secret start anew, since they read it only then.
async fn restart(
    session: &Session,
    secret: &Secret,
    no_restart: bool,
    report: &Report,
) -> anyhow::Result<()> {
    let deployments: Api<Deployment> = Api::namespaced(session.client.clone(), session.layer());
    let ours = ListParams::default().labels("app.kubernetes.io/managed-by=optakit");
    let found = deployments
        .list(&ours)
        .await
        .map_err(|error| live::explain(error, "listing", "the Deployments"))?;
    let using: Vec<&Deployment> =
        found.items.iter().filter(|deployment| uses(deployment)).collect();
    if using.is_empty() {
        return Ok(());
    }
    if no_restart {
        report.note(format!(
            "{} goes on with the old values until its pods start anew",
            count(using.len(), "service")
        ));
        return Ok(());
    }
    // Of the Secret's version, not of its values: nothing can be guessed from it.
    let version = format!(
        "{}.{}",
        secret.metadata.uid.as_deref().unwrap_or_default(),
        secret.metadata.resource_version.as_deref().unwrap_or_default()
    );
    let hash: String =
        Sha256::digest(version).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    for deployment in using {
        let name = deployment.metadata.name.clone().unwrap_or_default();
        let patch = json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": { "name": name },
            "spec": { "template": { "metadata": { "annotations": { "optakit.dev/secrets": hash } } } },
        });
        let params = PatchParams::apply(RESTART).force();
        let patched = deployments.patch(&name, &params, &Patch::Apply(&patch)).await;
        patched
            .map_err(|error| live::explain(error, "restarting", &format!("Deployment {name}")))?;
        report.note(format!("restart  Deployment {name}"));
    }
    Ok(())
}

fn uses(deployment: &Deployment) -> bool {
    let pod = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
    let mut variables = pod
        .into_iter()
        .flat_map(|pod| &pod.containers)
        .flat_map(|container| container.env.iter().flatten());
    variables.any(|variable| {
        let reference = variable.value_from.as_ref().and_then(|from| from.secret_key_ref.as_ref());
        reference.is_some_and(|reference| reference.name == NAME)
    })
}
