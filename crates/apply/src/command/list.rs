//! `optakit list`.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::connect;
use crate::cli::{ListArgs, ListFormat};
use crate::layers::{self, RunningLayer, Scope};
use crate::outcome::Outcome;
use crate::plural::plural;
use crate::report::Report;
use crate::table::table;
use crate::{duration, session};

/// The text of a column whose value is not known.
const UNKNOWN: &str = "-";
/// The number of characters of a digest in a table.
const SHORT_DIGEST: usize = 12;

/// Lists the layers of a cluster.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or rejects the requests.
pub(crate) fn run(arguments: &ListArgs, report: &Report) -> anyhow::Result<Outcome> {
    session::block_on(async {
        let env = arguments.env.as_deref();
        let connection = connect::without_service(&arguments.connect, env).await?;
        let (mut layers, scope) = layers::find(&connection.client, &arguments.namespace).await?;
        if let Some(env) = env {
            layers.retain(|layer| layer.environment.as_deref() == Some(env));
        }
        let json = || format!("{:#}\n", json(&connection.name, &layers, &scope));
        match arguments.output {
            ListFormat::Text => report.result(&layer_table(&layers, Columns::Few)),
            ListFormat::Wide => report.result(&layer_table(&layers, Columns::All)),
            ListFormat::Json => report.json(&json()),
            ListFormat::Yaml => report.yaml(&json()),
            ListFormat::Name => {
                let names = layers.iter().map(|layer| format!("{}\n", layer.name));
                report.result(&names.collect::<String>());
            }
        }
        if layers.is_empty() && matches!(arguments.output, ListFormat::Text | ListFormat::Wide) {
            report.note(format!("no layers in {}", connection.name));
        }
        report_scope(&scope, report);
        for layer in layers.iter().filter(|layer| !layer.faults.is_empty()) {
            report.warning(format!("{}: {}", layer.name, layer.faults.join("; ")));
        }
        Ok(Outcome::Succeeded)
    })
}

/// Reports namespaces that were not searched.
fn report_scope(scope: &Scope, report: &Report) {
    match scope {
        Scope::All | Scope::Named => {}
        Scope::Without(names) => report.warning(format!(
            "no access to the ConfigMaps of {}: {}",
            plural(names.len(), "namespace"),
            names.join(", ")
        )),
        Scope::OnlyDefault(name) => report.warning(format!(
            "the namespaces cannot be listed, so only `{name}` was searched\n  \
             help: name others with `--namespace`"
        )),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    Few,
    All,
}

fn layer_table(layers: &[RunningLayer], columns: Columns) -> String {
    let few = ["LAYER", "ENVIRONMENT", "REVISION", "STATUS", "READY", "AGE", "IMAGE"];
    let more = ["ACCOUNT", "AUTHOR", "COMMIT", "DIGEST"];
    let more = if columns == Columns::All { more.as_slice() } else { &[] };
    table(&[&few, more].concat(), layers.iter().map(|layer| row(layer, columns)).collect())
}

fn row(layer: &RunningLayer, columns: Columns) -> Vec<String> {
    let RunningLayer { name, environment, account, revision, images, pods, .. } = layer;
    let known = |value: Option<String>| value.unwrap_or_else(|| UNKNOWN.to_owned());
    let of = |value: fn(&crate::history::Revision) -> Option<String>| {
        known(revision.as_ref().and_then(value))
    };
    let images: Vec<String> = match columns {
        Columns::Few => images.iter().map(|image| short_image(image)).collect(),
        Columns::All => images.iter().cloned().collect(),
    };
    let mut row = vec![
        name.clone(),
        known(environment.clone()),
        of(|revision| Some(revision.number.to_string())),
        of(|revision| Some(revision.status.word().to_owned())),
        known(pods.map(|pods| format!("{}/{}", pods.ready, pods.wanted))),
        of(|revision| age(&revision.recorded).map(duration::age)),
        known((!images.is_empty()).then(|| images.join(","))),
    ];
    if columns == Columns::All {
        row.extend([
            known(account.clone()),
            of(|revision| revision.facts.author.clone()),
            of(|revision| Some(revision.facts.commit.as_ref()?.sha.clone())),
            of(|revision| Some(revision.digest.clone())),
        ]);
    }
    row
}

/// Returns an image without its registry, and with a short digest.
fn short_image(image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once("@sha256:") {
        Some((name, digest)) => {
            let digest: String = digest.chars().take(SHORT_DIGEST).collect();
            format!("{name}@sha256:{digest}")
        }
        None => name.to_owned(),
    }
}

/// Returns the time since a revision was recorded.
fn age(recorded: &str) -> Option<Duration> {
    let recorded: Timestamp = recorded.parse().ok()?;
    let seconds = Timestamp::now().duration_since(recorded).as_secs();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn json(cluster: &str, layers: &[RunningLayer], scope: &Scope) -> Value {
    let layer = |layer: &RunningLayer| {
        let revision = layer.revision.as_ref();
        let commit = revision.and_then(|revision| revision.facts.commit.as_ref());
        json!({
            "name": layer.name,
            "environment": layer.environment,
            "account": layer.account,
            "revision": revision.map(|revision| revision.number),
            "status": revision.map(|revision| revision.status.word()),
            "recorded": revision.map(|revision| revision.recorded.as_str()),
            "ageSeconds": revision.and_then(|found| age(&found.recorded)).map(|age| age.as_secs()),
            "ready": layer.pods.map(|pods| pods.ready),
            "wanted": layer.pods.map(|pods| pods.wanted),
            "images": layer.images,
            "author": revision.and_then(|revision| revision.facts.author.as_deref()),
            "commit": commit.map(|commit| commit.sha.as_str()),
            "digest": revision.map(|revision| revision.digest.as_str()),
            "faults": layer.faults,
        })
    };
    let (complete, without): (bool, &[String]) = match scope {
        Scope::All | Scope::Named => (true, &[]),
        Scope::Without(names) => (false, names),
        Scope::OnlyDefault(_) => (false, &[]),
    };
    json!({
        "cluster": cluster,
        "complete": complete,
        "namespacesWithoutAccess": without,
        "layers": layers.iter().map(layer).collect::<Vec<_>>(),
    })
}
