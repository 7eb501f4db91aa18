//! The objects that the renderer can write, except for pods and public addresses.

use serde_json::json;

use super::expected::Expected;
use super::metadata::{object, selector};
use super::shape::{
    MANY, Shape, any_number, any_text, either, entries, exactly, items, map, one_of, optional,
    required, text,
};
use super::{arn, traffic, workloads};
use crate::kind::Kind;
use crate::model::cloud::Cloud;
use crate::model::name::Names;
use crate::render::LINK_SECRET;

/// Returns the shape of the object of a kind with a name, or the names that are allowed.
pub(super) fn shape<'a>(
    kind: Kind,
    name: &str,
    module: Option<&str>,
    expected: &'a Expected<'_>,
) -> Result<Shape<'a>, String> {
    if kind == Kind::Namespace {
        return Ok(namespace(expected));
    }
    let is_owner = |names: &&Names| is_name_of(kind, name, names);
    let by_label =
        |names: &&Names| is_owner(names) && module.is_none_or(|own| own == names.module.as_str());
    let mut modules = expected.modules.iter();
    let names = modules
        .clone()
        .find(by_label)
        .or_else(|| modules.find(is_owner))
        .ok_or_else(|| allowed_names(kind, expected))?;
    Ok(match kind {
        Kind::Namespace => namespace(expected),
        Kind::ServiceAccount => service_account(names, expected),
        Kind::ConfigMap => config_map(names),
        Kind::Secret => secret(names),
        Kind::Service => service(name, names),
        Kind::Deployment => workloads::deployment(names, expected),
        Kind::StatefulSet => workloads::stateful_set(names, expected),
        Kind::HorizontalPodAutoscaler => autoscaler(names),
        Kind::PodDisruptionBudget => disruption_budget(names),
        Kind::Ingress => traffic::ingress(names, expected),
        Kind::HttpRoute => traffic::http_route(names, expected),
        Kind::GrpcRoute => traffic::grpc_route(names, expected),
        Kind::TcpRoute => traffic::tcp_route(names, expected),
        Kind::CronJob => workloads::cron_job(names, expected),
    })
}

/// Whether the renderer gives an object of a module this name.
fn is_name_of(kind: Kind, name: &str, names: &Names) -> bool {
    match kind {
        Kind::Namespace => name == names.layer.as_str(),
        Kind::ServiceAccount => name == names.module.as_str(),
        Kind::Service => {
            let own = [names.module.clone(), names.headless(), names.load_balancer()];
            own.iter().any(|own| own.as_str() == name)
        }
        Kind::Secret => name == LINK_SECRET,
        Kind::ConfigMap
        | Kind::Deployment
        | Kind::StatefulSet
        | Kind::HorizontalPodAutoscaler
        | Kind::PodDisruptionBudget => name == names.full.as_str(),
        Kind::Ingress | Kind::HttpRoute | Kind::GrpcRoute => {
            suffix_of(name, names).is_some_and(|suffix| is_index(suffix) || is_hash_of_opta(suffix))
        }
        // The suffix of a TCPRoute is its port.
        Kind::CronJob | Kind::TcpRoute => suffix_of(name, names).is_some_and(is_index),
    }
}

/// Returns the text after the full name of a module and a dash.
fn suffix_of<'n>(name: &'n str, names: &Names) -> Option<&'n str> {
    name.strip_prefix(names.full.as_str())?.strip_prefix('-')
}

fn is_index(suffix: &str) -> bool {
    suffix.parse::<u16>().is_ok_and(|parsed| parsed.to_string() == suffix)
}

/// Whether the suffix is that of an Ingress of Opta 2022: 8 hexadecimal digits.
fn is_hash_of_opta(suffix: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    suffix.len() == 8 && suffix.bytes().all(is_digit)
}

fn allowed_names(kind: Kind, expected: &Expected<'_>) -> String {
    let of = |names: &Names| match kind {
        Kind::Namespace => names.layer.as_str().to_owned(),
        Kind::ServiceAccount | Kind::Service => names.module.as_str().to_owned(),
        Kind::Secret => LINK_SECRET.to_owned(),
        Kind::ConfigMap
        | Kind::Deployment
        | Kind::StatefulSet
        | Kind::HorizontalPodAutoscaler
        | Kind::PodDisruptionBudget => names.full.as_str().to_owned(),
        Kind::Ingress | Kind::HttpRoute | Kind::GrpcRoute | Kind::TcpRoute | Kind::CronJob => {
            format!("{}-<number>", names.full.as_str())
        }
    };
    let mut names: Vec<String> = expected.modules.iter().map(of).collect();
    names.dedup();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    crate::quote::quoted_list(&names)
}

fn namespace(expected: &Expected<'_>) -> Shape<'static> {
    let layer = expected.namespace();
    exactly(json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": layer,
            "labels": {
                "app.kubernetes.io/managed-by": "optakit",
                "opta.dev/layer-name": layer,
                "opta.dev/environment-name": expected.bundle.metadata.environment,
            },
        },
    }))
}

fn service_account<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let google = optional("iam.gke.io/gcp-service-account", exactly("placeholder"));
    if expected.cloud != Cloud::Aws {
        return object(Kind::ServiceAccount, names, Some(map([google])), Vec::new());
    }
    let role = arn::role(names.role(), expected);
    object(
        Kind::ServiceAccount,
        names,
        Some(map([required("eks.amazonaws.com/role-arn", role), google])),
        Vec::new(),
    )
}

fn config_map(names: &Names) -> Shape<'_> {
    let data = map([required("rds_ca.pem", any_text())]);
    object(Kind::ConfigMap, names, None, vec![required("data", data)])
}

fn secret(names: &Names) -> Shape<'_> {
    let rest =
        vec![required("type", exactly("Opaque")), required("stringData", entries(any_text()))];
    object(Kind::Secret, names, None, rest)
}

fn service<'a>(name: &str, names: &'a Names) -> Shape<'a> {
    let port = || {
        map([
            required("name", any_text()),
            required("port", Shape::Number(1..=65_535)),
            required("targetPort", text("the name of a port", |_| true)),
            required("protocol", exactly("TCP")),
        ])
    };
    let common = || {
        vec![required("type", exactly("ClusterIP")), required("selector", exactly(selector(names)))]
    };
    if name == names.load_balancer().as_str() {
        return load_balancer(names, items(port(), 1..=MANY));
    }
    let (mut public, mut headless) = (common(), common());
    public.push(required("ports", items(port(), 1..=MANY)));
    headless.extend([
        required("clusterIP", exactly("None")),
        optional("ports", items(port(), 1..=MANY)),
    ]);
    let spec =
        either(|spec| spec.get("clusterIP").is_some(), Shape::Map(headless), Shape::Map(public));
    let annotations = map([optional("nginx.opta.dev/extra-tcp-ports", any_text())]);
    object(Kind::Service, names, Some(annotations), vec![required("spec", spec)])
}

/// The Service with a Network Load Balancer for public TCP ports.
fn load_balancer<'a>(names: &'a Names, ports: Shape<'a>) -> Shape<'a> {
    let spec = map([
        required("type", exactly("LoadBalancer")),
        required("loadBalancerClass", exactly("service.k8s.aws/nlb")),
        required("selector", exactly(selector(names))),
        required("ports", ports),
    ]);
    let annotations = exactly(json!({
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
        "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
    }));
    object(Kind::Service, names, Some(annotations), vec![required("spec", spec)])
}

fn autoscaler(names: &Names) -> Shape<'_> {
    let target = map([
        required("type", exactly("Utilization")),
        required("averageUtilization", any_number()),
    ]);
    let resource = map([required("name", one_of(&["cpu", "memory"])), required("target", target)]);
    let metric = map([required("type", exactly("Resource")), required("resource", resource)]);
    let scaled = map([
        required("apiVersion", exactly("apps/v1")),
        required("kind", one_of(&["Deployment", "StatefulSet"])),
        required("name", exactly(names.full.as_str())),
    ]);
    let spec = map([
        required("scaleTargetRef", scaled),
        required("minReplicas", any_number()),
        required("maxReplicas", any_number()),
        required("metrics", items(metric, 1..=2)),
    ]);
    object(Kind::HorizontalPodAutoscaler, names, None, vec![required("spec", spec)])
}

fn disruption_budget(names: &Names) -> Shape<'_> {
    let spec = map([
        required("maxUnavailable", any_number()),
        required("selector", exactly(json!({ "matchLabels": selector(names) }))),
    ]);
    object(Kind::PodDisruptionBudget, names, None, vec![required("spec", spec)])
}
