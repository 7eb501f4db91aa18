//! The pods of a Deployment or StatefulSet.

use super::context::ServiceContext;
use super::image::ContainerImage;
use super::secret::{LINK_SECRET, MANUAL_SECRETS};
use super::target::{Hardening, Profile};
use super::{config_map, env, labels, linkerd, pod, probe, volumes};
use crate::check::Checked;
use crate::model::k8s_service::K8sService;
use crate::model::quantity::Quantity;
use crate::model::resource_request::ResourceRequest;
use crate::value::{Map, Value};

/// The group of the files in volumes. Kubernetes makes it a group of every user in the container,
/// so that programs that do not run as root can write.
const VOLUME_GROUP: i64 = 1000;

/// Returns the template of the pods.
pub(super) fn pod_template(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Map {
    let legacy = context.profile.is_opta();
    let annotations = linkerd::annotations(context.profile, service.is_stateful())
        .overridden_by(service.pod_annotations.value.to_map());
    let labels = labels::of_pod(context, service.is_stateful());
    let metadata = Map::new()
        .with("labels", labels.join(service.pod_labels.value.to_map()))
        .maybe("annotations", (!annotations.is_empty()).then_some(annotations));
    let mut spec = pod_fields(context);
    if !legacy {
        let security = pod_security(context)
            .maybe("fsGroup", service.is_stateful().then_some(VOLUME_GROUP))
            // Without it, Kubernetes changes the group of every file at each start.
            .maybe("fsGroupChangePolicy", service.is_stateful().then_some("OnRootMismatch"));
        spec = spec.overridden_by(Map::new().with("securityContext", security));
    }
    if !legacy && service.max_containers.value.0 >= 2 {
        spec = spec.with("topologySpreadConstraints", spread(context));
    }
    spec = spec
        .with("containers", vec![Value::from(container(service, image, context))])
        .maybe("tolerations", pod::tolerations(service))
        .maybe("volumes", config_volume(context).map(|volume| vec![volume]));
    Map::new().with("metadata", metadata).with("spec", spec)
}

/// Returns the fields that all pods of a service have.
pub(super) fn pod_fields(context: &ServiceContext<'_>) -> Map {
    let fields = Map::new().with("serviceAccountName", context.names.module.clone());
    if context.profile.is_opta() {
        return fields;
    }
    fields
        .with("automountServiceAccountToken", false)
        // Variables such as `REDIS_PORT` of other Services break many programs.
        .with("enableServiceLinks", false)
        .with("securityContext", pod_security(context))
}

/// Returns the volume with the certificates of RDS, if the service needs them.
pub(super) fn config_volume(context: &ServiceContext<'_>) -> Option<Value> {
    let item = Map::new().with("key", config_map::KEY).with("path", config_map::KEY);
    let map =
        Map::new().with("name", context.names.full.clone()).with("items", vec![Value::from(item)]);
    let volume = Map::new().with("name", "config").with("configMap", map);
    config_map::is_needed(context).then(|| volume.into())
}

/// Returns the mount of the certificates of RDS, if the service needs them.
pub(super) fn config_mount(context: &ServiceContext<'_>) -> Option<Value> {
    let mount =
        Map::new().with("name", "config").with("mountPath", "/config").with("readOnly", true);
    config_map::is_needed(context).then(|| mount.into())
}

/// Returns the security context of the pod
/// (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>).
fn pod_security(context: &ServiceContext<'_>) -> Map {
    let no_root = (context.hardening == Hardening::Restricted).then_some(true);
    Map::new()
        .maybe("runAsNonRoot", no_root)
        .with("seccompProfile", Map::new().with("type", "RuntimeDefault"))
}

/// Returns the security context of a container.
pub(super) fn container_security(context: &ServiceContext<'_>) -> Map {
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

/// Returns name and image of a container.
pub(super) fn image_fields(
    name: &'static str,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Map {
    let is_pulled_once = image.by_digest && !context.profile.is_opta();
    Map::new()
        .with("name", name)
        .with("image", Value::from(image.reference.clone()).at(image.origin))
        .with("imagePullPolicy", if is_pulled_once { "IfNotPresent" } else { "Always" })
}

fn container(
    service: &Checked<K8sService>,
    image: &ContainerImage,
    context: &ServiceContext<'_>,
) -> Map {
    let legacy = context.profile.is_opta();
    let ports = pod::container_ports(service);
    let env = env::of_service(service, context);
    let mut container = image_fields("k8s-service", image, context);
    // The StatefulSet of Opta 2022 always had the command of the image.
    if !(context.profile == Profile::Opta2022 && service.is_stateful()) {
        let (command, args) =
            (pod::words(&service.commands.value), pod::words(&service.args.value));
        container = container
            .maybe("command", (!command.is_empty()).then_some(command))
            .maybe("args", (!args.is_empty()).then_some(args));
    }
    // Only Opta 2022 had Secrets whose keys are all variables of the container.
    let env_from =
        (context.profile == Profile::Opta2022).then(|| env_from(&[LINK_SECRET, MANUAL_SECRETS]));
    container = container
        .maybe("ports", (!ports.is_empty()).then_some(ports))
        .maybe("env", (!env.is_empty()).then_some(env))
        .maybe("envFrom", env_from)
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
    let mounts: Vec<Value> =
        config_mount(context).into_iter().chain(volumes::mounts(service)).collect();
    container.maybe("volumeMounts", (!mounts.is_empty()).then_some(mounts))
}

/// Returns the Secrets whose keys are all variables of a container.
pub(super) fn env_from(secrets: &[&'static str]) -> Vec<Value> {
    let secret = |name: &&'static str| {
        let reference = Map::new().with("name", *name).with("optional", true);
        Value::from(Map::new().with("secretRef", reference))
    };
    secrets.iter().map(secret).collect()
}

/// Returns the requests and limits of a container.
pub(super) fn resources(service: &Checked<K8sService>, profile: Profile) -> Map {
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
