//! The table of words, one list per map.

use super::{Meaning, Synonym};

const fn scalar(word: &'static str, field: &'static str) -> Synonym {
    Synonym { word, meaning: Meaning::Scalar(field) }
}

const fn collection(word: &'static str, field: &'static str) -> Synonym {
    Synonym { word, meaning: Meaning::Collection(field) }
}

const fn fixed_count(word: &'static str) -> Synonym {
    Synonym { word, meaning: Meaning::FixedCount }
}

const fn resource(word: &'static str, key: &'static str) -> Synonym {
    Synonym { word, meaning: Meaning::Resource(key) }
}

const fn advice(word: &'static str, advice: &'static str) -> Synonym {
    Synonym { word, meaning: Meaning::Advice(advice) }
}

const ENV: &str = "env_vars";
const MIN: &str = "min_containers";
const MAX: &str = "max_containers";
const HEALTH: &str = "healthcheck_path";
const COUNTS: &str = "use `min_containers` and `max_containers`";
const RESOURCES: &str = "use `resource_request: {cpu: 250, memory: 512}`, in millicores and \
                         mebibytes";
const LIMITS: &str = "use `resource_limits: {memory: 1024}`, in mebibytes";
pub(super) const PORT: &str =
    "write the port that the container listens on as `port: {http: 8080}`";
const PROBE: &str = "write the path of the probe as `healthcheck_path: /health`";
const ADDRESS: &str = "write the domain and path of the service as `public_uri: \
                       \"api.example.com/v1\"`";
const COMMAND: &str = "write the program as `commands: [/entrypoint.sh]`, and its arguments as \
                       `args: [--mode, serve]`";
const STORAGE: &str =
    "write the volumes as `persistent_storage: [{path: /data, size: 10}]`, with sizes in gibibytes";
const OVERLAY: &str = "remove it, and add the setting in a Kustomize overlay on the output of \
                       `optakit render -o kustomize`";
const LINKS: &str = "name the databases, buckets and queues that the service uses in `links`";
const BUILD: &str = "remove it: build the image, write `image: AUTO`, and push the image with \
                     `optakit deploy`";
const RESTART: &str = "remove it: Kubernetes always restarts the container";
const NETWORK: &str = "remove it: services reach each other at `http://MODULE.LAYER`";
const NAMESPACE: &str = "remove it: the namespace is the `name` of the service file";
const SERVICE_ACCOUNT: &str =
    "remove it: Optakit creates a ServiceAccount with an IAM role for the service";
const ENV_FILE: &str =
    "write the variables in `env_vars`, and import secrets with `optakit secret import`";
const TAG: &str = "remove it: pass `--image-tag`, or add the tag to `image`";
const IN_MODULE: &str = "move it into a service below `modules`";
const IN_AWS: &str = "set it in `providers: {aws: …}` of the environment file";
const MANIFEST: &str = "write a service file with `name`, `environments` and `modules`; \
                        `optakit init` creates one";

/// Words in a `k8s-service`.
pub const SERVICE_WORDS: &[Synonym] = &[
    collection("env", ENV),
    collection("environment", ENV),
    collection("envs", ENV),
    collection("environment_variables", ENV),
    collection("environment_vars", ENV),
    collection("env_variables", ENV),
    collection("variables", ENV),
    collection("vars", ENV),
    collection("config_vars", ENV),
    scalar("min_replicas", MIN),
    scalar("min_replica_count", MIN),
    scalar("min_instances", MIN),
    scalar("min_count", MIN),
    scalar("min_pods", MIN),
    scalar("max_replicas", MAX),
    scalar("max_replica_count", MAX),
    scalar("max_instances", MAX),
    scalar("max_count", MAX),
    scalar("max_pods", MAX),
    fixed_count("replicas"),
    fixed_count("replica_count"),
    fixed_count("desired_count"),
    fixed_count("count"),
    fixed_count("scale"),
    fixed_count("instances"),
    fixed_count("containers"),
    fixed_count("quantity"),
    fixed_count("dynos"),
    advice("formation", COUNTS),
    advice("autoscaling", COUNTS),
    advice("deploy", "use `min_containers`, `max_containers` and `resource_request`"),
    resource("cpu", "cpu"),
    resource("memory", "memory"),
    resource("mem", "memory"),
    resource("ram", "memory"),
    resource("mem_reservation", "memory"),
    advice("cpus", RESOURCES),
    advice("mem_limit", LIMITS),
    advice("resources", RESOURCES),
    advice("requests", RESOURCES),
    advice("limits", LIMITS),
    advice("container_port", PORT),
    Synonym { word: "target_port", meaning: Meaning::HttpPort },
    advice("expose", PORT),
    advice("http", PORT),
    advice("tcp", PORT),
    advice("grpc", PORT),
    scalar("health", HEALTH),
    scalar("health_path", HEALTH),
    scalar("health_check", HEALTH),
    scalar("health_check_path", HEALTH),
    scalar("liveness_probe", "liveness_probe_path"),
    scalar("readiness_probe", "readiness_probe_path"),
    advice("startup_probe", PROBE),
    advice("probes", PROBE),
    scalar("domain", "public_uri"),
    advice("domains", ADDRESS),
    advice("host", ADDRESS),
    advice("hosts", ADDRESS),
    advice("hostname", ADDRESS),
    advice("alias", ADDRESS),
    advice("ingress", ADDRESS),
    advice("url", ADDRESS),
    advice("command", COMMAND),
    advice("cmd", COMMAND),
    collection("entrypoint", "commands"),
    advice("volumes", STORAGE),
    advice("volume_mounts", STORAGE),
    advice("storage", STORAGE),
    advice("labels", "write the labels of the pods as `pod_labels`"),
    advice("annotations", "use `pod_annotations` or `ingress_extra_annotations`"),
    advice("node_selector", OVERLAY),
    advice("affinity", OVERLAY),
    advice("init_containers", OVERLAY),
    advice("sidecars", OVERLAY),
    advice("security_context", OVERLAY),
    advice("user", OVERLAY),
    advice("depends_on", LINKS),
    advice("addons", LINKS),
    advice("build", BUILD),
    advice("dockerfile", BUILD),
    advice("buildpacks", BUILD),
    advice("restart", RESTART),
    advice("restart_policy", RESTART),
    advice("networks", NETWORK),
    advice("network", NETWORK),
    advice("container_name", "remove it: the name of the container is always `k8s-service`"),
    advice("platform", "remove it: the image decides the platform"),
    advice("namespace", NAMESPACE),
    advice("service_account", SERVICE_ACCOUNT),
    advice("service_account_name", SERVICE_ACCOUNT),
    advice("env_file", ENV_FILE),
    advice("env_from", ENV_FILE),
    advice("tag", TAG),
    advice("image_tag", TAG),
    collection("iam_policies", "additional_iam_policies"),
    collection("policies", "additional_iam_policies"),
];

/// Words in `resource_request`.
pub const RESOURCE_REQUEST_WORDS: &[Synonym] = &[
    scalar("mem", "memory"),
    scalar("ram", "memory"),
    advice("requests", "write `cpu` and `memory` in `resource_request` itself"),
    advice("limits", LIMITS),
];

/// Words in a service file.
pub const LAYER_WORDS: &[Synonym] = &[
    advice("services", "list each service in `modules`, with `type: k8s-service`"),
    advice("formation", "list each service in `modules`, with `type: k8s-service`"),
    advice("api_version", MANIFEST),
    advice("kind", MANIFEST),
    advice("metadata", MANIFEST),
    advice("spec", MANIFEST),
    advice("version", "remove it: a service file has no version"),
    advice("namespace", NAMESPACE),
    scalar("app", "name"),
    scalar("organization", "org_name"),
    scalar("org_id", "org_name"),
    collection("envs", "environments"),
    advice("region", IN_AWS),
    advice("account_id", IN_AWS),
    advice("command", IN_MODULE),
    advice("replicas", IN_MODULE),
    advice("volumes", "use `persistent_storage` in a service below `modules`"),
    advice("networks", NETWORK),
];

/// Words in an item of `environments`.
pub const ENVIRONMENT_ENTRY_WORDS: &[Synonym] = &[
    scalar("file", "path"),
    scalar("parent", "path"),
    collection("env", "variables"),
    collection("env_vars", "variables"),
    collection("values", "variables"),
];

/// Words in the account of an environment.
pub const AWS_WORDS: &[Synonym] = &[
    scalar("allowed_account_ids", "account_id"),
    scalar("account", "account_id"),
    scalar("aws_region", "region"),
    advice("profile", "remove it, and name the profile in the variable `AWS_PROFILE`"),
];

/// Words in an environment file.
pub const ENVIRONMENT_FILE_WORDS: &[Synonym] =
    &[scalar("organization", "org_name"), scalar("org", "org_name"), scalar("org_id", "org_name")];
