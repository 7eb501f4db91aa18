//! The lock of a layer, so that only one run changes it at a time. The lock is a Lease that its
//! holder renews. A Lease that is not renewed is taken over.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, DeleteParams, ObjectMeta, Patch, PatchParams, PostParams, Preconditions};
use serde_json::json;

use crate::live::{LiveError, explain};

/// How long a lock is valid after its last renewal.
const DURATION: Duration = Duration::from_secs(30);
/// How often a lock is renewed.
const RENEW: Duration = Duration::from_secs(10);
/// The pause between two attempts to take a lock.
const PAUSE: Duration = Duration::from_secs(1);

mod process;

/// Why the lock cannot be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    #[error(
        "another run is changing this layer: {holder}, since {since}; nothing was changed\n  \
         help: wait for it with `--wait-lock SECONDS`"
    )]
    Held { holder: String, since: String },
    #[error(transparent)]
    Live(#[from] LiveError),
}

/// A lock of this run. It is renewed until it is released.
pub(crate) struct Lock {
    leases: Api<Lease>,
    name: String,
    uid: Option<String>,
    renewal: tokio::task::JoinHandle<()>,
    /// The holder of an expired lock that was taken over. Its run was interrupted.
    pub(crate) interrupted: Option<String>,
}

/// Returns the name of this run for other runs: user, host and process.
fn holder() -> String {
    let variable = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| std::env::var(name).ok())
            .unwrap_or_else(|| "someone".to_owned())
    };
    let host = std::fs::read_to_string("/etc/hostname")
        .map(|host| host.trim().to_owned())
        .ok()
        .filter(|host| !host.is_empty());
    let host = host.unwrap_or_else(|| variable(&["HOSTNAME", "COMPUTERNAME"]));
    format!("{}@{host}/{}", variable(&["USER", "LOGNAME", "USERNAME"]), std::process::id())
}

/// Takes the lock of a layer. Waits up to `wait` for another run.
///
/// # Errors
///
/// Fails if another run has the lock, or if the API server rejects the Lease.
pub(crate) async fn acquire(
    client: &kube::Client,
    layer: &str,
    wait: Duration,
) -> Result<Lock, LockError> {
    let leases: Api<Lease> = Api::namespaced(client.clone(), layer);
    let name = format!("optakit-{layer}");
    let (started, holder) = (Instant::now(), holder());
    loop {
        match attempt(&leases, &name, &holder).await? {
            Attempt::Taken { uid, interrupted } => {
                let renewal = tokio::spawn(renew(leases.clone(), name.clone()));
                return Ok(Lock { leases, name, uid, renewal, interrupted });
            }
            Attempt::Lost => {}
            Attempt::Held { holder, since } if started.elapsed() >= wait => {
                return Err(LockError::Held { holder, since });
            }
            Attempt::Held { .. } => {
                tokio::time::sleep(PAUSE.min(wait)).await;
            }
        }
    }
}

/// The outcome of one attempt to take a lock.
enum Attempt {
    Taken {
        uid: Option<String>,
        interrupted: Option<String>,
    },
    Held {
        holder: String,
        since: String,
    },
    /// Another run changed the Lease at the same time.
    Lost,
}

async fn attempt(leases: &Api<Lease>, name: &str, holder: &str) -> Result<Attempt, LockError> {
    let object = format!("Lease {name}");
    // Usually no Lease exists, so this creates one before it reads one.
    let new = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    match leases.create(&PostParams::default(), &lease(new, holder)).await {
        Ok(lease) => return Ok(Attempt::Taken { uid: lease.metadata.uid, interrupted: None }),
        Err(kube::Error::Api(status)) if status.code == 409 => {}
        Err(error) => return Err(explain(error, "taking", &object).into()),
    }
    let found = leases.get_opt(name).await.map_err(|error| explain(error, "reading", &object))?;
    let Some(Lease { metadata, spec }) = found else { return Ok(Attempt::Lost) };
    let spec = spec.unwrap_or_default();
    let is_valid =
        !is_expired(spec.renew_time.as_ref(), Timestamp::now()) && !process::is_dead(&metadata);
    let interrupted = match spec.holder_identity.filter(|holder| !holder.is_empty()) {
        // The Lease is ours already: the answer to our own request was lost.
        Some(current) if current == holder => None,
        Some(current) if is_valid => {
            let since = spec.acquire_time.map(|time| time.0.to_string()).unwrap_or_default();
            return Ok(Attempt::Held { holder: current, since });
        }
        current => current,
    };
    // The Lease contains its resourceVersion, so only one of two runs can take an expired lock.
    let metadata = ObjectMeta { managed_fields: None, ..metadata };
    match leases.replace(name, &PostParams::default(), &lease(metadata, holder)).await {
        Ok(lease) => Ok(Attempt::Taken { uid: lease.metadata.uid, interrupted }),
        Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => Ok(Attempt::Lost),
        Err(error) => Err(explain(error, "taking", &object).into()),
    }
}

/// Returns a Lease of this run.
fn lease(mut metadata: ObjectMeta, holder: &str) -> Lease {
    metadata.annotations.get_or_insert_default().extend(process::annotation());
    let now = MicroTime(Timestamp::now());
    let spec = LeaseSpec {
        holder_identity: Some(holder.to_owned()),
        lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
        acquire_time: Some(now.clone()),
        renew_time: Some(now),
        ..LeaseSpec::default()
    };
    Lease { metadata, spec: Some(spec) }
}

/// Whether a lock with this last renewal can be taken over.
fn is_expired(renewed: Option<&MicroTime>, now: Timestamp) -> bool {
    renewed.is_none_or(|renewed| {
        now.duration_since(renewed.0).as_secs() >= DURATION.as_secs().cast_signed()
    })
}

/// Renews a lock until the task ends.
async fn renew(leases: Api<Lease>, name: String) {
    loop {
        tokio::time::sleep(RENEW).await;
        let patch = json!({ "spec": { "renewTime": MicroTime(Timestamp::now()) } });
        // A failed renewal is retried. After three failures the lock expires.
        drop(leases.patch(&name, &PatchParams::default(), &Patch::Merge(&patch)).await);
    }
}

impl Lock {
    /// Releases the lock. A lock that cannot be released expires.
    pub(crate) async fn release(self) {
        self.renewal.abort();
        let ours = Preconditions { uid: self.uid.clone(), resource_version: None };
        let params = DeleteParams { preconditions: Some(ours), ..DeleteParams::default() };
        drop(self.leases.delete(&self.name, &params).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_expires_after_thirty_seconds_without_renewal() {
        let now: Timestamp = "2026-01-01T00:01:00Z".parse().expect("a time");
        let at = |time: &str| MicroTime(time.parse().expect("a time"));
        assert!(!is_expired(Some(&at("2026-01-01T00:00:31Z")), now));
        assert!(is_expired(Some(&at("2026-01-01T00:00:30Z")), now));
        assert!(is_expired(None, now));
    }
}
