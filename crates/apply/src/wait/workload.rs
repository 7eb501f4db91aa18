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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn workload(kind: Kind, spec: &Value, status: &Value) -> Workload {
        let metadata = json!({"name": "api", "uid": "w"});
        let mut object = json!({
            "apiVersion": "apps/v1", "kind": kind.name(), "metadata": metadata, "spec": spec,
        });
        if !status.is_null() {
            object["status"] = status.clone();
        }
        let object = serde_json::from_value(object).expect("an object");
        Workload::parse(kind, object).expect("the kind has pods")
    }

    fn spec(replicas: Option<i32>) -> Value {
        let pod = json!({"containers": [{"name": "app", "image": "acme/api:1"}]});
        json!({
            "replicas": replicas, "selector": {}, "serviceName": "api", "template": {"spec": pod},
        })
    }

    const BOTH: [Kind; 2] = [Kind::Deployment, Kind::StatefulSet];

    #[test]
    fn the_number_of_pods_is_one_by_default() {
        for kind in BOTH {
            assert_eq!(workload(kind, &spec(Some(3)), &Value::Null).wanted(), 3);
            assert_eq!(workload(kind, &spec(None), &Value::Null).wanted(), 1);
            assert_eq!(workload(kind, &spec(Some(0)), &Value::Null).wanted(), 0);
        }
    }

    #[test]
    fn a_pod_counts_when_it_is_ready_and_available() {
        let status = |ready: i32, available: i32| {
            json!({
                "replicas": 4, "updatedReplicas": 3, "readyReplicas": ready,
                "availableReplicas": available, "observedGeneration": 9,
            })
        };
        for kind in BOTH {
            let numbers = |ready: i32, available: i32| {
                let found = workload(kind, &spec(Some(4)), &status(ready, available)).numbers();
                let Numbers { total, updated, ready } = found.expect("there is a status");
                (total, updated, ready)
            };
            assert_eq!(numbers(2, 1), (4, 3, 1), "{kind}");
            assert_eq!(numbers(1, 2), (4, 3, 1), "{kind}");
            let without = workload(kind, &spec(Some(4)), &Value::Null);
            assert!(without.numbers().is_none(), "{kind}");
            assert_eq!(without.observed_generation(), 0, "{kind}");
            let with = workload(kind, &spec(Some(4)), &status(1, 1));
            assert_eq!((with.observed_generation(), with.kind()), (9, kind));
            assert_eq!(with.image(), "acme/api:1");
            assert_eq!(with.metadata().name.as_deref(), Some("api"));
        }
    }

    #[test]
    fn other_kinds_have_no_pods() {
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api"}});
        let service = serde_json::from_value(service).expect("an object");
        assert!(Workload::parse(Kind::Service, service).is_none());
    }

    fn pod(name: &str, owner: &str, revision: &str, deleted: bool) -> Arc<Pod> {
        let owner = json!({"apiVersion": "apps/v1", "kind": "X", "name": "x", "uid": owner});
        let time = deleted.then_some("2026-01-01T00:00:00Z");
        let labels = json!({POD_REVISION: revision});
        let metadata = json!({
            "name": name, "labels": labels, "ownerReferences": [owner], "deletionTimestamp": time,
        });
        Arc::new(serde_json::from_value(json!({"metadata": metadata})).expect("a pod"))
    }

    fn names(pods: Option<Vec<&Arc<Pod>>>) -> Option<Vec<&str>> {
        pods.map(|pods| pods.into_iter().filter_map(|pod| pod.metadata.name.as_deref()).collect())
    }

    #[test]
    fn new_pods_of_a_stateful_set_have_its_revision() {
        let pods = [
            pod("new", "w", "r2", false),
            pod("old", "w", "r1", false),
            pod("deleted", "w", "r2", true),
            pod("foreign", "v", "r2", false),
        ];
        let status = json!({"replicas": 1, "updateRevision": "r2"});
        let set = workload(Kind::StatefulSet, &spec(None), &status);
        assert_eq!(names(set.new_pods(&[], &pods)), Some(vec!["new"]));
        assert!(set.conditions().is_empty());
        let unknown = workload(Kind::StatefulSet, &spec(None), &json!({"replicas": 1}));
        assert_eq!(names(unknown.new_pods(&[], &pods)), None);
        assert_eq!(set.owner_of_new_pods(&[]).and_then(|owner| owner.uid.as_deref()), Some("w"));
    }

    #[test]
    fn new_pods_of_a_deployment_belong_to_its_new_set() {
        let revision = json!({"deployment.kubernetes.io/revision": "2"});
        let owner = json!({"apiVersion": "apps/v1", "kind": "X", "name": "x", "uid": "w"});
        let set = json!({"metadata": {
            "uid": "s", "annotations": revision, "ownerReferences": [owner],
        }});
        let sets = [Arc::new(serde_json::from_value(set).expect("a ReplicaSet"))];
        let mut deployment = workload(Kind::Deployment, &spec(None), &Value::Null);
        let pods = [pod("new", "s", "", false), pod("old", "t", "", false)];
        assert_eq!(names(deployment.new_pods(&sets, &pods)), None, "it is not observed yet");
        if let Workload::Deployment(deployment) = &mut deployment {
            let deployment = Arc::make_mut(deployment);
            deployment.metadata.annotations =
                Some([("deployment.kubernetes.io/revision".to_owned(), "2".to_owned())].into());
        }
        assert_eq!(names(deployment.new_pods(&sets, &pods)), Some(vec!["new"]));
        let owner = deployment.owner_of_new_pods(&sets).and_then(|owner| owner.uid.as_deref());
        assert_eq!(owner, Some("s"));
    }
}
