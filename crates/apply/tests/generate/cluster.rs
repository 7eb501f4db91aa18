//! Sends manifests to the API server as strict dry runs, in namespaces with a Pod Security Standard.

use std::time::Duration;

use futures::future::try_join_all;
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams, ValidationDirective};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersionKind, Status};
use kube::{Client, Config};
use optakit_core::api::{Kind, Manifest};
use serde_json::{Value, json};

/// The Pod Security Standards, which are also the ends of the names of the namespaces.
const LEVELS: [&str; 2] = ["baseline", "restricted"];

/// The control plane.
#[derive(Clone)]
pub(crate) struct Cluster {
    client: Client,
}

impl Cluster {
    /// Connects to the control plane, and creates the namespaces.
    pub(crate) async fn connect() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let path = std::env::var("OPTAKIT_TEST_KUBECONFIG").expect("`make test` sets the variable");
        let kubeconfig = Kubeconfig::read_from(path).expect("the testbed wrote it");
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let config = config.expect("the kubeconfig is valid");
        let client = Client::try_from(config).expect("the configuration is valid");
        let cluster = Self { client };
        for level in LEVELS {
            let namespace = json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {
                    "name": namespace(level),
                    "labels": { "pod-security.kubernetes.io/enforce": level },
                },
            });
            let parameters = PatchParams::apply("generate").force();
            let namespaces =
                cluster.api(Kind::Namespace.api_version(), "Namespace", "namespaces", "");
            let name = namespace["metadata"]["name"].as_str().expect("it is text");
            let applied = namespaces.patch(name, &parameters, &Patch::Apply(&namespace)).await;
            applied.expect("the namespace is created");
        }
        cluster
    }

    fn api(&self, version: &str, kind: &str, plural: &str, namespace: &str) -> Api<DynamicObject> {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let kind = GroupVersionKind::gvk(group, version, kind);
        let resource = ApiResource::from_gvk_with_plural(&kind, plural);
        match namespace {
            "" => Api::all_with(self.client.clone(), &resource),
            namespace => Api::namespaced_with(self.client.clone(), namespace, &resource),
        }
    }

    /// Returns what the API server says about manifests that it rejects.
    ///
    /// # Errors
    ///
    /// Fails if the API server does not answer. That says nothing about the manifests.
    pub(crate) async fn rejections(
        &self,
        manifests: &[Manifest],
        level: &str,
    ) -> Result<Vec<String>, Unanswered> {
        let found = try_join_all(manifests.iter().map(|manifest| self.send(manifest, level)));
        Ok(found.await?.into_iter().flatten().collect())
    }

    /// Sends a manifest, and a pod of its template.
    async fn send(&self, manifest: &Manifest, level: &str) -> Result<Vec<String>, Unanswered> {
        let mut object = manifest.to_value();
        let kind = manifest.kind;
        let namespace = if kind.is_namespaced() { namespace(level) } else { String::new() };
        if kind.is_namespaced() {
            object["metadata"]["namespace"] = json!(namespace);
        }
        let api = self.api(kind.api_version(), kind.name(), kind.plural(), &namespace);
        let parameters = PatchParams {
            dry_run: true,
            force: true,
            field_manager: Some("generate".to_owned()),
            field_validation: Some(ValidationDirective::Strict),
        };
        let patch = Patch::Apply(&object);
        let sent = answered(|| api.patch(&manifest.name, &parameters, &patch)).await?;
        let mut rejections: Vec<String> =
            sent.map(|reason| format!("{}: {reason}", kind.name())).into_iter().collect();
        let template = kind.pod_template().and_then(|pointer| object.pointer(pointer));
        if let Some(template) = template {
            rejections.extend(self.send_pod(template.clone(), &namespace).await?);
        }
        Ok(rejections)
    }

    /// Creates a pod of a template. Its ServiceAccount exists only in dry runs.
    async fn send_pod(
        &self,
        mut pod: Value,
        namespace: &str,
    ) -> Result<Option<String>, Unanswered> {
        pod["apiVersion"] = json!("v1");
        pod["kind"] = json!("Pod");
        pod["metadata"]["name"] = json!("generated");
        pod["metadata"]["namespace"] = json!(namespace);
        if let Some(spec) = pod["spec"].as_object_mut() {
            spec.remove("serviceAccountName");
            spec.entry("restartPolicy").or_insert(json!("Always"));
            add_volumes(spec);
        }
        let parameters = PostParams { dry_run: true, ..PostParams::default() };
        let pod: DynamicObject = serde_json::from_value(pod).expect("it has a kind");
        let pods = self.api("v1", "Pod", "pods", namespace);
        let sent = answered(|| pods.create(&parameters, &pod)).await?;
        Ok(sent.map(|reason| format!("Pod: {reason}")))
    }
}

/// Adds the volumes that a StatefulSet creates from its claims.
fn add_volumes(spec: &mut serde_json::Map<String, Value>) {
    let volumes = spec.get("volumes").and_then(Value::as_array).cloned().unwrap_or_default();
    let mounts = spec["containers"][0]["volumeMounts"].as_array().cloned().unwrap_or_default();
    let has_volume = |mount: &&Value| volumes.iter().any(|volume| volume["name"] == mount["name"]);
    let claimed = mounts.iter().filter(|mount| !has_volume(mount));
    let claimed: Vec<Value> =
        claimed.map(|mount| json!({ "name": mount["name"], "emptyDir": {} })).collect();
    if !claimed.is_empty() {
        spec.insert("volumes".to_owned(), Value::Array([volumes, claimed].concat()));
    }
}

fn namespace(level: &str) -> String {
    format!("generate-{level}")
}

/// The API server did not answer, or it was overloaded.
#[derive(Debug)]
pub(crate) struct Unanswered;

/// Sends a request until the API server answers. Returns its reason if it rejects the request.
async fn answered<T, F>(send: impl Fn() -> F) -> Result<Option<String>, Unanswered>
where
    F: Future<Output = kube::Result<T>>,
{
    /// How often a request is sent.
    const ATTEMPTS: u32 = 6;
    /// The time before the second attempt. It doubles with each attempt.
    const FIRST_PAUSE: Duration = Duration::from_millis(250);
    let mut attempt = 0;
    loop {
        match send().await {
            Ok(_) => return Ok(None),
            Err(kube::Error::Api(status)) if !is_overload(&status) => {
                return Ok(Some(status.message));
            }
            Err(_) if attempt + 1 == ATTEMPTS => return Err(Unanswered),
            Err(_) => tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(attempt)).await,
        }
        attempt += 1;
    }
}

/// Whether the API server or etcd was overloaded, so that the answer is not about the object.
fn is_overload(status: &Status) -> bool {
    let is_timeout = matches!(status.reason.as_str(), "Timeout" | "ServerTimeout");
    is_timeout || matches!(status.code, 408 | 429 | 502 | 503 | 504)
}
