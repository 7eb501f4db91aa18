//! The Deployment and its pods.

use std::collections::BTreeSet;

use super::context::ServiceContext;
use super::deadline::progress_deadline;
use super::env_value::env_value;
use super::image::ContainerImage;
use super::object::{Object, object};
use super::scale::{Scale, scale};
use super::secret::{LINK_SECRET, MANUAL_SECRETS};
use super::target::{Hardening, Profile};
use super::{config_map, labels, linkerd, pod, probe};
use crate::check::{Checked, env_vars};
use crate::kind::Kind;
use crate::model::k8s_service::K8sService;
use crate::model::link_variable::LinkVariable;
use crate::model::quantity::Quantity;
use crate::model::resource_request::ResourceRequest;
use crate::span::Span;
use crate::text::Text;
use crate::value::{Map, Value, ValueKind};

pub(super) fn render(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Object {
    let replicas = match scale(service) {
        Scale::Fixed(count) => Some(Value::from(count).at(service.min_containers.span)),
        Scale::Automatic(..) => None,
    };
    let rolling = Map::new().with("maxUnavailable", 0_i64).with("maxSurge", "25%");
    let spec = Map::new()
        .maybe("replicas", replicas)
        .with("selector", Map::new().with("matchLabels", labels::selector(context)))
        .with("strategy", Map::new().with("type", "RollingUpdate").with("rollingUpdate", rolling))
        .with(
            "progressDeadlineSeconds",
            Value::from(progress_deadline(service.timeout.value.0)).at(service.timeout.span),
        )
        .with(
            "revisionHistoryLimit",
            Value::from(service.max_history.value.0).at(service.max_history.span),
        )
        .with("template", template(service, image, context));
    object(
        Kind::Deployment,
        context.names.full.clone(),
        context,
        Map::new(),
        Map::new().with("spec", spec),
    )
}

fn template(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Map {
    let legacy = context.profile.is_opta();
    let annotations =
        linkerd::annotations(context.profile).overridden_by(service.pod_annotations.value.to_map());
    let metadata = Map::new()
        .with("labels", labels::of_pod(context).join(service.pod_labels.value.to_map()))
        .maybe("annotations", (!annotations.is_empty()).then_some(annotations));
    let mut spec = Map::new().with("serviceAccountName", context.names.module.clone());
    if !legacy {
        spec = spec
            .with("automountServiceAccountToken", false)
            // Variables such as `REDIS_PORT` of other Services break many programs.
            .with("enableServiceLinks", false)
            .with("securityContext", pod_security(context));
    }
    if !legacy && service.max_containers.value.0 >= 2 {
        spec = spec.with("topologySpreadConstraints", spread(context));
    }
    spec = spec.with("containers", vec![Value::from(container(service, image, context))]);
    spec = spec.maybe("tolerations", pod::tolerations(service));
    if config_map::is_needed(context) {
        let item = Map::new().with("key", config_map::KEY).with("path", config_map::KEY);
        let volume = Map::new()
            .with("name", context.names.full.clone())
            .with("items", vec![Value::from(item)]);
        spec = spec.with(
            "volumes",
            vec![Value::from(Map::new().with("name", "config").with("configMap", volume))],
        );
    }
    Map::new().with("metadata", metadata).with("spec", spec)
}

/// Returns the security context of the pod
/// (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>).
fn pod_security(context: &ServiceContext<'_>) -> Map {
    let no_root = (context.hardening == Hardening::Restricted).then_some(true);
    Map::new()
        .maybe("runAsNonRoot", no_root)
        .with("seccompProfile", Map::new().with("type", "RuntimeDefault"))
}

fn container_security(context: &ServiceContext<'_>) -> Map {
    let none = || Map::new().with("drop", vec![Value::from("ALL")]);
    let restricted = context.hardening == Hardening::Restricted;
    Map::new().with("allowPrivilegeEscalation", false).maybe("capabilities", restricted.then(none))
}

fn spread(context: &ServiceContext<'_>) -> Vec<Value> {
    let over = |key: &'static str| {
        let selector = Map::new().with("matchLabels", labels::selector(context));
        let constraint = Map::new()
            .with("maxSkew", 1_i64)
            .with("topologyKey", key)
            .with("whenUnsatisfiable", "ScheduleAnyway")
            .with("labelSelector", selector);
        Value::from(constraint)
    };
    vec![over("topology.kubernetes.io/zone"), over("kubernetes.io/hostname")]
}

fn container(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Map {
    let legacy = context.profile.is_opta();
    let policy = if image.by_digest && !legacy { "IfNotPresent" } else { "Always" };
    let ports = pod::container_ports(service);
    let env = env(service, context);
    let (command, args) = (pod::words(&service.commands.value), pod::words(&service.args.value));
    let mut container = Map::new()
        .with("name", "k8s-service")
        .with("image", Value::from(image.reference.clone()).at(image.origin))
        .with("imagePullPolicy", policy)
        .maybe("command", (!command.is_empty()).then_some(command))
        .maybe("args", (!args.is_empty()).then_some(args))
        .maybe("ports", (!ports.is_empty()).then_some(ports))
        .maybe("env", (!env.is_empty()).then_some(env))
        .maybe("envFrom", env_from(context.profile))
        .with("resources", resources(service, context.profile))
        .maybe("livenessProbe", probe::liveness(service, context.profile))
        .maybe("readinessProbe", probe::readiness(service, context.profile));
    if !legacy {
        // The pod serves requests until all nodes know that it is terminating.
        let sleep =
            Map::new().with("preStop", Map::new().with("sleep", Map::new().with("seconds", 5_i64)));
        container =
            container.with("lifecycle", sleep).with("securityContext", container_security(context));
    }
    if config_map::is_needed(context) {
        let mount =
            Map::new().with("name", "config").with("mountPath", "/config").with("readOnly", true);
        container = container.with("volumeMounts", vec![Value::from(mount)]);
    }
    container
}

/// Returns the environment variables in the order of Opta: the path of the certificates,
/// `env_vars`, links, `secrets`. Variables that values of `env_vars` refer to are before them.
fn env(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Value> {
    let mut env = Vec::new();
    let own = env_vars::RDS_CA_PATH;
    let given = service.env_vars.value.0.iter().any(|variable| variable.name.value.as_str() == own);
    if config_map::is_needed(context) && !given {
        env.push(Value::from(
            Map::new().with("name", own).with("value", format!("/config/{}", config_map::KEY)),
        ));
    }
    let from_secret = |name: Text, secret: &'static str, span: Span| {
        let reference = Map::new().with("name", secret).with("key", name.clone());
        Value::from(
            Map::new()
                .with("name", name)
                .with("valueFrom", Map::new().with("secretKeyRef", reference)),
        )
        .at(span)
    };
    let from_link = |variable: &LinkVariable| {
        from_secret(Text::literal(&variable.name), LINK_SECRET, variable.span)
    };
    let link_variables = |in_text: bool| {
        context.link_variables.iter().filter(move |variable| variable.in_text == in_text)
    };
    env.extend(link_variables(true).map(from_link));
    for variable in &service.env_vars.value.0 {
        let value = env_value(&variable.value.value, context.link_variables, context.profile);
        let entry = Map::new()
            .with("name", Value::from(variable.name.value.clone()).at(variable.name.span))
            .with("value", Value::from(value).at(variable.value.span));
        env.push(Value::from(entry).at(variable.name.span));
    }
    if context.profile == Profile::Opta2022 {
        // The container gets all other variables of the Secrets from `envFrom`.
        return last_of_each_name(env);
    }
    env.extend(link_variables(false).map(from_link));
    env.extend(
        service
            .secrets
            .value
            .iter()
            .map(|secret| from_secret(secret.value.clone(), MANUAL_SECRETS, secret.span)),
    );
    last_of_each_name(env)
}

/// Returns the Secrets whose keys are all variables of the container. Only Opta 2022 had them.
fn env_from(profile: Profile) -> Option<Vec<Value>> {
    let secret = |name: &'static str| {
        let reference = Map::new().with("name", name).with("optional", true);
        Value::from(Map::new().with("secretRef", reference))
    };
    (profile == Profile::Opta2022).then(|| [LINK_SECRET, MANUAL_SECRETS].map(secret).to_vec())
}

/// Removes the variables that a later one replaces: the API server accepts each name once.
fn last_of_each_name(env: Vec<Value>) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Value> = env
        .into_iter()
        .rev()
        .filter(|variable| match variable.get("name").map(|name| &name.kind) {
            Some(ValueKind::Text(name)) => seen.insert(name.as_str().to_owned()),
            _ => true,
        })
        .collect();
    kept.reverse();
    kept
}

fn resources(service: &Checked<K8sService>, profile: Profile) -> Map {
    let request = match &service.resource_request {
        Some(request) => request.value.clone(),
        None => ResourceRequest::empty(),
    };
    let (cpu, cpu_span) = (&request.cpu.value, request.cpu.span);
    let (memory, memory_span) = (&request.memory.value, request.memory.span);
    let amounts = |cpu: &Quantity, memory: &Quantity| {
        Map::new()
            .with("cpu", Value::from(format!("{}m", cpu.to_text())).at(cpu_span))
            .with("memory", Value::from(memory.to_memory()).at(memory_span))
    };
    let limit = service.resource_limits.as_ref().and_then(|limits| limits.value.memory.as_ref());
    let (memory_limit, limit_span) = match limit {
        Some(limit) => (limit.value.clone(), Some(limit.span)),
        None => (memory.twice(), memory_span),
    };
    // Opta 2022 did not limit the CPU.
    let cpu_limit = (profile != Profile::Opta2022)
        .then(|| Value::from(format!("{}m", cpu.twice().to_text())).at(cpu_span));
    let limits = Map::new()
        .maybe("cpu", cpu_limit)
        .with("memory", Value::from(memory_limit.to_memory()).at(limit_span));
    Map::new().with("requests", amounts(cpu, memory)).with("limits", limits)
}
