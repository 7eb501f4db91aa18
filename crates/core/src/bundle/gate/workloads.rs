//! The Deployments, StatefulSets and CronJobs that the renderer can write.

use serde_json::json;

use super::expected::Expected;
use super::metadata::{object, selector};
use super::pods::{claim_name, job_template, pod_template};
use super::shape::{
    Field, MANY, Shape, any_number, any_text, exactly, items, map, optional, required, text,
};
use crate::kind::Kind;
use crate::model::name::Names;
use crate::render::TIMEOUT_ANNOTATION;

pub(super) fn deployment<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let rolling =
        map([required("maxUnavailable", exactly(0)), required("maxSurge", exactly("25%"))]);
    let strategy =
        map([required("type", exactly("RollingUpdate")), required("rollingUpdate", rolling)]);
    let mut spec = common(names);
    spec.extend([
        required("strategy", strategy),
        required("progressDeadlineSeconds", any_number()),
        required("template", pod_template(Kind::Deployment, names, expected)),
    ]);
    object(Kind::Deployment, names, None, vec![required("spec", Shape::Map(spec))])
}

pub(super) fn stateful_set<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let storage = text("a number of gibibytes", |text| {
        let digits = text.strip_suffix("Gi").unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let requests = map([required("requests", map([required("storage", storage)]))]);
    let claim = map([
        required("apiVersion", exactly("v1")),
        required("kind", exactly("PersistentVolumeClaim")),
        required("metadata", map([required("name", claim_name())])),
        required(
            "spec",
            map([
                required("accessModes", exactly(json!(["ReadWriteOnce"]))),
                required("resources", requests),
            ]),
        ),
    ]);
    let retained = json!({ "whenDeleted": "Retain", "whenScaled": "Retain" });
    let mut spec = common(names);
    spec.extend([
        required("serviceName", exactly(names.headless().as_str())),
        required("podManagementPolicy", exactly("Parallel")),
        required("updateStrategy", exactly(json!({ "type": "RollingUpdate" }))),
        required("persistentVolumeClaimRetentionPolicy", exactly(retained)),
        required("template", pod_template(Kind::StatefulSet, names, expected)),
        required("volumeClaimTemplates", items(claim, 1..=MANY)),
    ]);
    let annotations = map([required(TIMEOUT_ANNOTATION, any_text())]);
    object(Kind::StatefulSet, names, Some(annotations), vec![required("spec", Shape::Map(spec))])
}

/// Returns the fields that a Deployment and a StatefulSet share.
fn common(names: &Names) -> Vec<Field<'static>> {
    vec![
        optional("replicas", any_number()),
        required("selector", exactly(json!({ "matchLabels": selector(names) }))),
        required("revisionHistoryLimit", any_number()),
    ]
}

pub(super) fn cron_job<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let job = map([required("template", job_template(names, expected))]);
    let spec = map([
        required("schedule", any_text()),
        required("concurrencyPolicy", exactly("Forbid")),
        required("successfulJobsHistoryLimit", any_number()),
        required("failedJobsHistoryLimit", any_number()),
        required("jobTemplate", map([required("spec", job)])),
    ]);
    object(Kind::CronJob, names, None, vec![required("spec", spec)])
}
