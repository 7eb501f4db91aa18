//! Reads whether a run has the lock of a layer, without taking it.

use std::time::Duration;

use http::header::DATE;
use http::{Request, Response, StatusCode};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::jiff::fmt::rfc2822;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::client::Body;

use super::lease::{DURATION, holder_of, lease_name};
use super::presence;
use crate::history::Lock;
use crate::live::{Lenient, LiveError, explain};

/// The times of the API server have no fractions of a second.
const PRECISION: Duration = Duration::from_secs(2);

/// Returns whether a run may have the lock of a layer.
///
/// The lock of a killed run expires. Both times are from the clock of the API server: when the
/// Lease was written last, and now. This is only for display. A run that takes a lock measures the
/// time itself.
///
/// # Errors
///
/// Fails if the Lease cannot be read. Without the permission, the lock may be held.
pub(crate) async fn state(client: &kube::Client, layer: &str) -> Result<Lock, LiveError> {
    let name = lease_name(layer);
    let path = format!("/apis/coordination.k8s.io/v1/namespaces/{layer}/leases/{name}");
    let failed = |reason: String| LiveError::Failed {
        action: "reading",
        object: format!("Lease {name}"),
        reason,
    };
    let request = Request::get(path).body(Body::empty());
    let request = request.map_err(|error| failed(error.to_string()))?;
    let response = client.send(request).await;
    let response = response.map_err(|error| explain(error, "reading", &format!("Lease {name}")))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(Lock::Free),
        StatusCode::FORBIDDEN => return Ok(Lock::Held),
        status => return Err(failed(status.to_string())),
    }
    let now = date(&response);
    let content = response.into_body().collect_bytes().await;
    let content = content.map_err(|error| failed(error.to_string()))?;
    let lease = serde_json::from_slice(&content);
    let Lenient(lease): Lenient<Lease> = lease.map_err(|error| failed(error.to_string()))?;
    Ok(if is_held(&lease, now) { Lock::Held } else { Lock::Free })
}

/// Returns when the API server answered.
fn date(response: &Response<Body>) -> Option<Timestamp> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    rfc2822::parse(date).ok().map(|date| date.timestamp())
}

fn is_held(lease: &Lease, now: Option<Timestamp>) -> bool {
    let Some(holder) = holder_of(lease) else { return false };
    if presence::is_certainly_gone(&lease.metadata, holder) {
        return false;
    }
    let fields = lease.metadata.managed_fields.iter().flatten();
    let written = fields.filter_map(|entry| Some(entry.time.as_ref()?.0)).max();
    let limit = SignedDuration::try_from(DURATION + PRECISION).unwrap_or(SignedDuration::MAX);
    match (written, now) {
        (Some(written), Some(now)) => now.duration_since(written) <= limit,
        (None, _) | (_, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use kube::api::ObjectMeta;
    use serde_json::{Value, json};

    use super::*;
    use crate::fake_server::{Seen, answering};

    #[test]
    fn lock_expires_by_the_clock_of_the_api_server() {
        let lease = |holder: &str| -> Lease {
            serde_json::from_value(json!({
                "metadata": {"managedFields": [{"time": "2026-01-01T00:00:00Z"}]},
                "spec": {"holderIdentity": holder},
            }))
            .expect("a Lease")
        };
        let after = |seconds: i64| {
            let response = Response::builder()
                .header(DATE, "Thu, 01 Jan 2026 00:00:00 GMT")
                .body(Body::empty())
                .expect("the response is valid");
            date(&response).map(|date| date + SignedDuration::from_secs(seconds))
        };
        assert!(is_held(&lease("other"), after(30)));
        assert!(is_held(&lease("other"), after(32)));
        assert!(!is_held(&lease("other"), after(33)));
        let unknown = Lease { metadata: ObjectMeta::default(), ..lease("other") };
        assert!(is_held(&unknown, after(33)), "the time of the last write is unknown");
        assert!(is_held(&lease("other"), None));
        assert!(!is_held(&lease(""), after(0)));
    }
    async fn state_of(code: u16, body: Value) -> Result<Lock, LiveError> {
        let (client, requests) = answering(move |_: &Seen| (code, body.clone()));
        let found = state(&client, "shop").await;
        let path = requests.lock().expect("no test panics")[0].path.clone();
        assert_eq!(path, "/apis/coordination.k8s.io/v1/namespaces/shop/leases/optakit-shop");
        found
    }

    #[tokio::test]
    async fn lock_is_held_if_it_cannot_be_read_or_has_a_holder() {
        let lease = |holder: &str| json!({"spec": {"holderIdentity": holder}});
        assert_eq!(state_of(200, lease("other")).await.ok(), Some(Lock::Held));
        assert_eq!(state_of(200, lease("")).await.ok(), Some(Lock::Free));
        assert_eq!(state_of(404, Value::Null).await.ok(), Some(Lock::Free));
        assert_eq!(state_of(403, Value::Null).await.ok(), Some(Lock::Held));
        assert!(state_of(500, Value::Null).await.is_err());
    }
}
