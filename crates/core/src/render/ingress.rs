//! Ingresses for ingress-nginx, one per `public_uri`
//! (<https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>).

use super::address::{Address, addresses};
use super::context::ServiceContext;
use super::object::{Object, object};
use super::target::Profile;
use crate::check::Checked;
use crate::kind::Kind;
use crate::model::k8s_service::{INGRESS_CLASS, K8sService};
use crate::model::port::PortKind;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, Value};

const NGINX: &str = "nginx.ingress.kubernetes.io";

pub(super) fn render(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Object> {
    addresses(service, context).iter().map(|address| ingress(address, service, context)).collect()
}

fn ingress(
    address: &Address,
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Object {
    let uri = &address.uri;
    let (prefix, pattern) = match context.profile {
        Profile::Default => {
            let prefix = without_slash(&uri.prefix);
            let pattern = literal_pattern(&prefix);
            (prefix, pattern)
        }
        Profile::Opta2021 | Profile::Opta2022 => (uri.prefix.clone(), uri.prefix.clone()),
    };
    let at_root = prefix.as_str() == "/";
    // The second group is the path after the prefix. The annotation `rewrite-target` uses it.
    let path = if at_root {
        prefix.clone()
    } else {
        TextBuilder::default().text(&pattern).push("(/|$)(.*)").build()
    };
    let rules = vec![rule(address, path, "ImplementationSpecific", context)];
    let spec = Map::new().with("ingressClassName", class(service, "nginx")).with("rules", rules);
    let rewrite = rewrite_target(service, &prefix, context);
    let annotations = annotations(address.port.kind, rewrite, service, context)
        .overridden_by(service.ingress_extra_annotations.value.to_map());
    let rest = Map::new().with("spec", spec);
    object(Kind::Ingress, address.name(context), context, annotations, rest)
}

/// Returns the ingress class from the annotation, or the default. The API server rejects an Ingress
/// whose annotation names another class.
pub(super) fn class(service: &Checked<K8sService>, default: &'static str) -> Value {
    let annotations = &service.ingress_extra_annotations.value.0;
    match annotations.iter().find(|(key, _)| key.value == INGRESS_CLASS) {
        Some((_, class)) => Value::from(class.value.clone()).at(class.span),
        None => Value::from(default),
    }
}

/// Returns a path without a slash at its end, which is a part of what follows.
fn without_slash(path: &Text) -> Text {
    if !path.is_known() {
        return path.clone();
    }
    path.slice(0..path.as_str().trim_end_matches('/').len().max(1))
}

/// Returns the regular expression that matches a path only.
fn literal_pattern(path: &Text) -> Text {
    let mut pattern = TextBuilder::default();
    let mut start = 0;
    let is_operator = |c: char| matches!(c, '.' | '+' | '$' | '\\' | '?' | '{' | '}');
    let is_in_hole =
        |at: usize| path.holes().iter().any(|hole| (hole.start..hole.end).contains(&at));
    for (at, operator) in path.as_str().match_indices(is_operator) {
        if !is_in_hole(at) {
            pattern = pattern.text(&path.slice(start..at)).push("\\").push(operator);
            start = at + operator.len();
        }
    }
    if start == 0 {
        return path.clone();
    }
    pattern.text(&path.slice(start..path.as_str().len())).build()
}

/// Returns the rule of an Ingress, which routes a host and a path to the Service.
pub(super) fn rule(
    address: &Address,
    path: Text,
    path_type: &'static str,
    context: &ServiceContext<'_>,
) -> Value {
    let (number, span) = address.port.service_port;
    let port = match context.profile {
        Profile::Default | Profile::Opta2021 => {
            Map::new().with("number", Value::from(number).at(span))
        }
        Profile::Opta2022 => Map::new().with("name", address.port.name.clone()),
    };
    let backend = Map::new()
        .with("service", Map::new().with("name", address.backend.clone()).with("port", port));
    let path = Map::new().with("path", path).with("pathType", path_type).with("backend", backend);
    let span = address.uri.span;
    let rule = Map::new()
        .maybe("host", address.uri.host.clone().map(|host| Value::from(host).at(span)))
        .with("http", Map::new().with("paths", vec![Value::from(path).at(span)]));
    Value::from(rule).at(span)
}

/// Returns the annotation for the path that the container receives: without the prefix, unless the
/// service keeps it.
fn rewrite_target(
    service: &Checked<K8sService>,
    prefix: &Text,
    context: &ServiceContext<'_>,
) -> Option<(&'static str, Value)> {
    if prefix.as_str() == "/" {
        return None;
    }
    let keep = &service.keep_path_prefix;
    let target = if !keep.value {
        Text::constant("/$2")
    } else if context.profile == Profile::Default && !is_possible_target(prefix) {
        // The path does not change, but it is still a pattern.
        return Some(("use-regex", Value::from("true").at(keep.span)));
    } else {
        TextBuilder::default().text(prefix).push("$1$2").build()
    };
    Some(("rewrite-target", Value::from(target).at(keep.span)))
}

/// Whether `rewrite-target` can contain a path. ingress-nginx ignores a target with other
/// characters, and reads `$` as the start of a variable.
fn is_possible_target(path: &Text) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/:".contains(c);
    !path.is_known() || path.as_str().chars().all(is_allowed)
}

fn annotations(
    port: PortKind,
    rewrite: Option<(&'static str, Value)>,
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Map {
    let mut annotations = Map::new();
    if service.sticky_session.value {
        let age = Value::from(service.sticky_session_max_age.value.0.to_string())
            .at(service.sticky_session_max_age.span);
        let cookie = match context.profile {
            Profile::Default => "opta_cookie",
            Profile::Opta2021 | Profile::Opta2022 => "opta-cookie",
        };
        annotations = annotations
            .with(
                format!("{NGINX}/affinity"),
                Value::from("cookie").at(service.sticky_session.span),
            )
            .with(
                format!("{NGINX}/session-cookie-name"),
                Value::from(cookie).at(service.sticky_session.span),
            )
            .with(format!("{NGINX}/session-cookie-expires"), age.clone())
            .with(format!("{NGINX}/session-cookie-max-age"), age);
    }
    if let Some(hash) = &service.consistent_hash {
        annotations = annotations.with(
            format!("{NGINX}/upstream-hash-by"),
            Value::from(hash.value.clone()).at(hash.span),
        );
    }
    if let Some((annotation, value)) = rewrite {
        annotations = annotations.with(format!("{NGINX}/{annotation}"), value);
    }
    if port == PortKind::Grpc {
        annotations = annotations.with(format!("{NGINX}/backend-protocol"), "GRPC");
    }
    annotations = annotations.with("cert-manager.io/cluster-issuer", "opta-selfsigned");
    if port == PortKind::Websocket {
        // Idle websockets stay open.
        annotations = annotations
            .with(format!("{NGINX}/proxy-read-timeout"), "3600")
            .with(format!("{NGINX}/proxy-send-timeout"), "3600");
    }
    annotations
}
