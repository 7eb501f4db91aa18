//! The Lease of a layer. Every write carries the resourceVersion that was read, so that only one
//! of several runs succeeds.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, DeleteParams, ObjectMeta, PostParams, Preconditions};

use super::{holder, presence};
use crate::live::{Lenient, LiveError, explain};

/// How long a lock is valid after its last renewal.
pub(super) const DURATION: Duration = Duration::from_secs(30);

/// The Lease of a layer, and the ID that this run writes into it.
pub(super) struct LayerLease {
    leases: Api<Lease>,
    /// Reads Leases of others.
    foreign: Api<Lenient<Lease>>,
    layer: String,
    name: String,
    holder: String,
    annotations: BTreeMap<String, String>,
}

/// The answer to a write.
pub(super) enum Written {
    Done(Box<Lease>),
    /// The Lease has changed since it was read, or does not exist.
    Refused,
}

impl LayerLease {
    /// Returns the Lease of a layer for the holder with an ID. `machine` is the ID of the machine,
    /// if other runs on it can see whether this run still exists.
    pub(super) fn new(
        client: &kube::Client,
        layer: &str,
        holder: String,
        machine: Option<String>,
    ) -> Self {
        let mut annotations = holder::annotations();
        annotations.extend(machine.map(|machine| (presence::MACHINE.to_owned(), machine)));
        let leases = Api::namespaced(client.clone(), layer);
        let foreign = Api::namespaced(client.clone(), layer);
        let (layer, name) = (layer.to_owned(), lease_name(layer));
        Self { leases, foreign, layer, name, holder, annotations }
    }

    /// Returns the layer.
    pub(super) fn layer(&self) -> &str {
        &self.layer
    }

    /// Whether this run is the holder of a Lease.
    pub(super) fn is_ours(&self, lease: &Lease) -> bool {
        holder_of(lease) == Some(&self.holder)
    }

    /// Reads the Lease.
    pub(super) async fn read(&self) -> Result<Option<Lease>, LiveError> {
        let found = self.foreign.get_opt(&self.name).await;
        let found = found.map_err(|error| self.explain(error, "reading"))?;
        Ok(found.map(|lease| lease.0))
    }

    /// Creates the Lease with this run as its holder.
    pub(super) async fn create(&self) -> Result<Written, LiveError> {
        let metadata = ObjectMeta { name: Some(self.name.clone()), ..ObjectMeta::default() };
        let lease = self.held(metadata);
        // 404 is an error: the namespace does not exist.
        self.outcome(self.leases.create(&PostParams::default(), &lease).await, &[409])
    }

    /// Replaces a Lease that was read, with this run as its holder.
    pub(super) async fn take(&self, found: &Lease) -> Result<Written, LiveError> {
        let ObjectMeta { name, namespace, uid, resource_version, labels, .. } =
            found.metadata.clone();
        let metadata =
            ObjectMeta { name, namespace, uid, resource_version, labels, ..ObjectMeta::default() };
        self.replace(&self.held(metadata)).await
    }

    /// Writes a new time of renewal to a Lease of this run.
    pub(super) async fn renew(&self, mut lease: Lease) -> Result<Written, LiveError> {
        lease.metadata.managed_fields = None;
        if let Some(spec) = &mut lease.spec {
            spec.renew_time = Some(MicroTime(Timestamp::now()));
        }
        self.replace(&lease).await
    }

    async fn replace(&self, lease: &Lease) -> Result<Written, LiveError> {
        let written = self.leases.replace(&self.name, &PostParams::default(), lease).await;
        self.outcome(written, &[404, 409])
    }

    /// Deletes the Lease if this run is its holder. A renewal may be in progress, so the Lease can
    /// change after it was read.
    pub(super) async fn release(&self) -> Result<(), LiveError> {
        while let Some(lease) = self.read().await?.filter(|lease| self.is_ours(lease)) {
            let ours = Preconditions {
                uid: lease.metadata.uid,
                resource_version: lease.metadata.resource_version,
            };
            let params = DeleteParams { preconditions: Some(ours), ..DeleteParams::default() };
            match self.leases.delete(&self.name, &params).await {
                Ok(_) => break,
                Err(kube::Error::Api(status)) if status.code == 404 => break,
                Err(kube::Error::Api(status)) if status.code == 409 => {}
                Err(error) => return Err(self.explain(error, "deleting")),
            }
        }
        Ok(())
    }

    /// Returns a Lease with this run as its holder.
    fn held(&self, mut metadata: ObjectMeta) -> Lease {
        metadata.annotations = Some(self.annotations.clone());
        let now = MicroTime(Timestamp::now());
        let spec = LeaseSpec {
            holder_identity: Some(self.holder.clone()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            acquire_time: Some(now.clone()),
            renew_time: Some(now),
            ..LeaseSpec::default()
        };
        Lease { metadata, spec: Some(spec) }
    }

    fn outcome(
        &self,
        written: Result<Lease, kube::Error>,
        refused: &[u16],
    ) -> Result<Written, LiveError> {
        match written {
            Ok(lease) => Ok(Written::Done(Box::new(lease))),
            Err(kube::Error::Api(status)) if refused.contains(&status.code) => Ok(Written::Refused),
            Err(error) => Err(self.explain(error, "writing")),
        }
    }

    fn explain(&self, error: kube::Error, action: &'static str) -> LiveError {
        explain(error, action, &format!("Lease {}", self.name))
    }
}

/// Returns the name of the Lease of a layer.
pub(super) fn lease_name(layer: &str) -> String {
    format!("optakit-{layer}")
}

/// Returns the ID of the holder of a Lease. A released Lease has none.
pub(super) fn holder_of(lease: &Lease) -> Option<&String> {
    let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_ref());
    holder.filter(|holder| !holder.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fake_server::{Seen, answering};

    fn answer(code: u16) -> (u16, Value) {
        (code, json!({"kind": "Status", "status": "Failure", "code": code, "message": "x"}))
    }

    fn lease(holder: &str) -> Lease {
        let metadata = json!({
            "name": "optakit-shop", "namespace": "shop", "uid": "7", "resourceVersion": "3",
            "labels": {"a": "b"}, "annotations": {"of": "the other run"},
            "managedFields": [{"manager": "optakit"}],
        });
        let time = "2026-01-01T00:00:00.000000Z";
        let spec = json!({"holderIdentity": holder, "acquireTime": time, "renewTime": time});
        serde_json::from_value(json!({"metadata": metadata, "spec": spec})).expect("a Lease")
    }

    fn ours(client: &kube::Client) -> LayerLease {
        LayerLease::new(client, "shop", "me".to_owned(), Some("machine".to_owned()))
    }

    #[tokio::test]
    async fn a_new_lease_names_its_holder_and_its_duration() {
        let (client, requests) = answering(|seen| (201, seen.body.clone()));
        let written = ours(&client).create().await.expect("it is created");
        assert!(matches!(written, Written::Done(_)));
        let requests = requests.lock().expect("no test panics").clone();
        let Seen { method, path, body } = &requests[0];
        assert_eq!(method, "POST");
        assert!(path.starts_with("/apis/coordination.k8s.io/v1/namespaces/shop/leases"), "{path}");
        assert_eq!(body["metadata"]["name"], "optakit-shop");
        assert_eq!(body["metadata"]["annotations"][presence::MACHINE], "machine");
        assert_eq!(body["spec"]["holderIdentity"], "me");
        assert_eq!(body["spec"]["leaseDurationSeconds"], 30);
        assert_eq!(body["spec"]["acquireTime"], body["spec"]["renewTime"]);
    }

    #[tokio::test]
    async fn a_taken_lease_is_the_one_that_was_read() {
        let (client, requests) = answering(|seen| (200, seen.body.clone()));
        ours(&client).take(&lease("other")).await.expect("it is taken");
        let body = requests.lock().expect("no test panics")[0].body.clone();
        assert_eq!(body["metadata"]["resourceVersion"], "3");
        assert_eq!(body["metadata"]["uid"], "7");
        assert_eq!(body["metadata"]["labels"], json!({"a": "b"}));
        assert_eq!(body["metadata"]["annotations"]["of"], Value::Null);
        assert_eq!(body["spec"]["holderIdentity"], "me");
    }

    #[tokio::test]
    async fn a_renewal_changes_only_the_time() {
        let (client, requests) = answering(|seen| (200, seen.body.clone()));
        ours(&client).renew(lease("me")).await.expect("it is renewed");
        let mut body = requests.lock().expect("no test panics")[0].body.clone();
        assert_ne!(body["spec"]["renewTime"].take(), "2026-01-01T00:00:00.000000Z");
        assert_eq!(body["spec"]["acquireTime"], "2026-01-01T00:00:00.000000Z");
        assert_eq!(body["metadata"]["resourceVersion"], "3");
        assert_eq!(body["metadata"]["managedFields"], Value::Null);
    }

    #[tokio::test]
    async fn a_changed_lease_is_refused_and_other_errors_are_reported() {
        for (code, on_create, on_replace) in
            [(409, true, true), (404, false, true), (403, false, false)]
        {
            let (client, _) = answering(move |_| answer(code));
            let refused = |written: Result<Written, LiveError>| {
                written.is_ok_and(|written| matches!(written, Written::Refused))
            };
            assert_eq!(refused(ours(&client).create().await), on_create, "{code}");
            assert_eq!(refused(ours(&client).renew(lease("me")).await), on_replace, "{code}");
            assert_eq!(refused(ours(&client).take(&lease("a")).await), on_replace, "{code}");
        }
    }

    /// Returns the methods and bodies of a release, if the Lease has a holder.
    async fn release(holder: &'static str, codes: &'static [u16]) -> (bool, Vec<Seen>) {
        let deletions = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let (client, requests) = answering(move |seen| match seen.method.as_str() {
            "GET" => (200, serde_json::to_value(lease(holder)).expect("JSON")),
            _ => {
                let at = deletions.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                answer(codes[at])
            }
        });
        let released = ours(&client).release().await.is_ok();
        let requests = requests.lock().expect("no test panics").clone();
        (released, requests.into_iter().filter(|seen| seen.method == "DELETE").collect())
    }

    #[tokio::test]
    async fn only_an_own_lease_is_released_and_a_conflict_is_repeated() {
        assert_eq!(release("other", &[]).await.1.len(), 0);
        let (released, deletions) = release("me", &[409, 200]).await;
        assert_eq!((released, deletions.len()), (true, 2));
        let expected = json!({"uid": "7", "resourceVersion": "3"});
        assert_eq!(deletions[0].body["preconditions"], expected);
        assert!(release("me", &[404]).await.0, "it is deleted already");
        assert!(!release("me", &[403]).await.0);
    }

    #[test]
    fn a_released_lease_has_no_holder() {
        assert_eq!(holder_of(&lease("me")).map(String::as_str), Some("me"));
        assert_eq!(holder_of(&lease("")), None);
        assert_eq!(holder_of(&Lease::default()), None);
    }
}
