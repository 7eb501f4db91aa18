//! The fields of a `k8s-service` module.

use super::cron_job::CronJobs;
use super::docs::{
    AFFINITY, ANNOTATIONS, AUTOSCALER, COMMAND, CONTAINERS, CRON_JOB, DEADLINE,
    ENVIRONMENT_VARIABLES, HASHING, HISTORY, IAM_ROLES, INGRESS, INGRESS_ANNOTATIONS, LABELS,
    NAMES, PROBES, RESOURCES, REWRITE, SECRET, SERVICE, STATEFUL_SET, TOLERATIONS,
};
use super::env_vars::EnvVars;
use super::field::{Alternative, ValueList};
use super::fields::fields;
use super::image::Image;
use super::link::Links;
use super::number::{Count, Integer, MAX_COUNT};
use super::port::Port;
use super::ports::Ports;
use super::rendered::{Rendered, RenderedKind, container};
use super::resource_limits::ResourceLimits;
use super::resource_request::ResourceRequest;
use super::synonym::SERVICE_WORDS;
use super::text_list::TextOrList;
use super::text_map::TextMap;
use super::toleration::Tolerations;
use super::unit::Unit;
use super::volume::Volumes;
use crate::kind::Kind;
use crate::span::Spanned;
use crate::text::Text;

/// The annotation that names the class of an Ingress. It also sets `spec.ingressClassName`.
pub const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

fields! {
    /// A service: a container with its Deployment, Service, autoscaler and Ingress.
    pub struct K8sService ("a `k8s-service`", synonyms: SERVICE_WORDS) {
        /// Name of the module. It is also the name of the Kubernetes Service and ServiceAccount.
        /// The name contains only lowercase letters and digits, and starts with a letter.
        /// If it is not set, the name is the module type without dashes.
        name: Text, {
            example: "api", never_number: true,
            renders: &[
                Rendered::part(Kind::Service, "metadata.name"),
                Rendered::part(Kind::ServiceAccount, "metadata.name"),
                Rendered::other(RenderedKind::AllObjects).note("part of their names and labels"),
            ],
            docs: Some(NAMES),
        };
        /// Type of the module: `k8s-service` or `aws-k8s-service`.
        kind as "type": Text, {
            example: "k8s-service", required: true, never_number: true,
            values: Some(ValueList::ModuleTypes),
        };
        /// Container image to run: `AUTO` or an image reference.
        /// `AUTO` creates a private ECR repository for images that you build.
        /// Any other image is pulled from Docker Hub, unless the reference names a registry.
        image: Image, {
            example: "AUTO", required: true,
            renders: &[
                container!("image"),
                Rendered::other(RenderedKind::EcrRepository).note("for `AUTO`"),
            ],
            docs: Some(CONTAINERS),
        };
        /// Port that the container listens on, with its protocol: `http`, `websocket` or `grpc`.
        /// `tcp` is the older name of `websocket`.
        /// The probes of a `websocket` port only open a connection.
        /// For several ports, use `ports` instead. `ports: []` means that the service has no port.
        port: Port, {
            example: "{http: 8080}", required: true, instead: Some(Alternative {
                name: "ports", hint: "`ports: []` if the container has no port",
            }),
            range: Some((1, 65535)),
            renders: &[
                container!("ports[].containerPort"),
                Rendered::part(Kind::Service, "spec.ports[].targetPort")
                    .note("port 80 of the Service"),
            ],
            docs: Some(SERVICE),
        };
        /// Ports that the container listens on, instead of `port`. Each has a name.
        ports: Ports, {
            example: "[{name: web, type: http, port: 8080}, {name: admin, type: tcp, port: 9000}]",
            renders: &[
                container!("ports[]"),
                Rendered::part(Kind::Service, "spec.ports[]"),
            ],
            docs: Some(SERVICE),
        };
        /// Name of the port that the probes use. The default is the first port.
        probe_port: Text, {
            example: "admin", never_number: true,
            renders: &[container!("livenessProbe"), container!("readinessProbe")],
            docs: Some(PROBES),
        };
        /// Minimum number of containers.
        /// To stop the service, set `min_containers` and `max_containers` to 0.
        min_containers: Count = 1, {
            example: "2", range: Some((0, MAX_COUNT)), unit: Some(Unit::Containers),
            renders: &[
                Rendered::part(Kind::HorizontalPodAutoscaler, "spec.minReplicas"),
                Rendered::part(Kind::Deployment, "spec.replicas").note("without an autoscaler"),
                Rendered::object(Kind::PodDisruptionBudget).note("for 2 or more"),
            ],
            docs: Some(AUTOSCALER),
        };
        /// Maximum number of containers that the autoscaler starts.
        max_containers: Count = 3, {
            example: "10", range: Some((0, MAX_COUNT)), unit: Some(Unit::Containers),
            renders: &[
                Rendered::part(Kind::HorizontalPodAutoscaler, "spec.maxReplicas"),
                Rendered::part(Kind::Deployment, "spec.template.spec.topologySpreadConstraints")
                    .note("for 2 or more"),
            ],
            docs: Some(AUTOSCALER),
        };
        /// Target CPU utilization for autoscaling, in percent of the CPU request.
        /// It is the average over all containers. 0 disables autoscaling by CPU.
        autoscaling_target_cpu_percentage: Count = 80, {
            example: "70", range: Some((0, MAX_COUNT)), unit: Some(Unit::PercentOfRequest),
            renders: &[
                Rendered::part(
                    Kind::HorizontalPodAutoscaler,
                    "spec.metrics[].resource.target.averageUtilization",
                )
                .note("of the metric `cpu`"),
            ],
            docs: Some(AUTOSCALER),
        };
        /// Target memory utilization for autoscaling, in percent of the memory request.
        /// It is the average over all containers. 0 disables autoscaling by memory.
        autoscaling_target_mem_percentage: Count = 80, {
            example: "70", range: Some((0, MAX_COUNT)), unit: Some(Unit::PercentOfRequest),
            renders: &[
                Rendered::part(
                    Kind::HorizontalPodAutoscaler,
                    "spec.metrics[].resource.target.averageUtilization",
                )
                .note("of the metric `memory`"),
            ],
            docs: Some(AUTOSCALER),
        };
        /// Names of secrets that the container receives as environment variables.
        /// `optakit secret set` stores their values in the Secret `manual-secrets`.
        /// Set them before the first deployment.
        secrets: Vec<Spanned<Text>> = [], {
            example: "[STRIPE_KEY]",
            renders: &[
                container!("env[].valueFrom.secretKeyRef")
                .note("of the Secret `manual-secrets`"),
            ],
            docs: Some(SECRET),
        };
        /// Environment variables of the container: a map, or a list of `{name, value}`.
        /// Values are text. Put numbers and booleans in quotes.
        /// A value can contain a secret, such as `${{module.db.db_password}}`, which comes from
        /// a Kubernetes Secret.
        env_vars: EnvVars = [], {
            example: "{FLAG: \"true\"}",
            renders: &[container!("env")],
            docs: Some(ENVIRONMENT_VARIABLES),
        };
        /// HTTP path of the liveness and readiness probes.
        /// For a `tcp` port, any path enables probes that open a connection.
        /// An empty path disables the probes.
        healthcheck_path: Text, {
            example: "/health", never_number: true,
            renders: &[
                container!("livenessProbe"),
                container!("readinessProbe"),
            ],
            docs: Some(PROBES),
        };
        /// HTTP path of the liveness probe, if it differs from `healthcheck_path`.
        /// Kubernetes restarts a container that fails the probe.
        liveness_probe_path: Text, {
            example: "/live", never_number: true,
            renders: &[
                container!("livenessProbe"),
            ],
            docs: Some(PROBES),
        };
        /// HTTP path of the readiness probe, if it differs from `healthcheck_path`.
        /// A container that fails the probe receives no requests.
        readiness_probe_path: Text, {
            example: "/ready", never_number: true,
            renders: &[
                container!("readinessProbe"),
            ],
            docs: Some(PROBES),
        };
        /// Command that checks the health of a container, instead of `healthcheck_path`.
        /// The container is healthy if the command exits with 0.
        healthcheck_command: Vec<Spanned<Text>>, {
            example: "[test, -f, /tmp/healthy]",
            renders: &[
                container!("livenessProbe.exec.command"),
                container!("readinessProbe.exec.command"),
            ],
            docs: Some(PROBES),
        };
        /// Command of the liveness probe, if it differs from `healthcheck_command`.
        liveness_probe_command: Vec<Spanned<Text>>, {
            example: "[cat, /tmp/live]",
            renders: &[container!("livenessProbe.exec.command")],
            docs: Some(PROBES),
        };
        /// Command of the readiness probe, if it differs from `healthcheck_command`.
        readiness_probe_command: Vec<Spanned<Text>>, {
            example: "[cat, /tmp/ready]",
            renders: &[container!("readinessProbe.exec.command")],
            docs: Some(PROBES),
        };
        /// Time between the start of a container and its first liveness probe.
        initial_liveness_delay: Integer = 30, {
            example: "5", range: Some((0, MAX_COUNT)), unit: Some(Unit::Seconds),
            renders: &[container!("livenessProbe.initialDelaySeconds")],
            docs: Some(PROBES),
        };
        /// Time between the start of a container and its first readiness probe.
        initial_readiness_delay: Integer = 30, {
            example: "5", range: Some((0, MAX_COUNT)), unit: Some(Unit::Seconds),
            renders: &[container!("readinessProbe.initialDelaySeconds")],
            docs: Some(PROBES),
        };
        /// nginx variable for consistent hashing, such as `$request_uri`.
        /// Requests with the same value are sent to the same container.
        consistent_hash: Text, {
            example: "$request_uri", never_number: true,
            renders: &[
                Rendered::part(
                    Kind::Ingress,
                    "metadata.annotations.nginx.ingress.kubernetes.io/upstream-hash-by",
                ),
            ],
            docs: Some(HASHING),
        };
        /// Whether all requests of a client are sent to the same container.
        /// A cookie with the name `opta_cookie` identifies the container.
        sticky_session: bool = false, {
            example: "true",
            renders: &[
                Rendered::part(
                    Kind::Ingress,
                    "metadata.annotations.nginx.ingress.kubernetes.io/affinity",
                ),
                Rendered::part(
                    Kind::Ingress,
                    "metadata.annotations.nginx.ingress.kubernetes.io/session-cookie-name",
                ),
            ],
            docs: Some(AFFINITY),
        };
        /// Lifetime of the cookie that `sticky_session` sets.
        sticky_session_max_age: Integer = 86400, {
            example: "3600", range: Some((0, MAX_COUNT)), unit: Some(Unit::Seconds),
            renders: &[
                Rendered::part(
                    Kind::Ingress,
                    "metadata.annotations.nginx.ingress.kubernetes.io/session-cookie-expires",
                ),
                Rendered::part(
                    Kind::Ingress,
                    "metadata.annotations.nginx.ingress.kubernetes.io/session-cookie-max-age",
                ),
            ],
            docs: Some(AFFINITY),
        };
        /// CPU and memory that are requested for each container. The limits are twice as high.
        resource_request: ResourceRequest, {
            example: "{cpu: 250, memory: 512}",
            renders: &[
                container!("resources"),
            ],
            docs: Some(RESOURCES),
        };
        /// Limits of each container, if they differ from twice the request.
        resource_limits: ResourceLimits, {
            example: "{memory: 1024}",
            renders: &[container!("resources.limits")],
            docs: Some(RESOURCES),
        };
        /// Domain and path of the service outside the cluster, or a list of them.
        /// The domain `all`, or a path without a domain, matches every domain.
        /// A domain that starts with `*.` matches all its subdomains.
        public_uri: TextOrList = [], {
            example: "\"api.{parent.domain}/v1\"", never_number: true,
            renders: &[
                Rendered::part(Kind::Ingress, "spec.rules[]").note("one Ingress per address"),
                Rendered::part(Kind::HttpRoute, "spec.hostnames").note("with the Gateway API"),
            ],
            docs: Some(INGRESS),
        };
        /// Whether requests to the container keep the path of `public_uri`. By default, the path is
        /// removed.
        keep_path_prefix: bool = false, {
            example: "true",
            renders: &[
                Rendered::part(
                    Kind::Ingress,
                    "metadata.annotations.nginx.ingress.kubernetes.io/rewrite-target",
                ),
            ],
            docs: Some(REWRITE),
        };
        /// Additional annotations of each Ingress. They override annotations that Optakit sets.
        ingress_extra_annotations: TextMap = {}, {
            example: "{nginx.ingress.kubernetes.io/proxy-body-size: 50m}",
            renders: &[Rendered::part(Kind::Ingress, "metadata.annotations")],
            docs: Some(INGRESS_ANNOTATIONS),
        };
        /// ARNs of additional IAM policies for the IAM role of the service.
        additional_iam_policies: Vec<Spanned<Text>> = [], {
            example: "[\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"]",
            never_number: true,
            renders: &[Rendered::other(RenderedKind::IamRole).note("attached policies")],
            docs: Some(IAM_ROLES),
        };
        /// Other modules of the file that the service uses.
        /// A link to a database adds its credentials as environment variables.
        /// A link to a bucket, queue, topic or table adds permissions to the IAM role.
        links: Links = [], {
            example: "[db, {media: [read, write]}]",
            renders: &[
                container!("env")
                    .note("from the Secret `secret`"),
                Rendered::other(RenderedKind::IamRole).note("statements of its policy"),
            ],
            docs: Some(IAM_ROLES),
        };
        /// Command of the container, instead of the entrypoint of the image.
        commands: Vec<Spanned<Text>> = [], {
            example: "[/entrypoint.sh]",
            renders: &[container!("command")],
            docs: Some(COMMAND),
        };
        /// Arguments of the command.
        args: Vec<Spanned<Text>> = [], {
            example: "[--mode, serve]",
            renders: &[container!("args")],
            docs: Some(COMMAND),
        };
        /// Additional labels of the pods.
        pod_labels: TextMap = {}, {
            example: "{team: payments}",
            renders: &[Rendered::part(Kind::Deployment, "spec.template.metadata.labels")],
            docs: Some(LABELS),
        };
        /// Additional annotations of the pods.
        pod_annotations: TextMap = {}, {
            example: "{prometheus.io/scrape: \"true\"}",
            renders: &[Rendered::part(Kind::Deployment, "spec.template.metadata.annotations")],
            docs: Some(ANNOTATIONS),
        };
        /// Taints that the pods tolerate. The pods can run on nodes with these taints.
        tolerations: Tolerations = [], {
            example: "[{key: instancetype, value: memoryoptimized, effect: NoExecute}]",
            renders: &[Rendered::part(Kind::Deployment, "spec.template.spec.tolerations")],
            docs: Some(TOLERATIONS),
        };
        /// Volumes that keep the data of each container when it is replaced.
        /// With them, the service is a StatefulSet instead of a Deployment.
        persistent_storage: Volumes = [], {
            example: "[{path: /data, size: 10}]",
            renders: &[Rendered::part(Kind::StatefulSet, "spec.volumeClaimTemplates")],
            docs: Some(STATEFUL_SET),
        };
        /// Commands that run on a schedule, with the image and the environment of the service.
        cron_jobs: CronJobs = [], {
            example: "[{schedule: \"0 3 * * *\", commands: [bin/cleanup]}]",
            renders: &[Rendered::object(Kind::CronJob).note("one per item")],
            docs: Some(CRON_JOB),
        };
        /// Time that an apply waits until the pods are ready.
        /// `--timeout` of `optakit apply` overrides it.
        timeout: Integer = 300, {
            example: "900", range: Some((1, MAX_COUNT)), unit: Some(Unit::Seconds),
            renders: &[
                Rendered::part(Kind::Deployment, "spec.progressDeadlineSeconds")
                    .note("four fifths of the value"),
            ],
            docs: Some(DEADLINE),
        };
        /// Number of revisions that are kept for a rollback.
        max_history: Integer = 10, {
            example: "25", range: Some((1, MAX_COUNT)), unit: Some(Unit::Revisions),
            renders: &[Rendered::part(Kind::Deployment, "spec.revisionHistoryLimit")],
            docs: Some(HISTORY),
        };
    }
}
