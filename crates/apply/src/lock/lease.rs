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
