//! Waiting for a rollout: each state of the cluster is judged by a pure function, and a watch tells
//! of new states.

mod deployment;
pub(crate) mod evidence;
mod pod;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams};
use kube::runtime::{WatchStreamExt, watcher};

/// How far a rollout is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Done.
    Ready,
    /// Not yet, and why.
    Waiting(String),
    /// It will not happen, and why.
    Failed(String),
}

/// Why a rollout did not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WaitError {
    #[error("{reason}")]
    Failed { reason: String },
    #[error("not ready after {} s: {last}", timeout.as_secs())]
    Timeout { timeout: Duration, last: String },
    #[error("the Deployment is gone")]
    Gone,
    #[error("the cluster does not tell of the rollout any more")]
    Watch(#[source] Box<watcher::Error>),
    #[error("the rollout cannot be looked at")]
    Read(#[source] kube::Error),
}

/// Waits until a Deployment has rolled out the generation it has now.
///
/// `told` gets each new state in words, with the pods that are new and ready of those that there
/// must be. Gives the same of the last.
///
/// # Errors
///
/// As soon as it is certain that the rollout fails, or when `timeout` is over.
pub(crate) async fn deployment(
    client: &kube::Client,
    namespace: &str,
    name: &str,
    timeout: Duration,
    mut told: impl FnMut(&str, (u64, u64)),
) -> Result<(u64, u64), WaitError> {
    let mut last = "nothing is known of it yet".to_owned();
    let outcome = tokio::time::timeout(
        timeout,
        watch(client, namespace, name, &mut |state: &str, pods| {
            if last != state {
                state.clone_into(&mut last);
                told(state, pods);
            }
        }),
    )
    .await;
    match outcome {
        Ok(result) => result,
        Err(_) => Err(WaitError::Timeout { timeout, last }),
    }
}

/// What the two watches tell of.
enum News {
    Deployment(watcher::Event<Deployment>),
    Pod(watcher::Event<Pod>),
    /// Time passed: what only gets worse by waiting is judged again.
    Tick,
}

async fn watch(
    client: &kube::Client,
    namespace: &str,
    name: &str,
    told: &mut impl FnMut(&str, (u64, u64)),
) -> Result<(u64, u64), WaitError> {
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), namespace);
    let first = deployments.get_opt(name).await.map_err(WaitError::Read)?.ok_or(WaitError::Gone)?;
    if deployment::progress(&first) == Progress::Ready {
        return Ok(deployment::pods(&first));
    }
    let selector =
        first.spec.as_ref().and_then(|spec| spec.selector.match_labels.clone()).unwrap_or_default();
    let labels: Vec<String> =
        selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let labels = labels.join(",");
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let own =
        watcher(deployments, watcher::Config::default().fields(&format!("metadata.name={name}")));
    let pods = watcher(pods, watcher::Config::default().labels(&labels));
    let ticks = futures::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Some((Ok(News::Tick), ()))
    });
    let own = own.default_backoff().map_ok(News::Deployment).boxed();
    let pods = pods.default_backoff().map_ok(News::Pod).boxed();
    let mut news = futures::stream::select(futures::stream::select(own, pods), ticks.boxed());
    let mut state = State { deployment: first, pods: BTreeMap::new(), revision: None };
    while let Some(event) = news.next().await {
        let event = match event {
            Ok(event) => event,
            // A refused watch never comes back; everything else is tried again.
            Err(watcher::Error::WatchError(status)) if status.code == 403 => {
                return Err(WaitError::Watch(Box::new(watcher::Error::WatchError(status))));
            }
            Err(_) => continue,
        };
        if !state.take(event) {
            return Err(WaitError::Gone);
        }
        state.find_revision(client, namespace, &labels).await?;
        match state.progress() {
            Progress::Ready => return Ok(deployment::pods(&state.deployment)),
            Progress::Waiting(reason) => told(&reason, deployment::pods(&state.deployment)),
            Progress::Failed(reason) => return Err(WaitError::Failed { reason }),
        }
    }
    Err(WaitError::Gone)
}

struct State {
    deployment: Deployment,
    pods: BTreeMap<String, Pod>,
    /// The `pod-template-hash` of the newest ReplicaSet, with the Deployment revision it belongs
    /// to.
    revision: Option<(String, String)>,
}

impl State {
    /// Takes news in; false when the Deployment is gone.
    fn take(&mut self, news: News) -> bool {
        match news {
            News::Deployment(
                watcher::Event::Apply(deployment) | watcher::Event::InitApply(deployment),
            ) => self.deployment = deployment,
            News::Deployment(watcher::Event::Delete(_)) => return false,
            News::Pod(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) => {
                self.pods.insert(pod.metadata.name.clone().unwrap_or_default(), pod);
            }
            News::Pod(watcher::Event::Delete(pod)) => {
                self.pods.remove(&pod.metadata.name.unwrap_or_default());
            }
            _ => {}
        }
        true
    }

    /// Looks up which pods are of the newest revision, when the Deployment has a new one.
    ///
    /// Before the controller has seen our change, the annotation still names the revision before
    /// it, whose pods may well be what the change is to repair.
    async fn find_revision(
        &mut self,
        client: &kube::Client,
        namespace: &str,
        labels: &str,
    ) -> Result<(), WaitError> {
        if !deployment::is_observed(&self.deployment) {
            self.revision = None;
            return Ok(());
        }
        let annotations = self.deployment.metadata.annotations.as_ref();
        let Some(revision) = annotations.and_then(|annotations| annotations.get(REVISION)).cloned()
        else {
            return Ok(());
        };
        if self.revision.as_ref().is_some_and(|(known, _)| *known == revision) {
            return Ok(());
        }
        let sets: Api<ReplicaSet> = Api::namespaced(client.clone(), namespace);
        let sets =
            sets.list(&ListParams::default().labels(labels)).await.map_err(WaitError::Read)?;
        let newest = sets.items.into_iter().find(|set| {
            set.metadata.annotations.as_ref().and_then(|annotations| annotations.get(REVISION))
                == Some(&revision)
        });
        let hash = newest
            .and_then(|set| set.metadata.labels)
            .and_then(|mut labels| labels.remove("pod-template-hash"));
        self.revision = hash.map(|hash| (revision, hash));
        Ok(())
    }

    fn progress(&self) -> Progress {
        let progress = deployment::progress(&self.deployment);
        let Progress::Waiting(reason) = progress else { return progress };
        let Some((_, hash)) = &self.revision else { return Progress::Waiting(reason) };
        // Pods of the old revision never fail a rollout.
        let new = self.pods.values().filter(|pod| {
            pod.metadata.labels.as_ref().and_then(|labels| labels.get("pod-template-hash"))
                == Some(hash)
        });
        let judged: Vec<Progress> = new.map(pod::progress).collect();
        let failed = judged.iter().find(|progress| matches!(progress, Progress::Failed(_)));
        failed.cloned().unwrap_or_else(|| {
            let details: Vec<&str> = judged
                .iter()
                .filter_map(|progress| {
                    if let Progress::Waiting(detail) = progress {
                        Some(detail.as_str())
                    } else {
                        None
                    }
                })
                .collect();
            Progress::Waiting(match details.first() {
                Some(detail) => format!("{reason}; {detail}"),
                None => reason,
            })
        })
    }
}

const REVISION: &str = "deployment.kubernetes.io/revision";
