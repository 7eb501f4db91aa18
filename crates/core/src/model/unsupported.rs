//! Fields that Opta got after the page that Optakit follows. They are known by name, so that nobody
//! is told that a field of a working file is a misspelling.

use crate::diagnostic::{Example, Rule, Severity};

/// A field of a later Opta.
pub static LATER_FIELD: Rule = Rule {
    id: "later-field",
    severity: Severity::Error,
    doc: "The field came with versions of Opta after September 2021, the date of the page that Optakit follows. Optakit does \
          not render it, and leaving it out silently would change what runs. What it did can be added to the manifests, \
          for example by an overlay on `optakit render -o kustomize`.",
    bad: Example::Module("pod_labels:\n  team: payments\n"),
    good: Example::Module("env_vars:\n  TEAM: payments\n"),
}
.published();

const OVERLAY: &str = "take it out, and add what it did to the manifests, for example in an overlay on `-o kustomize`";

/// The later fields by the map that they stood in, each with what to do.
const LATER: &[(&str, &str, &str)] = &[
    (SERVICE, "ports", "give the one port as `port: {http: 8080}`"),
    (SERVICE, "probe_port", "probes go to the one `port`"),
    (
        SERVICE,
        "healthcheck_command",
        "use `healthcheck_path`, or add the command in an overlay on `-o kustomize`",
    ),
    (
        SERVICE,
        "liveness_probe_command",
        "use `liveness_probe_path`, or add the command in an overlay on `-o kustomize`",
    ),
    (
        SERVICE,
        "readiness_probe_command",
        "use `readiness_probe_path`, or add the command in an overlay on `-o kustomize`",
    ),
    (
        SERVICE,
        "initial_liveness_delay",
        "the delay is 30 seconds; change it in an overlay on `-o kustomize`",
    ),
    (
        SERVICE,
        "initial_readiness_delay",
        "the delay is 30 seconds; change it in an overlay on `-o kustomize`",
    ),
    (SERVICE, "resource_limits", "the limits are twice `resource_request`"),
    (SERVICE, "keep_path_prefix", "the prefix of `public_uri` is taken off the path"),
    (SERVICE, "persistent_storage", OVERLAY),
    (SERVICE, "tolerations", OVERLAY),
    (SERVICE, "cron_jobs", OVERLAY),
    (SERVICE, "pod_annotations", OVERLAY),
    (SERVICE, "pod_labels", OVERLAY),
    (SERVICE, "ingress_extra_annotations", OVERLAY),
    (SERVICE, "service_annotations", OVERLAY),
    (SERVICE, "commands", "set the command in the image, or in an overlay on `-o kustomize`"),
    (SERVICE, "args", "set the arguments in the image, or in an overlay on `-o kustomize`"),
    (SERVICE, "timeout", "`optakit apply --timeout` says how long to wait"),
    (SERVICE, "max_history", "take it out: Optakit keeps what it needs to go back"),
    ("`port`", "websocket", "write `tcp`, which the page has for websockets"),
    ("a service file", "input_variables", "give the values as `variables` of the environment"),
];

const SERVICE: &str = "a `k8s-service`";

/// What to do about a key, if it is a later field of the map.
pub(super) fn advice(of: &str, key: &str) -> Option<&'static str> {
    LATER.iter().find(|(map, field, _)| *map == of && *field == key).map(|(_, _, advice)| *advice)
}
