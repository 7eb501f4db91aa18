//! The Deployments that the renderer can write. Their pods meet the Pod Security Standard of the
//! bundle (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>).

use serde_json::json;

use super::expected::Expected;
use super::metadata::{common_labels, object, selector};
use super::shape::{
    Field, MANY, Shape, any_number, any_text, either, exactly, items, map, one_item, one_of,
    optional, required,
};
use crate::kind::Kind;
use crate::metadata_key::{is_key, is_label_value, is_unconfined};
use crate::model::name::Names;
use crate::model::toleration::EFFECTS;
use crate::render::{Hardening, LINK_SECRET, MANUAL_SECRETS, Profile};

pub(super) fn shape<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let rolling =
        map([required("maxUnavailable", exactly(0)), required("maxSurge", exactly("25%"))]);
    let strategy =
        map([required("type", exactly("RollingUpdate")), required("rollingUpdate", rolling)]);
    let template = map([
        required("metadata", Shape::Map(pod_metadata(names, expected.profile))),
        required("spec", Shape::Map(pod(names, expected))),
    ]);
    let spec = map([
        optional("replicas", any_number()),
        required("selector", exactly(json!({ "matchLabels": selector(names) }))),
        required("strategy", strategy),
        required("progressDeadlineSeconds", any_number()),
        required("revisionHistoryLimit", any_number()),
        required("template", template),
    ]);
    object(Kind::Deployment, names, None, vec![required("spec", spec)])
}

fn pod_metadata(names: &Names, profile: Profile) -> Vec<Field<'static>> {
    let mut labels = common_labels(names);
    if profile.is_opta() {
        let service = format!("{}-{}", names.module.as_str(), names.layer.as_str());
        labels.push(required("tags.datadoghq.com/service", exactly(service)));
        labels.push(required("tags.datadoghq.com/version", any_text()));
    }
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
        required("containers", one_item(Shape::Map(container(expected)))),
        optional("volumes", one_item(exactly(certificates))),
        optional("tolerations", items(toleration(), 1..=MANY)),
        // The renderer does not write it. It cannot give a pod more rights.
        optional("schedulerName", any_text()),
    ];
    if expected.profile == Profile::Default {
        let security = match expected.hardening {
            Hardening::Baseline => json!({ "seccompProfile": { "type": "RuntimeDefault" } }),
            Hardening::Restricted => json!({
                "runAsNonRoot": true,
                "seccompProfile": { "type": "RuntimeDefault" },
            }),
        };
        fields.extend([
            required("automountServiceAccountToken", exactly(false)),
            // Bundles of earlier versions do not have it.
            optional("enableServiceLinks", exactly(false)),
            required("securityContext", exactly(security)),
            optional("topologySpreadConstraints", items(spread(names), 1..=2)),
        ]);
    }
    fields
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

fn container(expected: &Expected<'_>) -> Vec<Field<'static>> {
    let port = map([
        required("name", any_text()),
        required("containerPort", Shape::Number(0..=65_535)),
        required("protocol", exactly("TCP")),
    ]);
    let amounts = || map([required("cpu", any_text()), required("memory", any_text())]);
    let limits = match expected.profile {
        Profile::Default | Profile::Opta2021 => amounts(),
        Profile::Opta2022 => map([required("memory", any_text())]),
    };
    let resources = map([required("requests", amounts()), required("limits", limits)]);
    let mount = json!({ "name": "config", "mountPath": "/config", "readOnly": true });
    let mut fields = vec![
        required("name", exactly("k8s-service")),
        required("image", any_text()),
        required("imagePullPolicy", one_of(&["IfNotPresent", "Always"])),
        optional("command", items(any_text(), 1..=MANY)),
        optional("args", items(any_text(), 1..=MANY)),
        optional("ports", items(port, 1..=MANY)),
        optional("env", items(variable(), 1..=MANY)),
        required("resources", resources),
        optional("livenessProbe", probe()),
        optional("readinessProbe", probe()),
        optional("volumeMounts", one_item(exactly(mount))),
    ];
    if expected.profile == Profile::Opta2022 {
        let secret =
            |name: &str| exactly(json!({ "secretRef": { "name": name, "optional": true } }));
        let secrets = Shape::Each(vec![secret(LINK_SECRET), secret(MANUAL_SECRETS)]);
        fields.push(required("envFrom", secrets));
    }
    if expected.profile == Profile::Default {
        let security = match expected.hardening {
            Hardening::Baseline => json!({ "allowPrivilegeEscalation": false }),
            Hardening::Restricted => json!({
                "allowPrivilegeEscalation": false,
                "capabilities": { "drop": ["ALL"] },
            }),
        };
        let sleep = map([required("seconds", any_number())]);
        let lifecycle = map([required("preStop", map([required("sleep", sleep)]))]);
        fields.push(required("lifecycle", lifecycle));
        fields.push(required("securityContext", exactly(security)));
    }
    fields
}

/// An environment variable with a value, or from a Secret of the layer.
fn variable() -> Shape<'static> {
    let key = map([
        required("name", one_of(&[LINK_SECRET, MANUAL_SECRETS])),
        required("key", any_text()),
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
