//! The fields of `k8s-service`, as its page declares them, and the types that only they have.

use std::sync::Arc;

use super::field::{Field, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::image::Image;
use super::link::Links;
use super::rules::{PORT_KINDS, UNKNOWN_FIELD, UNQUOTED_VALUE};
use super::scalars::{Count, Integer, Quantity, TextOrList, integer, quote, text};
use crate::diagnostic::Applicability;
use crate::span::Spanned;
use crate::suggest;
use crate::syntax::{Mapping, Node, NodeKind, ScalarValue};
use crate::text::Text;

const MAX_COUNT: i64 = u32::MAX as i64;

fields! {
    /// A service: one kind of container with the objects around it.
    pub struct K8sService ("a `k8s-service`") {
        /// The module's name. It names the Kubernetes Service and ServiceAccount.
        /// Letters and digits; without it the type's name without dashes is taken.
        name: Text, {
            example: "api",
            renders: "the names of Service and ServiceAccount, and a part of the names and labels of all objects",
            docs: Some("https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"),
        };
        /// The kind of module: `k8s-service`, or `aws-k8s-service`.
        kind as "type": Text, {
            example: "k8s-service", required: true,
            renders: "nothing by itself: it decides what the module is",
        };
        /// The container image: `AUTO`, or the reference of an image.
        /// `AUTO` (in any case) makes a private ECR repository, to which you push your own images.
        /// Anything else is pulled as it stands, from Docker Hub unless it names a registry.
        image: Image, {
            example: "AUTO", required: true,
            renders: "Deployment `spec.template.spec.containers[].image`; for `AUTO` also an ECR repository",
            docs: Some("https://kubernetes.io/docs/concepts/containers/images/"),
        };
        /// The port your program listens on, under its kind.
        /// `http` for a plain HTTP server, `tcp` for websockets (probes only check the connection), `grpc` for gRPC.
        port: Port, {
            example: "{http: 8080}", required: true, range: Some((1, 65535)),
            renders: "Deployment `containers[].ports[].containerPort`, the `targetPort` of port 80 of the Service, and the kind of probes and routes",
            docs: Some("https://kubernetes.io/docs/concepts/services-networking/service/"),
        };
        /// The fewest containers the autoscaler keeps. 0 together with `max_containers: 0` stops the service.
        min_containers: Count = 1, {
            example: "2", range: Some((0, MAX_COUNT)), unit: Some("containers"),
            renders: "HorizontalPodAutoscaler `spec.minReplicas`; Deployment `spec.replicas` where nothing scales; a PodDisruptionBudget from 2 on",
            docs: Some("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"),
        };
        /// The most containers the autoscaler may start.
        max_containers: Count = 3, {
            example: "10", range: Some((0, MAX_COUNT)), unit: Some("containers"),
            renders: "HorizontalPodAutoscaler `spec.maxReplicas`; topology spread constraints from 2 on",
            docs: Some("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"),
        };
        /// The average cpu use, in percent of the request, that the autoscaler aims at. 0 leaves cpu out of account.
        autoscaling_target_cpu_percentage: Count = 80, {
            example: "70", range: Some((0, MAX_COUNT)), unit: Some("percent of the request"),
            renders: "HorizontalPodAutoscaler `spec.metrics[].resource.target.averageUtilization` of `cpu`",
            docs: Some("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"),
        };
        /// The average memory use, in percent of the request, that the autoscaler aims at. 0 leaves memory out of account.
        autoscaling_target_mem_percentage: Count = 80, {
            example: "70", range: Some((0, MAX_COUNT)), unit: Some("percent of the request"),
            renders: "HorizontalPodAutoscaler `spec.metrics[].resource.target.averageUtilization` of `memory`",
            docs: Some("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"),
        };
        /// Names of secrets that become environment variables.
        /// Their values are kept in the Secret `manual-secrets` of the layer and must be set before the first deploy.
        secrets: Vec<Spanned<Text>> = [], {
            example: "[STRIPE_KEY]",
            renders: "Deployment `containers[].env[].valueFrom.secretKeyRef`, of the Secret `manual-secrets`",
            docs: Some("https://kubernetes.io/docs/concepts/configuration/secret/"),
        };
        /// Environment variables: a map from name to value, or a list of `{name, value}`.
        /// Values are text: put numbers and `true` in quotes.
        env_vars: EnvVars = [], {
            example: "{FLAG: \"true\"}",
            renders: "Deployment `containers[].env[]`",
            docs: Some("https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/"),
        };
        /// The path that tells whether the service is well: liveness and readiness in one.
        /// For a `tcp` port any path switches a check of the connection on. An empty text switches it off.
        healthcheck_path: Text, {
            example: "/health",
            renders: "Deployment `containers[].livenessProbe` and `readinessProbe`",
            docs: Some("https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"),
        };
        /// The path of the liveness probe, when it differs: a container that fails it is restarted.
        liveness_probe_path: Text, {
            example: "/live",
            renders: "Deployment `containers[].livenessProbe`",
            docs: Some("https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"),
        };
        /// The path of the readiness probe, when it differs: a container that fails it gets no requests.
        readiness_probe_path: Text, {
            example: "/ready",
            renders: "Deployment `containers[].readinessProbe`",
            docs: Some("https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"),
        };
        /// What requests with the same value of reach the same container: an nginx variable such as `$request_uri`.
        consistent_hash: Text, {
            example: "$request_uri",
            renders: "Ingress annotation `nginx.ingress.kubernetes.io/upstream-hash-by`",
            docs: Some("https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#custom-nginx-upstream-hashing"),
        };
        /// Whether a visitor stays with the same container, by a cookie named `opta_cookie`.
        sticky_session: bool = false, {
            example: "true",
            renders: "Ingress annotations `nginx.ingress.kubernetes.io/affinity` and `session-cookie-name`",
            docs: Some("https://kubernetes.github.io/ingress-nginx/examples/affinity/cookie/"),
        };
        /// How long the cookie of `sticky_session` lasts.
        sticky_session_max_age: Integer = 86400, {
            example: "3600", range: Some((0, MAX_COUNT)), unit: Some("seconds"),
            renders: "Ingress annotations `nginx.ingress.kubernetes.io/session-cookie-expires` and `session-cookie-max-age`",
            docs: Some("https://kubernetes.github.io/ingress-nginx/examples/affinity/cookie/"),
        };
        /// The cpu and memory set aside for each container. The limit is twice the request.
        resource_request: ResourceRequest, {
            example: "{cpu: 250, memory: 512}",
            renders: "Deployment `containers[].resources`, requests and twice as much as limits",
            docs: Some("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"),
        };
        /// Where the service is reached from outside: a domain and a path, one or a list.
        /// `all` as domain, or only a path, answers for every domain; `*.` at the start for every subdomain.
        public_uri: TextOrList = [], {
            example: "\"api.{parent.domain}/v1\"",
            renders: "an Ingress (or a route of the Gateway API) each: host and path",
            docs: Some("https://kubernetes.io/docs/concepts/services-networking/ingress/"),
        };
        /// ARNs of further IAM policies for the service's role.
        additional_iam_policies: Vec<Spanned<Text>> = [], {
            example: "[\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"]",
            renders: "policies attached to the IAM role of the ServiceAccount",
            docs: Some("https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html"),
        };
        /// Other modules the service uses: credentials come as environment variables, permissions with its IAM role.
        links: Links = [], {
            example: "[db, {media: [read, write]}]",
            renders: "Deployment `containers[].env[]` from the Secret `secret`, and statements of the IAM policy",
            docs: Some("https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html"),
        };
    }
}

fields! {
    /// What each container asks for.
    pub struct ResourceRequest ("`resource_request`") {
        /// Thousandths of a cpu.
        cpu: Quantity = 100, {
            example: "250", unit: Some("millicores"),
            renders: "Deployment `containers[].resources.requests.cpu`, and twice as much in `limits`",
            docs: Some("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-cpu"),
        };
        /// Megabytes (Mi).
        memory: Quantity = 128, {
            example: "512", unit: Some("megabytes"),
            renders: "Deployment `containers[].resources.requests.memory`, and twice as much in `limits`",
            docs: Some("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory"),
        };
    }
}

impl FieldValue for ResourceRequest {
    const KIND: FieldType = FieldType::Map(Self::FIELDS);

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.push(reader.wrong_type(node, "a map like `{cpu: 100, memory: 128}`"));
            return None;
        };
        Some(Self::read(mapping, node.span, reader))
    }
}

/// What speaks on the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// HTTP/1.
    Http,
    /// Any TCP protocol; in Opta's sense websockets.
    Tcp,
    /// gRPC over HTTP/2.
    Grpc,
}

/// The port of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its kind.
    pub kind: PortKind,
    /// Its number in the container.
    pub number: u16,
    /// Where the number stands.
    pub span: crate::span::Span,
}

/// The kinds of port as they are written.
pub const PORT_NAMES: &[&str] = &["http", "tcp", "grpc"];

impl FieldValue for Port {
    const KIND: FieldType = FieldType::Port;

    fn read(node: &Node, field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            let number = node
                .as_scalar()
                .filter(|scalar| matches!(scalar.value, ScalarValue::Int(1..=65535)));
            let map = number.map(|scalar| format!("{{http: {}}}", scalar.text.as_str()));
            let mut diagnostic = reader.wrong_type(node, "a map like `http: 8080`");
            if let Some(map) = map {
                diagnostic = diagnostic.fix(
                    Applicability::Unsafe,
                    format!("write `{map}`"),
                    node.span,
                    map.clone(),
                );
            }
            reader.push(diagnostic);
            return None;
        };
        let before = reader.diagnostics.len();
        reader.unknown_keys(mapping, PORT_NAMES, "`port`");
        let unknown = reader.diagnostics.len() > before;
        let known: Vec<_> = mapping
            .entries
            .iter()
            .filter(|entry| PORT_NAMES.contains(&&*entry.key.value))
            .collect();
        let [entry] = known.as_slice() else {
            if !unknown && !mapping.broken {
                port_kinds(mapping, node, reader);
            }
            return None;
        };
        if entry.value.is_broken() {
            return None;
        }
        let number = reader.in_entry(entry, |reader| integer(&entry.value, field.range, reader))?;
        let kind = match &*entry.key.value {
            "http" => PortKind::Http,
            "tcp" => PortKind::Tcp,
            _ => PortKind::Grpc,
        };
        Some(Self { kind, number: u16::try_from(number).ok()?, span: entry.value.span })
    }
}

fn port_kinds(mapping: &Mapping, node: &Node, reader: &mut FieldReader<'_>) {
    let names: Vec<&str> = mapping.entries.iter().map(|entry| &*entry.key.value).collect();
    let found = if names.is_empty() {
        "is empty".to_owned()
    } else {
        format!("has {}", super::field::list(&names))
    };
    let span = reader.place_of(node);
    let mut diagnostic = reader
        .fault(
            &PORT_KINDS,
            span,
            format!("`port` {found}, expected exactly one of `http`, `tcp` and `grpc`"),
        )
        .help("a service has one port; keep the one your program listens on");
    if let Some(second) = mapping.entries.get(1) {
        diagnostic = diagnostic.label(second.key.span, "a second one");
    }
    reader.push(diagnostic);
}

/// An environment variable.
#[derive(Clone, Debug)]
pub struct EnvVar {
    /// Its name.
    pub name: Spanned<Text>,
    /// Its value.
    pub value: Spanned<Text>,
    /// Where below `env_vars`.
    pub place: EnvPlace,
}

/// Where an environment variable stands below `env_vars`.
#[derive(Clone, Debug)]
pub enum EnvPlace {
    /// Under a key of the map, as written.
    Key(Arc<str>),
    /// In an item of the list.
    Item(usize),
}

impl EnvPlace {
    /// The path, like `modules[0].env_vars.FLAG`.
    #[must_use]
    pub fn path(&self, env_vars: &str) -> String {
        match self {
            Self::Key(key) => format!("{env_vars}.{key}"),
            Self::Item(index) => format!("{env_vars}[{index}]"),
        }
    }
}

/// The environment variables in file order.
#[derive(Clone, Debug, Default)]
pub struct EnvVars(pub Vec<EnvVar>);

impl From<[EnvVar; 0]> for EnvVars {
    fn from(none: [EnvVar; 0]) -> Self {
        Self(Vec::from(none))
    }
}

impl FieldValue for EnvVars {
    const KIND: FieldType = FieldType::EnvVars;

    fn read(node: &Node, _field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        match &node.kind {
            NodeKind::Mapping(mapping) => Some(Self(from_map(mapping, reader))),
            NodeKind::Sequence(items) => {
                let read =
                    |(index, item)| reader.in_item(index, |reader| from_item(item, index, reader));
                Some(Self(items.iter().enumerate().filter_map(read).collect()))
            }
            _ => {
                reader.push(
                    reader
                        .wrong_type(node, "a map from name to value, or a list of `{name, value}`"),
                );
                None
            }
        }
    }
}

fn from_map(mapping: &Mapping, reader: &mut FieldReader<'_>) -> Vec<EnvVar> {
    let read = |entry: &crate::syntax::Entry| {
        reader.in_entry(entry, |reader| {
            let name = Spanned::new(entry.key_text(), entry.key.span);
            let value = env_value(&entry.value, reader)
                .unwrap_or_else(|| Spanned::new(Text::literal(""), entry.value.span));
            Some(EnvVar { name, value, place: EnvPlace::Key(entry.key.value.clone()) })
        })
    };
    mapping.entries.iter().filter_map(read).collect()
}

fn from_item(item: &Node, index: usize, reader: &mut FieldReader<'_>) -> Option<EnvVar> {
    let Some(mapping) = item.as_mapping() else {
        if !item.is_broken() {
            reader.push(reader.wrong_type(item, "a map with `name` and `value`"));
        }
        return None;
    };
    for entry in
        mapping.entries.iter().filter(|entry| !matches!(&*entry.key.value, "name" | "value"))
    {
        let message = format!("unknown key `{}` in an environment variable", entry.key.value);
        let near = suggest::nearest(&entry.key.value, ["name", "value"])
            .map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "it takes `name` and `value`".to_owned());
        let path = reader.path_of(&entry.key.value);
        let mut diagnostic = reader.fault(&UNKNOWN_FIELD, entry.key.span, message).help(help);
        diagnostic.path = path;
        reader.push(diagnostic);
    }
    let mut part =
        |key: &'static str, read: fn(&Node, &mut FieldReader<'_>) -> Option<Spanned<Text>>| {
            let Some(entry) = mapping.get(key) else {
                reader.missing(
                    mapping,
                    &Field { name: key, example: "…", ..Field::BLANK },
                    item.span,
                );
                return None;
            };
            reader.in_entry(entry, |reader| read(&entry.value, reader))
        };
    let name = part("name", |node, reader| {
        text(node, reader, "text").map(|value| Spanned::new(value, node.span))
    });
    let value = part("value", env_value);
    // A value that is wrong was told of; its name is checked all the same.
    let value = value.unwrap_or_else(|| Spanned::new(Text::literal(""), item.span));
    Some(EnvVar { name: name?, value, place: EnvPlace::Item(index) })
}

/// A value of an environment variable: text; anything else is told to be put in quotes.
fn env_value(node: &Node, reader: &mut FieldReader<'_>) -> Option<Spanned<Text>> {
    if let Some(scalar) = node.as_scalar() {
        if matches!(
            scalar.value,
            ScalarValue::Bool(_) | ScalarValue::Int(_) | ScalarValue::Float(_)
        ) {
            let quoted = quote(reader.source.slice(node.span));
            let name = reader.path().rsplit('.').next().unwrap_or_default().to_owned();
            let message = format!("`{name}` is {}, expected text", node.describe());
            let diagnostic = reader
                .fault(&UNQUOTED_VALUE, node.span, message)
                .help("the value of an environment variable is always text: put it in quotes")
                .fix(Applicability::Safe, format!("write `{quoted}`"), node.span, quoted);
            reader.push(diagnostic);
            return None;
        }
        if scalar.value == ScalarValue::Null {
            let diagnostic =
                reader.wrong_type(node, "text").help("for an empty value write `\"\"`");
            reader.push(diagnostic);
            return None;
        }
    }
    text(node, reader, "text").map(|value| Spanned::new(value, node.span))
}
