//! The pods that the renderer can write. They meet the Pod Security Standard of the bundle (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>).

use serde_json::{Value, json};

use super::expected::Expected;
use super::metadata::{common_labels, selector};
use super::shape::{
    Field, MANY, Shape, any_number, any_text, either, exactly, items, map, one_item, one_of,
    optional, required, text,
};
use crate::kind::Kind;
use crate::metadata_key::{is_key, is_label_value, is_unconfined};
use crate::model::name::Names;
use crate::model::toleration::EFFECTS;
use crate::render::{Hardening, LINK_SECRET, MANUAL_SECRETS, Profile};

pub(super) fn pod_template<'a>(
    kind: Kind,
    names: &'a Names,
    expected: &'a Expected<'_>,
) -> Shape<'a> {
    let mut labels = common_labels(names);
    if expected.profile.is_opta() {
        labels.extend(datadog_labels(names));
    }
    let mut fields = pod(names, expected);
    fields.push(required("containers", one_item(Shape::Map(container(kind, expected)))));
    if expected.profile == Profile::Default {
        let volumes = (kind == Kind::StatefulSet)
            .then_some(json!({ "fsGroup": 1000, "fsGroupChangePolicy": "OnRootMismatch" }));
        fields.extend([
            required("securityContext", exactly(pod_security(expected, volumes))),
            optional("topologySpreadConstraints", items(spread(names), 1..=2)),
        ]);
    }
    map([
        required("metadata", Shape::Map(pod_metadata(labels))),
        required("spec", Shape::Map(fields)),
    ])
}

/// Returns the shape of the template of the pods of a CronJob. Only in the profile `opta-2022` does
/// the selector of the service match them.
pub(super) fn job_template<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let is_opta_2022 = expected.profile == Profile::Opta2022;
    let mut labels = common_labels(names);
    if is_opta_2022 {
        labels.extend(datadog_labels(names));
        labels.extend(
            [
                ("helm.sh/chart", "k8s-service-0.1.2"),
                ("app.kubernetes.io/version", "1.16.0"),
                ("app.kubernetes.io/managed-by", "Helm"),
                ("cronjob", "true"),
            ]
            .map(|(key, value)| required(key, exactly(value))),
        );
    } else {
        labels.retain(|label| !label.is("app.kubernetes.io/name"));
        labels.push(required("app.kubernetes.io/name", exactly("k8s-service-cron")));
    }
    let mut fields = pod(names, expected);
    if is_opta_2022 {
        fields.retain(|field| !field.is("serviceAccountName"));
    }
    if expected.profile == Profile::Default {
        fields.push(required("securityContext", exactly(pod_security(expected, None))));
    }
    fields.extend([
        required("restartPolicy", exactly("Never")),
        required("containers", one_item(Shape::Map(job_container(expected)))),
    ]);
    map([
        required("metadata", Shape::Map(pod_metadata(labels))),
        required("spec", Shape::Map(fields)),
    ])
}

fn datadog_labels(names: &Names) -> [Field<'static>; 2] {
    let services = [names.module.clone(), names.headless()];
    let services = services.map(|name| format!("{}-{}", name.as_str(), names.layer.as_str()));
    [
        required(
            "tags.datadoghq.com/service",
            text("the name of the service", move |text| services.iter().any(|name| name == text)),
        ),
        required("tags.datadoghq.com/version", any_text()),
    ]
}

fn pod_metadata(labels: Vec<Field<'static>>) -> Vec<Field<'static>> {
    let labels = Shape::Open(labels, |key, value| is_key(key) && is_label_value(value));
    let annotations =
        Shape::Open(Vec::new(), |key, value| is_key(key) && !is_unconfined(key, value));
    vec![required("labels", labels), optional("annotations", annotations)]
}

fn pod<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Vec<Field<'a>> {
    let item = json!({ "key": "rds_ca.pem", "path": "rds_ca.pem" });
    let certificates = json!({
        "name": "config",
        "configMap": { "name": names.full.as_str(), "items": [item] },
    });
    let mut fields = vec![
        required("serviceAccountName", exactly(names.module.as_str())),
        optional("volumes", one_item(exactly(certificates))),
        optional("tolerations", items(toleration(), 1..=MANY)),
        // The renderer does not write it. It cannot give a pod more rights.
        optional("schedulerName", any_text()),
    ];
    if expected.profile == Profile::Default {
        fields.extend([
            required("automountServiceAccountToken", exactly(false)),
            // Bundles of earlier versions do not have it.
            optional("enableServiceLinks", exactly(false)),
        ]);
    }
    fields
}

/// Returns the security context of a pod, with these fields too.
fn pod_security(expected: &Expected<'_>, more: Option<Value>) -> Value {
    let mut security = json!({ "seccompProfile": { "type": "RuntimeDefault" } });
    match expected.hardening {
        Hardening::Baseline => {}
        Hardening::Restricted => security["runAsNonRoot"] = true.into(),
    }
    if let (Some(fields), Some(Value::Object(more))) = (security.as_object_mut(), more) {
        fields.extend(more);
    }
    security
}

fn spread(names: &Names) -> Shape<'static> {
    map([
        required("maxSkew", any_number()),
        required("topologyKey", one_of(&["topology.kubernetes.io/zone", "kubernetes.io/hostname"])),
        required("whenUnsatisfiable", exactly("ScheduleAnyway")),
        required("labelSelector", exactly(json!({ "matchLabels": selector(names) }))),
    ])
}

fn toleration() -> Shape<'static> {
    map([
        required("key", any_text()),
        required("value", any_text()),
        required("effect", one_of(EFFECTS)),
    ])
}

/// Returns the fields that all containers have.
fn common_fields(expected: &Expected<'_>, mounts: Shape<'static>) -> Vec<Field<'static>> {
    let amounts = || map([required("cpu", any_text()), required("memory", any_text())]);
    let limits = match expected.profile {
        Profile::Default | Profile::Opta2021 => amounts(),
        Profile::Opta2022 => map([required("memory", any_text())]),
    };
    let resources = map([required("requests", amounts()), required("limits", limits)]);
    let security = match expected.hardening {
        Hardening::Baseline => json!({ "allowPrivilegeEscalation": false }),
        Hardening::Restricted => json!({
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
        }),
    };
    let mut fields = vec![
        required("image", any_text()),
        required("imagePullPolicy", one_of(&["IfNotPresent", "Always"])),
        optional("command", items(any_text(), 1..=MANY)),
        optional("args", items(any_text(), 1..=MANY)),
        optional("env", items(variable(), 1..=MANY)),
        required("resources", resources),
        optional("volumeMounts", mounts),
    ];
    if expected.profile == Profile::Default {
        fields.push(required("securityContext", exactly(security)));
    }
    fields
}

/// The mount of the certificates.
fn config_mount() -> Shape<'static> {
    exactly(json!({ "name": "config", "mountPath": "/config", "readOnly": true }))
}

/// The mount of the certificates, or of a volume.
fn mount() -> Shape<'static> {
    let path = text("an absolute path", |text| text.starts_with('/') && !text.contains(':'));
    either(
        |mount| mount["name"] == "config",
        config_mount(),
        map([required("name", claim_name()), required("mountPath", path)]),
    )
}

/// The name of a claim: `opta-persistent-0`.
pub(super) fn claim_name() -> Shape<'static> {
    text("the name of a claim", |text| {
        text.strip_prefix("opta-persistent-").is_some_and(|index| index.parse::<u16>().is_ok())
    })
}

fn env_from(names: &[&str]) -> Shape<'static> {
    let secret = |name: &&str| exactly(json!({ "secretRef": { "name": name, "optional": true } }));
    Shape::Each(names.iter().map(secret).collect())
}

fn job_container(expected: &Expected<'_>) -> Vec<Field<'static>> {
    let mut fields = common_fields(expected, one_item(config_mount()));
    fields.push(required("name", exactly("cron")));
    if expected.profile == Profile::Opta2022 {
        fields.push(required("envFrom", env_from(&[MANUAL_SECRETS])));
    }
    fields
}

fn container(kind: Kind, expected: &Expected<'_>) -> Vec<Field<'static>> {
    let port = map([
        required("name", any_text()),
        required("containerPort", Shape::Number(0..=65_535)),
        required("protocol", exactly("TCP")),
    ]);
    let mounts = match kind {
        Kind::StatefulSet => items(mount(), 1..=MANY),
        _ => one_item(config_mount()),
    };
    let mut fields = common_fields(expected, mounts);
    fields.extend([
        required("name", exactly("k8s-service")),
        optional("ports", items(port, 1..=MANY)),
        optional("livenessProbe", probe()),
        optional("readinessProbe", probe()),
    ]);
    if expected.profile == Profile::Opta2022 {
        fields.push(required("envFrom", env_from(&[LINK_SECRET, MANUAL_SECRETS])));
    }
    if expected.profile == Profile::Default {
        let sleep = map([required("seconds", any_number())]);
        let lifecycle = map([required("preStop", map([required("sleep", sleep)]))]);
        fields.push(required("lifecycle", lifecycle));
    }
    fields
}

/// An environment variable with a value, or from a Secret of the layer.
fn variable() -> Shape<'static> {
    let key = map([
        required("name", one_of(&[LINK_SECRET, MANUAL_SECRETS])),
        required("key", any_text()),
        optional("optional", exactly(true)),
    ]);
    either(
        |variable| variable.get("valueFrom").is_some(),
        map([
            required("name", any_text()),
            required("valueFrom", map([required("secretKeyRef", key)])),
        ]),
        map([required("name", any_text()), required("value", any_text())]),
    )
}

fn probe() -> Shape<'static> {
    let get = map([required("port", any_text()), required("path", any_text())]);
    map([
        optional("httpGet", get),
        optional("exec", map([required("command", items(any_text(), 1..=MANY))])),
        optional("tcpSocket", map([required("port", any_text())])),
        required("initialDelaySeconds", any_number()),
        optional("periodSeconds", any_number()),
    ])
}
