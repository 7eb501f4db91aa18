//! The probes of a container.

use crate::check::Checked;
use crate::model::k8s_service::K8sService;
use crate::model::number::Integer;
use crate::model::port::PortKind;
use crate::span::{Defaulted, Spanned};
use crate::text::Text;
use crate::value::{Map, Value};

/// The fields of a service that decide one probe.
struct ProbeFields<'a> {
    path: Option<&'a Spanned<Text>>,
    command: Option<&'a Command>,
    delay: &'a Defaulted<Integer>,
    period: Option<i64>,
}

type Command = Spanned<Vec<Spanned<Text>>>;

pub(super) fn liveness(service: &Checked<K8sService>) -> Option<Value> {
    let fields = ProbeFields {
        path: service.liveness_probe_path.as_ref(),
        command: service.liveness_probe_command.as_ref(),
        delay: &service.initial_liveness_delay,
        period: None,
    };
    probe(service, &fields)
}

pub(super) fn readiness(service: &Checked<K8sService>) -> Option<Value> {
    let fields = ProbeFields {
        path: service.readiness_probe_path.as_ref(),
        command: service.readiness_probe_command.as_ref(),
        delay: &service.initial_readiness_delay,
        period: Some(10),
    };
    probe(service, &fields)
}

/// Returns a probe. Its path or command overrides those of the health check. An empty path or
/// command disables the probe.
fn probe(service: &Checked<K8sService>, fields: &ProbeFields<'_>) -> Option<Value> {
    let (path, command) = if fields.path.is_some() || fields.command.is_some() {
        (fields.path, fields.command)
    } else {
        (service.healthcheck_path.as_ref(), service.healthcheck_command.as_ref())
    };
    let (action, span) = match (path, command) {
        (Some(path), _) => (path_action(service, path)?, path.span),
        (None, Some(command)) => (command_action(command)?, command.span),
        (None, None) => return None,
    };
    let delay = Value::from(fields.delay.value.0).at(fields.delay.span);
    let probe = action.with("initialDelaySeconds", delay).maybe("periodSeconds", fields.period);
    Some(Value::from(probe).at(span))
}

fn path_action(service: &Checked<K8sService>, path: &Spanned<Text>) -> Option<Map> {
    if path.value.as_str().is_empty() {
        return None;
    }
    let port = service.port_of_probes()?;
    let name = Value::from(port.name).at(service.probe_port.as_ref().map(|name| name.span));
    match port.kind {
        PortKind::Http => {
            let get = Map::new()
                .with("port", name)
                .with("path", Value::from(path.value.clone()).at(path.span));
            Some(Map::new().with("httpGet", get))
        }
        PortKind::Websocket | PortKind::Tcp => {
            Some(Map::new().with("tcpSocket", Map::new().with("port", name)))
        }
        PortKind::Grpc => None,
    }
}

fn command_action(command: &Command) -> Option<Map> {
    let words = super::pod::words(&command.value);
    (!words.is_empty()).then(|| Map::new().with("exec", Map::new().with("command", words)))
}
