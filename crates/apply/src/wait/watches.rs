//! The watches of a wait: one per kind, for all Deployments and StatefulSets of a stage.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{BoxStream, SelectAll};
use futures::{StreamExt, TryStreamExt};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::serde::de::DeserializeOwned;
use kube::Resource;
use kube::api::Api;
use kube::runtime::reflector::{self, Store};
use kube::runtime::utils::Backoff;
use kube::runtime::{WatchStreamExt, watcher};
use optakit_core::kind::Kind;

use super::snapshot::Layer;
use super::workload::Workload;
use crate::live::Lenient;

/// How long a watch may be silent. Then the connection may be dead, and another watch is started.
const SILENCE_SECONDS: u32 = 60;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The change that a watch reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// All objects of a kind are known. One that is unknown does not exist.
    Listed(Kind),
    Object,
}

/// The observed objects, and the changes to them.
pub(super) struct Watches {
    client: kube::Client,
    namespace: String,
    pub(super) deployments: Store<Deployment>,
    pub(super) stateful_sets: Store<StatefulSet>,
    pub(super) replica_sets: Store<ReplicaSet>,
    pub(super) pods: Store<Pod>,
    /// The events of the namespace. They are watched from the first problem that they may explain.
    events: Option<Store<Event>>,
    changes: SelectAll<BoxStream<'static, Result<Change, watcher::Error>>>,
}

impl Watches {
    /// Watches the objects of these kinds, and the ReplicaSets and pods with these labels.
    pub(super) fn start(layer: Layer<'_>, kinds: &BTreeSet<Kind>) -> Self {
        let Layer { client, namespace, labels } = layer;
        let all = watcher::Config::default().timeout(SILENCE_SECONDS);
        let config = all.clone().labels(labels);
        let (deployments, deployment_changes) = watch(client, namespace, all.clone());
        let (stateful_sets, stateful_set_changes) = watch(client, namespace, all);
        let (replica_sets, set_changes) = watch(client, namespace, config.clone());
        let (pods, pod_changes) = watch(client, namespace, config);
        let mut changes = SelectAll::new();
        // A kind that is not awaited needs no permission.
        if kinds.contains(&Kind::Deployment) {
            changes.push(workload_changes(deployment_changes, Kind::Deployment));
            changes.push(set_changes.map_ok(|_| Change::Object).boxed());
        }
        if kinds.contains(&Kind::StatefulSet) {
            changes.push(workload_changes(stateful_set_changes, Kind::StatefulSet));
        }
        changes.push(pod_changes.map_ok(|_| Change::Object).boxed());
        Self {
            client: client.clone(),
            namespace: namespace.to_owned(),
            deployments,
            stateful_sets,
            replica_sets,
            pods,
            events: None,
            changes,
        }
    }

    /// Watches events too. Without the permission, their reasons are not shown.
    pub(super) fn watch_events(&mut self) {
        if self.events.is_some() {
            return;
        }
        let config = watcher::Config::default().timeout(SILENCE_SECONDS);
        let (events, changes) = watch::<Event>(&self.client, &self.namespace, config);
        let changes = changes
            .take_while(|event| {
                let denied = event.as_ref().is_err_and(is_denied);
                async move { !denied }
            })
            .map_ok(|_| Change::Object);
        self.changes.push(changes.boxed());
        self.events = Some(events);
    }

    /// Returns the known object of a kind with a name.
    pub(super) fn workload(&self, kind: Kind, name: &str) -> Option<Workload> {
        let is_named = |metadata: &ObjectMeta| metadata.name.as_deref() == Some(name);
        if kind == Kind::StatefulSet {
            let found = self.stateful_sets.find(|set| is_named(&set.metadata));
            return found.map(Workload::StatefulSet);
        }
        let found = self.deployments.find(|deployment| is_named(&deployment.metadata));
        found.map(Workload::Deployment)
    }

    /// Returns the known events.
    pub(super) fn events(&self) -> Vec<Arc<Event>> {
        self.events.as_ref().map(Store::state).unwrap_or_default()
    }

    /// Waits for changes. Returns all that are there, because a rollout causes many at once.
    pub(super) async fn next(&mut self) -> Vec<Result<Change, watcher::Error>> {
        let changes = (&mut self.changes).ready_chunks(CHUNK).next().await;
        changes.unwrap_or_default()
    }
}

/// The most changes that are handled together.
const CHUNK: usize = 256;

type Events<K> = BoxStream<'static, Result<watcher::Event<K>, watcher::Error>>;

/// Returns the changes of a kind that is awaited.
fn workload_changes<K: Send + 'static>(
    events: Events<K>,
    kind: Kind,
) -> BoxStream<'static, Result<Change, watcher::Error>> {
    let changes = events.map_ok(move |event| match event {
        watcher::Event::InitDone => Change::Listed(kind),
        watcher::Event::Init
        | watcher::Event::InitApply(_)
        | watcher::Event::Apply(_)
        | watcher::Event::Delete(_) => Change::Object,
    });
    changes.boxed()
}

/// Watches one kind. The watch survives a broken connection, a restart of the API server and an
/// expired version (410), so that its store always becomes right again.
fn watch<K>(
    client: &kube::Client,
    namespace: &str,
    config: watcher::Config,
) -> (Store<K>, Events<K>)
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + Clone
        + std::fmt::Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static,
{
    let (store, writer) = reflector::store();
    let events = watcher(Api::<Lenient<K>>::namespaced(client.clone(), namespace), config);
    let events = events.map_ok(inner);
    let events = reflector::reflector(writer, events.backoff(Pause::default()));
    (store, events.boxed())
}

/// Returns the event of the object itself.
fn inner<K>(event: watcher::Event<Lenient<K>>) -> watcher::Event<K> {
    match event {
        watcher::Event::Init => watcher::Event::Init,
        watcher::Event::InitDone => watcher::Event::InitDone,
        watcher::Event::InitApply(Lenient(object)) => watcher::Event::InitApply(object),
        watcher::Event::Apply(Lenient(object)) => watcher::Event::Apply(object),
        watcher::Event::Delete(Lenient(object)) => watcher::Event::Delete(object),
    }
}

/// Whether the API server does not allow a watch. All other errors are retried.
pub(super) const fn is_denied(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => status.code == 403,
        watcher::Error::InitialListFailed(_)
        | watcher::Error::WatchStartFailed(_)
        | watcher::Error::WatchFailed(_)
        | watcher::Error::NoResourceVersion => false,
    }
}

/// The pauses between the attempts to watch. They are short, because a deploy waits for them.
#[derive(Default)]
struct Pause {
    last: Option<Duration>,
}

impl Iterator for Pause {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.last.map_or(FIRST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
        self.last = Some(pause);
        Some(pause)
    }
}

impl Backoff for Pause {
    fn reset(&mut self) {
        self.last = None;
    }
}
