//! `optakit logs`.

use anyhow::bail;
use serde_json::json;

use super::connect::{self, with_service};
use crate::cli::LogsArgs;
use crate::logs::{self, Entry, Selection, Source};
use crate::outcome::Outcome;
use crate::report::Report;
use crate::session::{self, Access, AwsUse};

/// The number of lines per pod without `--tail` and `--since`.
const LINES: i64 = 100;

/// Prints the logs of the pods of a service.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or there are no pods.
pub(crate) fn run(arguments: &LogsArgs, report: &Report) -> anyhow::Result<Outcome> {
    if let Some(layer) = &arguments.service.at.namespace {
        return session::block_on(async {
            let connection = connect::without_service(&arguments.service.at.connect, None).await?;
            print(&connection.client, &selection(arguments, layer), arguments, report).await
        });
    }
    with_service(&arguments.service, AwsUse::Skip, Access::Read, report, async |session| {
        let selection = selection(arguments, session.layer());
        print(&session.client, &selection, arguments, report).await
    })
}

fn selection(arguments: &LogsArgs, layer: &str) -> Selection {
    let tail = match (arguments.tail, arguments.since) {
        (Some(lines), _) => Some(lines).filter(|lines| *lines >= 0),
        (None, Some(_)) => None,
        (None, None) => Some(LINES),
    };
    Selection {
        layer: layer.to_owned(),
        module: arguments.module.clone(),
        container: arguments.container.clone(),
        previous: arguments.previous,
        since: arguments.since,
        tail,
        timestamps: arguments.timestamps,
    }
}

async fn print(
    client: &kube::Client,
    selection: &Selection,
    arguments: &LogsArgs,
    report: &Report,
) -> anyhow::Result<Outcome> {
    let sources = logs::sources(client, selection).await?;
    if sources.is_empty() && !arguments.follow {
        let modules = match &selection.module {
            Some(_) => logs::modules(client, &selection.layer).await?,
            None => Vec::new(),
        };
        let help = match modules.as_slice() {
            [] => String::new(),
            modules => format!("\n  help: the modules with pods are {}", modules.join(", ")),
        };
        let module = selection.module.as_ref().map(|name| format!(" of the module `{name}`"));
        let container =
            selection.container.as_ref().map(|name| format!(" with a container `{name}`"));
        bail!(
            "there are no pods{}{} in the namespace `{}`{help}",
            module.unwrap_or_default(),
            container.unwrap_or_default(),
            selection.layer
        );
    }
    let mut pods: Vec<String> = sources.iter().map(|source| source.pod.clone()).collect();
    pods.dedup();
    let (mut read, mut faults) = (0, 0);
    let print = |source: &Source, entry: &Entry| {
        if !pods.contains(&source.pod) {
            pods.push(source.pod.clone());
        }
        match entry {
            Entry::Line(line) => match arguments.output.events() {
                Some(format) => {
                    let Source { pod, container, .. } = source;
                    let line = json!({ "pod": pod, "container": container, "line": line });
                    report.one_of_many(&line, format);
                }
                None if pods.len() > 1 => report.document(&format!("[{}] {line}\n", source.pod)),
                None => report.document(&format!("{line}\n")),
            },
            Entry::Fault(fault) => {
                faults += 1;
                report.warning(fault);
            }
            Entry::End => read += 1,
        }
    };
    if arguments.follow {
        logs::follow(client, selection, print).await?;
    } else {
        logs::read_all(client, selection, sources, print).await;
    }
    Ok(if faults > 0 && faults == read { Outcome::Failed } else { Outcome::Succeeded })
}
