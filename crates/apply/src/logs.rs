//! Reads the logs of the pods of a layer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::AsyncBufReadExt;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, ListParams, LogParams};
use tokio::sync::mpsc;

use crate::live::{Lenient, LiveError, explain};

/// How often new pods are looked for.
const INTERVAL: Duration = Duration::from_secs(2);
/// How many lines wait to be printed before the reading pauses.
const WAITING_LINES: usize = 256;
/// The container of a service in its pods.
const CONTAINER: &str = "k8s-service";

/// Which logs to read.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) layer: String,
    pub(crate) module: Option<String>,
    pub(crate) container: Option<String>,
    pub(crate) previous: bool,
    pub(crate) since: Option<Duration>,
    /// `None` means all lines.
    pub(crate) tail: Option<i64>,
    pub(crate) timestamps: bool,
}

/// A container whose log is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source {
    pub(crate) pod: String,
    uid: String,
    pub(crate) container: String,
    /// How often the container was started again. Each start has its own log.
    restarts: i32,
    is_running: bool,
}

/// The next part of a log.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A line without its line break.
    Line(String),
    /// The log cannot be read.
    Fault(String),
    End,
}

/// Returns the containers whose logs can be read, by the name of their pod.
///
/// # Errors
///
/// Fails if the pods cannot be listed.
pub(crate) async fn sources(
    client: &kube::Client,
    selection: &Selection,
) -> Result<Vec<Source>, LiveError> {
    let pods: Api<Lenient<Pod>> = Api::namespaced(client.clone(), &selection.layer);
    let mut labels = format!("app.kubernetes.io/name={CONTAINER}");
    if let Some(module) = &selection.module {
        labels.push_str(&format!(",app.kubernetes.io/instance={}-{module}", selection.layer));
    }
    let found = pods.list(&ListParams::default().labels(&labels)).await;
    let found = found.map_err(|error| explain(error, "listing", "the pods"))?;
    let mut sources: Vec<Source> = found
        .items
        .iter()
        .filter_map(|pod| source(&pod.0, selection.container.as_deref()))
        .collect();
    sources.sort();
    Ok(sources)
}

/// Returns the names of the modules that have pods.
///
/// # Errors
///
/// Fails if the pods cannot be listed.
pub(crate) async fn modules(client: &kube::Client, layer: &str) -> Result<Vec<String>, LiveError> {
    let pods: Api<Lenient<Pod>> = Api::namespaced(client.clone(), layer);
    let ours = ListParams::default().labels(&format!("app.kubernetes.io/name={CONTAINER}"));
    let found = pods.list_metadata(&ours).await;
    let found = found.map_err(|error| explain(error, "listing", "the pods"))?;
    let prefix = format!("{layer}-");
    let modules = found.items.into_iter().filter_map(|pod| {
        let instance = pod.metadata.labels?.remove("app.kubernetes.io/instance")?;
        instance.strip_prefix(&prefix).map(str::to_owned)
    });
    let modules: BTreeSet<String> = modules.collect();
    Ok(modules.into_iter().collect())
}

/// Returns the container of a pod whose log is read: the given one, that of the service, or the
/// first one.
fn source(pod: &Pod, container: Option<&str>) -> Option<Source> {
    let spec = pod.spec.as_ref()?;
    let names = || {
        let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
        containers.map(|container| container.name.as_str())
    };
    let wanted = container.unwrap_or(CONTAINER);
    let name = names().find(|name| *name == wanted);
    let name = match (name, container) {
        (Some(name), _) => name,
        (None, Some(_)) => return None,
        (None, None) => names().next()?,
    };
    let status = status(pod, name);
    let state = status.and_then(|status| status.state.as_ref());
    Some(Source {
        pod: pod.metadata.name.clone()?,
        uid: pod.metadata.uid.clone().unwrap_or_default(),
        container: name.to_owned(),
        restarts: status.map_or(0, |status| status.restart_count),
        is_running: state.is_some_and(|state| state.running.is_some()),
    })
}

fn status<'a>(pod: &'a Pod, container: &str) -> Option<&'a ContainerStatus> {
    let status = pod.status.as_ref()?;
    let statuses = status.container_statuses.iter().chain(&status.init_container_statuses);
    statuses.flatten().find(|status| status.name == container)
}

/// Reads the log of a container to its end. `follow` waits for new lines.
async fn read(
    client: kube::Client,
    selection: Selection,
    source: Source,
    follow: bool,
    since: Option<Timestamp>,
    entries: mpsc::Sender<(Source, Entry)>,
) {
    let params = LogParams {
        container: Some(source.container.clone()),
        follow,
        previous: selection.previous,
        since_seconds: match since {
            Some(_) => None,
            None => selection.since.and_then(|since| i64::try_from(since.as_secs()).ok()),
        },
        since_time: since,
        tail_lines: selection.tail.filter(|_| since.is_none()),
        timestamps: selection.timestamps,
        ..LogParams::default()
    };
    let pods: Api<Pod> = Api::namespaced(client, &selection.layer);
    let fault = match pods.log_stream(&source.pod, &params).await {
        Ok(stream) => lines(stream, &source, &entries).await,
        Err(error) => Some(explain(error, "reading the log of", &source.pod).to_string()),
    };
    // The receiver is gone if the command has ended.
    if let Some(fault) = fault {
        drop(entries.send((source.clone(), Entry::Fault(fault))).await);
    }
    drop(entries.send((source, Entry::End)).await);
}

/// Sends the lines of a log. Returns the fault that ended it early.
async fn lines(
    stream: impl futures::AsyncBufRead,
    source: &Source,
    entries: &mpsc::Sender<(Source, Entry)>,
) -> Option<String> {
    let mut stream = std::pin::pin!(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match stream.read_until(b'\n', &mut line).await {
            Ok(0) => return None,
            Ok(_) => {
                let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
                let entry = Entry::Line(text.into_owned());
                entries.send((source.clone(), entry)).await.ok()?;
            }
            Err(error) => return Some(format!("the log of {} ended: {error}", source.pod)),
        }
    }
}

/// Reads the logs of containers one after the other, and calls `print` for each entry.
pub(crate) async fn read_all(
    client: &kube::Client,
    selection: &Selection,
    sources: Vec<Source>,
    mut print: impl FnMut(&Source, &Entry),
) {
    for source in sources {
        let (send, mut receive) = mpsc::channel(WAITING_LINES);
        let reading = read(client.clone(), selection.clone(), source, false, None, send);
        let printing = async {
            while let Some((source, entry)) = receive.recv().await {
                print(&source, &entry);
            }
        };
        tokio::join!(reading, printing);
    }
}

/// Reads the logs of containers at the same time, also of new pods, and calls `print` for each
/// entry. Returns only if the pods cannot be listed.
///
/// # Errors
///
/// Fails if the pods cannot be listed.
pub(crate) async fn follow(
    client: &kube::Client,
    selection: &Selection,
    mut print: impl FnMut(&Source, &Entry),
) -> Result<(), LiveError> {
    let (send, mut receive) = mpsc::channel(WAITING_LINES);
    // When each log ended. `None` if it is read now.
    let mut known: BTreeMap<Source, Option<Timestamp>> = BTreeMap::new();
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            entry = receive.recv() => {
                let Some((source, entry)) = entry else { return Ok(()) };
                print(&source, &entry);
                if matches!(entry, Entry::End) {
                    // A log that ends although its container runs is read again from here.
                    known.insert(source, Some(Timestamp::now()));
                }
            }
            _ = interval.tick() => {
                let all = sources(client, selection).await?;
                for source in all.into_iter().filter(|source| source.is_running) {
                    let since = match known.get(&source) {
                        Some(None) => continue,
                        Some(ended) => *ended,
                        None => None,
                    };
                    known.insert(source.clone(), None);
                    let (client, selection) = (client.clone(), selection.clone());
                    tokio::spawn(read(client, selection, source, true, since, send.clone()));
                }
            }
        }
    }
}
