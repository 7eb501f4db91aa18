//! The objects that an apply waits for: Deployments and StatefulSets.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition, ReplicaSet, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api, DynamicObject};
use optakit_core::kind::Kind;

use super::owners::{first_image, is_owned, new_set};
use crate::live::{parse, resource_of, to_value};

/// The label with the revision of a pod of a StatefulSet.
const POD_REVISION: &str = "controller-revision-hash";

/// A Deployment or StatefulSet to wait for.
#[derive(Clone, Debug)]
pub(crate) struct Awaited {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The names of the containers in the manifest.
    pub(crate) containers: Vec<String>,
    /// The answer to the write. `None` if the apply did not change the object.
    pub(crate) written: Option<Workload>,
}

/// A Deployment or a StatefulSet.
#[derive(Clone, Debug)]
pub(crate) enum Workload {
    Deployment(Arc<Deployment>),
    StatefulSet(Arc<StatefulSet>),
}

/// The numbers of pods in the status of a workload.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub(super) total: i32,
    /// The pods of the newest revision.
    pub(super) updated: i32,
    /// The pods of all revisions that are ready and available.
    pub(super) ready: i32,
}

impl Workload {
    /// Converts an object of the API server. Returns `None` for other kinds.
    pub(crate) fn parse(kind: Kind, object: DynamicObject) -> Option<Self> {
        let object = to_value(object);
        match kind {
            Kind::Deployment => Some(Self::Deployment(Arc::new(parse(object).ok()?))),
            Kind::StatefulSet => Some(Self::StatefulSet(Arc::new(parse(object).ok()?))),
            Kind::Namespace
            | Kind::ServiceAccount
            | Kind::ConfigMap
            | Kind::Secret
            | Kind::Service
            | Kind::HorizontalPodAutoscaler
            | Kind::PodDisruptionBudget
            | Kind::Ingress
            | Kind::HttpRoute
            | Kind::GrpcRoute
            | Kind::TcpRoute
            | Kind::CronJob => None,
        }
    }

    /// Reads the live object of a rollout.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the request.
    pub(super) async fn read(
        client: &kube::Client,
        namespace: &str,
        kind: Kind,
        name: &str,
    ) -> Result<Option<Self>, kube::Error> {
        let resource = resource_of(kind);
        let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
        let found = api.get_opt(name).await?;
        Ok(found.and_then(|found| Self::parse(kind, found)))
    }

    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Deployment(_) => Kind::Deployment,
            Self::StatefulSet(_) => Kind::StatefulSet,
        }
    }

    pub(crate) fn metadata(&self) -> &ObjectMeta {
        match self {
            Self::Deployment(deployment) => &deployment.metadata,
            Self::StatefulSet(set) => &set.metadata,
        }
    }

    /// Returns the image of the first container in the template of the pods.
    pub(crate) fn image(&self) -> String {
        let pod = match self {
            Self::Deployment(deployment) => {
                deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref())
            }
            Self::StatefulSet(set) => {
                set.spec.as_ref().and_then(|spec| spec.template.spec.as_ref())
            }
        };
        first_image(pod)
    }

    /// Returns the number of pods in the manifest.
    pub(super) fn wanted(&self) -> i32 {
        let wanted = match self {
            Self::Deployment(deployment) => deployment.spec.as_ref().and_then(|spec| spec.replicas),
            Self::StatefulSet(set) => set.spec.as_ref().and_then(|spec| spec.replicas),
        };
        wanted.unwrap_or(1)
    }

    /// Returns the generation that the controller has observed.
    pub(super) fn observed_generation(&self) -> i64 {
        let observed = match self {
            Self::Deployment(deployment) => {
                deployment.status.as_ref().and_then(|status| status.observed_generation)
            }
            Self::StatefulSet(set) => {
                set.status.as_ref().and_then(|status| status.observed_generation)
            }
        };
        observed.unwrap_or(0)
    }

    /// Returns the numbers of pods. `None` if there is no status yet.
    pub(super) fn numbers(&self) -> Option<Numbers> {
        let number = |count: Option<i32>| count.unwrap_or(0);
        match self {
            Self::Deployment(deployment) => deployment.status.as_ref().map(|status| Numbers {
                total: number(status.replicas),
                updated: number(status.updated_replicas),
                ready: number(status.ready_replicas).min(number(status.available_replicas)),
            }),
            Self::StatefulSet(set) => set.status.as_ref().map(|status| Numbers {
                total: status.replicas,
                updated: number(status.updated_replicas),
                ready: number(status.ready_replicas).min(number(status.available_replicas)),
            }),
        }
    }

    /// Returns the conditions. A StatefulSet has none.
    pub(super) fn conditions(&self) -> &[DeploymentCondition] {
        match self {
            Self::Deployment(deployment) => {
                let status = deployment.status.as_ref();
                status.and_then(|status| status.conditions.as_deref()).unwrap_or_default()
            }
            Self::StatefulSet(_) => &[],
        }
    }

    /// Returns the owner of the new pods: the ReplicaSet of the newest revision, or the
    /// StatefulSet.
    pub(super) fn owner_of_new_pods<'a>(
        &'a self,
        sets: &'a [Arc<ReplicaSet>],
    ) -> Option<&'a ObjectMeta> {
        match self {
            Self::Deployment(deployment) => Some(&new_set(deployment, sets)?.metadata),
            Self::StatefulSet(set) => Some(&set.metadata),
        }
    }

    /// Returns the new pods: those of the newest revision that are not being deleted. `None` if the
    /// revision is not known yet.
    pub(super) fn new_pods<'a>(
        &self,
        sets: &[Arc<ReplicaSet>],
        pods: &'a [Arc<Pod>],
    ) -> Option<Vec<&'a Arc<Pod>>> {
        let is_kept = |pod: &&Arc<Pod>| pod.metadata.deletion_timestamp.is_none();
        let pods = pods.iter().filter(is_kept);
        match self {
            Self::Deployment(deployment) => {
                let set = new_set(deployment, sets)?;
                Some(pods.filter(|pod| is_owned(&pod.metadata, &set.metadata)).collect())
            }
            Self::StatefulSet(set) => {
                let revision = set.status.as_ref()?.update_revision.as_ref()?;
                let is_new = |pod: &&Arc<Pod>| {
                    let labels = pod.metadata.labels.as_ref();
                    is_owned(&pod.metadata, &set.metadata)
                        && labels.and_then(|labels| labels.get(POD_REVISION)) == Some(revision)
                };
                Some(pods.filter(is_new).collect())
            }
        }
    }
}
