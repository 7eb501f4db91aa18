//! Watches a Deployment and its pods until the rollout finishes or fails.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams};
use kube::runtime::{WatchStreamExt, watcher};

use super::cause::Cause;
use super::deployment;
use super::pod::{self, PodState};
use super::progress::{Progress, Step, Waiting};

/// The annotation with the number of a Deployment's revision.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// How often the pods are judged again without an event.
const TICK: Duration = Duration::from_secs(5);

/// A rollout that did not finish.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WaitError {
    #[error("{0}")]
    Failed(Cause),
    #[error("timed out after {} s: {last}", timeout.as_secs())]
    Timeout { timeout: Duration, last: Box<Waiting> },
    #[error("the Deployment was deleted")]
    Deleted,
    #[error("cannot watch the rollout")]
    Watch(#[source] Box<watcher::Error>),
    #[error("cannot read the state of the rollout")]
    Read(#[source] kube::Error),
}

impl WaitError {
    /// Returns the cause that the cluster reports.
    pub(crate) const fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Failed(cause) => Some(cause),
            Self::Timeout { last, .. } => last.problem.as_ref(),
            Self::Deleted | Self::Watch(_) | Self::Read(_) => None,
        }
    }
}

/// Waits until a Deployment has rolled out its current generation.
///
/// Calls `report` with each new state, the number of new pods that are ready, and the number of
/// pods that are wanted. Returns the last two numbers.
///
/// # Errors
///
/// Fails as soon as the rollout cannot succeed, or after `timeout`.
pub(crate) async fn until_ready(
    client: &kube::Client,
    namespace: &str,
    name: &str,
    timeout: Duration,
    mut report: impl FnMut(&str, (u64, u64)),
) -> Result<(u64, u64), WaitError> {
    let mut last = Waiting::new(Step::Unobserved);
    let mut reported = String::new();
    let outcome = tokio::time::timeout(
        timeout,
        watch(client, namespace, name, &mut |waiting, pods| {
            let text = waiting.to_string();
            if text != reported {
                report(&text, pods);
                reported = text;
            }
            last = waiting;
        }),
    )
    .await;
    outcome.unwrap_or(Err(WaitError::Timeout { timeout, last: Box::new(last) }))
}

/// An event of the two watches, or a tick.
enum Event {
    Deployment(watcher::Event<Deployment>),
    Pod(watcher::Event<Pod>),
    /// Time has passed: an unschedulable pod fails only after some time.
    Tick,
}

async fn watch(
    client: &kube::Client,
    namespace: &str,
    name: &str,
    report: &mut impl FnMut(Waiting, (u64, u64)),
) -> Result<(u64, u64), WaitError> {
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), namespace);
    let first =
        deployments.get_opt(name).await.map_err(WaitError::Read)?.ok_or(WaitError::Deleted)?;
    if deployment::progress(&first) == Progress::Ready {
        return Ok(deployment::pods(&first));
    }
    let mut rollout = RolloutState::new(client, namespace, first);
    let mut events = events(deployments, rollout.pod_api(), name, &rollout.labels);
    while let Some(event) = events.next().await {
        let event = match event {
            Ok(event) => event,
            // The API server does not allow the watch. All other errors are retried.
            Err(watcher::Error::WatchError(status)) if status.code == 403 => {
                return Err(WaitError::Watch(Box::new(watcher::Error::WatchError(status))));
            }
            Err(_) => continue,
        };
        rollout.update(event)?;
        rollout.find_revision().await?;
        let pods = deployment::pods(&rollout.deployment);
        match rollout.progress() {
            Progress::Ready => return Ok(pods),
            Progress::Waiting(waiting) => report(waiting, pods),
            Progress::Failed(cause) => return Err(WaitError::Failed(cause)),
        }
    }
    Err(WaitError::Deleted)
}

/// Returns the events of a Deployment and of the pods with its labels.
fn events(
    deployments: Api<Deployment>,
    pods: Api<Pod>,
    name: &str,
    labels: &str,
) -> BoxStream<'static, Result<Event, watcher::Error>> {
    let by_name = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let by_labels = watcher::Config::default().labels(labels);
    let deployments = watcher(deployments, by_name).default_backoff().map_ok(Event::Deployment);
    let pods = watcher(pods, by_labels).default_backoff().map_ok(Event::Pod);
    let ticks = futures::stream::unfold((), |()| async {
        tokio::time::sleep(TICK).await;
        Some((Ok(Event::Tick), ()))
    });
    let changes = futures::stream::select(deployments, pods);
    futures::stream::select(changes, ticks).boxed()
}

/// The observed state of a rollout.
struct RolloutState {
    client: kube::Client,
    namespace: String,
    /// The label selector of the pods.
    labels: String,
    deployment: Deployment,
    pods: BTreeMap<String, Pod>,
    new: Option<NewRevision>,
}

/// The revision that is being rolled out.
struct NewRevision {
    number: String,
    /// The label `pod-template-hash` of its pods.
    hash: String,
}

impl RolloutState {
    fn new(client: &kube::Client, namespace: &str, deployment: Deployment) -> Self {
        let selector = deployment.spec.as_ref().and_then(|spec| spec.selector.match_labels.clone());
        let labels: Vec<String> = selector
            .unwrap_or_default()
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        Self {
            client: client.clone(),
            namespace: namespace.to_owned(),
            labels: labels.join(","),
            deployment,
            pods: BTreeMap::new(),
            new: None,
        }
    }

    fn pod_api(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    fn update(&mut self, event: Event) -> Result<(), WaitError> {
        match event {
            Event::Deployment(
                watcher::Event::Apply(deployment) | watcher::Event::InitApply(deployment),
            ) => self.deployment = deployment,
            Event::Deployment(watcher::Event::Delete(_)) => return Err(WaitError::Deleted),
            Event::Pod(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) => {
                self.pods.insert(pod.metadata.name.clone().unwrap_or_default(), pod);
            }
            Event::Pod(watcher::Event::Delete(pod)) => {
                self.pods.remove(&pod.metadata.name.unwrap_or_default());
            }
            Event::Deployment(watcher::Event::Init | watcher::Event::InitDone)
            | Event::Pod(watcher::Event::Init | watcher::Event::InitDone)
            | Event::Tick => {}
        }
        Ok(())
    }

    /// Reads the ReplicaSet of the new revision when the Deployment has a new one.
    ///
    /// Before the controller observes the change, the annotation names the revision before it. The
    /// pods of that revision may have the problem that the change fixes.
    async fn find_revision(&mut self) -> Result<(), WaitError> {
        if !deployment::is_observed(&self.deployment) {
            self.new = None;
            return Ok(());
        }
        let annotations = self.deployment.metadata.annotations.as_ref();
        let Some(number) = annotations.and_then(|annotations| annotations.get(REVISION)) else {
            return Ok(());
        };
        if self.new.as_ref().is_some_and(|known| known.number == *number) {
            return Ok(());
        }
        let sets: Api<ReplicaSet> = Api::namespaced(self.client.clone(), &self.namespace);
        let sets = sets
            .list(&ListParams::default().labels(&self.labels))
            .await
            .map_err(WaitError::Read)?;
        let newest = sets.items.into_iter().find(|set| {
            let annotations = set.metadata.annotations.as_ref();
            annotations.and_then(|annotations| annotations.get(REVISION)) == Some(number)
        });
        let hash = newest
            .and_then(|set| set.metadata.labels)
            .and_then(|mut labels| labels.remove("pod-template-hash"));
        self.new = hash.map(|hash| NewRevision { number: number.clone(), hash });
        Ok(())
    }

    /// Returns the progress of the Deployment, with the problem of a new pod.
    fn progress(&self) -> Progress {
        let progress = deployment::progress(&self.deployment);
        let (Progress::Waiting(waiting), Some(new)) = (&progress, &self.new) else {
            return progress;
        };
        let mut problem = None;
        // Pods of the old revision never fail a rollout.
        for (name, pod) in self.pods.iter().filter(|(_, pod)| new.includes(pod)) {
            match pod::state(pod) {
                PodState::Ready => {}
                PodState::Failed(fault) => {
                    return Progress::Failed(Cause::Pod { pod: name.clone(), fault });
                }
                PodState::Pending(fault) => {
                    problem.get_or_insert(Cause::Pod { pod: name.clone(), fault });
                }
            }
        }
        Progress::Waiting(Waiting { step: waiting.step, problem })
    }
}

impl NewRevision {
    fn includes(&self, pod: &Pod) -> bool {
        let labels = pod.metadata.labels.as_ref();
        labels.and_then(|labels| labels.get("pod-template-hash")) == Some(&self.hash)
    }
}
