//! Reads objects that have times which the client library cannot represent.
//!
//! The API server accepts every year from 0 to 9999 in the status of an object, and shows it in
//! UTC. The library rejects the last days of 9999, and years that a time zone moves out of this
//! range. One such time would make every list and watch fail, so it is removed.

use std::borrow::Cow;

use k8s_openapi::jiff::Timestamp;
use kube::Resource;
use kube::api::ObjectMeta;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The keys of times in metadata and in the kinds that Optakit reads.
const TIMES: &[&str] = &[
    "acquireTime",
    "creationTimestamp",
    "deletionTimestamp",
    "eventTime",
    "finishedAt",
    "firstTimestamp",
    "lastObservedTime",
    "lastProbeTime",
    "lastTimestamp",
    "lastTransitionTime",
    "lastUpdateTime",
    "renewTime",
    "startTime",
    "startedAt",
    "time",
];

/// An object without the times that cannot be represented.
#[derive(Clone, Debug)]
pub(crate) struct Lenient<K>(pub(crate) K);

impl<'de, K: DeserializeOwned> Deserialize<'de> for Lenient<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse(Value::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

/// Converts JSON to an object. Removes times that cannot be represented.
///
/// # Errors
///
/// Fails if the JSON is not an object of this kind.
pub(crate) fn parse<K: DeserializeOwned>(mut object: Value) -> Result<K, serde_json::Error> {
    K::deserialize(&object).or_else(|_| {
        remove_unknown_times(&mut object);
        serde_json::from_value(object)
    })
}

fn remove_unknown_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let is_unknown = |key: &str, value: &Value| {
                TIMES.contains(&key)
                    && value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_err())
            };
            fields.retain(|key, value| !is_unknown(key, value));
            fields.values_mut().for_each(remove_unknown_times);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_unknown_times),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl<K: Resource> Resource for Lenient<K> {
    type DynamicType = K::DynamicType;
    type Scope = K::Scope;

    fn kind(dynamic: &Self::DynamicType) -> Cow<'_, str> {
        K::kind(dynamic)
    }

    fn group(dynamic: &Self::DynamicType) -> Cow<'_, str> {
        K::group(dynamic)
    }

    fn version(dynamic: &Self::DynamicType) -> Cow<'_, str> {
        K::version(dynamic)
    }

    fn plural(dynamic: &Self::DynamicType) -> Cow<'_, str> {
        K::plural(dynamic)
    }

    fn meta(&self) -> &ObjectMeta {
        self.0.meta()
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        self.0.meta_mut()
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::coordination::v1::Lease;
    use k8s_openapi::api::core::v1::Pod;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_times_that_cannot_be_represented_are_removed() {
        for end in ["9999-12-31T23:59:59Z", "10000-01-01T04:59:59Z", "-001-12-31T19:00:00Z"] {
            let status = json!({
                "startTime": end,
                "conditions": [
                    {"type": "Ready", "status": "True", "lastTransitionTime": end},
                    {"type": "A", "status": "True", "lastTransitionTime": "0001-01-01T00:00:00Z"},
                ],
            });
            let fields = json!([{"manager": "x", "time": end}]);
            let metadata = json!({"managedFields": fields, "annotations": {"until": end}});
            let pod = parse(json!({"metadata": metadata, "status": status}));
            let pod: Pod = pod.expect("a pod");
            let status = pod.status.expect("the pod has a status");
            assert_eq!(status.start_time, None);
            let conditions = status.conditions.expect("the pod has conditions");
            assert_eq!(conditions[0].last_transition_time, None);
            assert!(conditions[1].last_transition_time.is_some());
            assert_eq!(pod.metadata.annotations.expect("annotations")["until"], end);
        }
    }

    #[test]
    fn holder_of_a_lease_is_kept() {
        let spec = json!({
            "holderIdentity": "x",
            "acquireTime": "9999-12-31T23:59:59.999999Z",
            "renewTime": "2026-01-01T00:00:00.000000Z",
        });
        let lease: Lease = parse(json!({"metadata": {}, "spec": spec})).expect("a Lease");
        let spec = lease.spec.expect("it has a spec");
        assert_eq!(spec.holder_identity.as_deref(), Some("x"));
        assert_eq!(spec.acquire_time, None);
        assert!(spec.renew_time.is_some());
    }
}
