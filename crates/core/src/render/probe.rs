//! The probes of a container.

use super::target::Profile;
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
    /// The path that the request has, if it is another one.
    sent: Option<&'a Spanned<Text>>,
}

type Command = Spanned<Vec<Spanned<Text>>>;

pub(super) fn liveness(service: &Checked<K8sService>, profile: Profile) -> Option<Value> {
    let fields = ProbeFields {
        path: service.liveness_probe_path.as_ref(),
        command: service.liveness_probe_command.as_ref(),
        delay: &service.initial_liveness_delay,
        period: None,
        sent: None,
    };
    probe(service, &fields, profile)
}

pub(super) fn readiness(service: &Checked<K8sService>, profile: Profile) -> Option<Value> {
    // The StatefulSet of Opta 2022 sent both probes to the path of the liveness probe.
    let liveness = service.liveness_probe_path.as_ref().or(service.healthcheck_path.as_ref());
    let sent = liveness.filter(|_| is_stateful_set_of_opta(service, profile));
    let fields = ProbeFields {
        path: service.readiness_probe_path.as_ref(),
        command: service.readiness_probe_command.as_ref(),
        delay: &service.initial_readiness_delay,
        period: Some(10),
        sent: sent.filter(|path| !path.value.as_str().is_empty()),
    };
    probe(service, &fields, profile)
}

/// Returns a probe. Its path or command overrides those of the health check. An empty path or
/// command disables the probe.
fn probe(
    service: &Checked<K8sService>,
    fields: &ProbeFields<'_>,
    profile: Profile,
) -> Option<Value> {
    // The StatefulSet of Opta 2022 had no commands.
    let has_commands = !is_stateful_set_of_opta(service, profile);
    let own_command = fields.command.filter(|_| has_commands);
    let (path, command) = if fields.path.is_some() || own_command.is_some() {
        (fields.path, own_command)
    } else {
        let command = service.healthcheck_command.as_ref();
        (service.healthcheck_path.as_ref(), command.filter(|_| has_commands))
    };
    let (action, span, period) = match (path, command) {
        (Some(path), _) if path.value.as_str().is_empty() => return None,
        (Some(path), _) => {
            let sent = fields.sent.unwrap_or(path);
            (path_action(service, sent, profile)?, path.span, fields.period)
        }
        (None, Some(command)) => {
            // Opta 2022 set no period for commands.
            let period = fields.period.filter(|_| profile != Profile::Opta2022);
            (command_action(command)?, command.span, period)
        }
        (None, None) => return None,
    };
    let delay = Value::from(fields.delay.value.0).at(fields.delay.span);
    let probe = action.with("initialDelaySeconds", delay).maybe("periodSeconds", period);
    Some(Value::from(probe).at(span))
}

fn path_action(
    service: &Checked<K8sService>,
    path: &Spanned<Text>,
    profile: Profile,
) -> Option<Map> {
    let port = service.port_of_probes()?;
    let name = Value::from(port.name).at(service.probe_port.as_ref().map(|name| name.span));
    // Opta 2022 sent HTTP to websockets and gRPC too.
    let is_http =
        port.kind == PortKind::Http || profile == Profile::Opta2022 && port.kind.is_http();
    if is_http {
        let get = Map::new()
            .with("port", name)
            .with("path", Value::from(path.value.clone()).at(path.span));
        return Some(Map::new().with("httpGet", get));
    }
    let socket = || Map::new().with("tcpSocket", Map::new().with("port", name));
    (port.kind != PortKind::Grpc).then(socket)
}

fn is_stateful_set_of_opta(service: &K8sService, profile: Profile) -> bool {
    profile == Profile::Opta2022 && service.is_stateful()
}

fn command_action(command: &Command) -> Option<Map> {
    let words = super::pod::words(&command.value);
    (!words.is_empty()).then(|| Map::new().with("exec", Map::new().with("command", words)))
}
