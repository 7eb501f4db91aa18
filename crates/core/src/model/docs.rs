//! Pages of other projects that document what a field decides.

pub(super) const CONTAINERS: &str = "https://kubernetes.io/docs/concepts/containers/images/";
pub(super) const NAMES: &str =
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/";
pub(super) const LABELS: &str =
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/";
pub(super) const ANNOTATIONS: &str =
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/";
pub(super) const SERVICE: &str = "https://kubernetes.io/docs/concepts/services-networking/service/";
pub(super) const INGRESS: &str = "https://kubernetes.io/docs/concepts/services-networking/ingress/";
pub(super) const AUTOSCALER: &str =
    "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/";
pub(super) const SECRET: &str = "https://kubernetes.io/docs/concepts/configuration/secret/";
pub(super) const ENVIRONMENT_VARIABLES: &str = "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/";
pub(super) const COMMAND: &str =
    "https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/";
pub(super) const PROBES: &str = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/";
pub(super) const HASHING: &str = "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#custom-nginx-upstream-hashing";
pub(super) const AFFINITY: &str =
    "https://kubernetes.github.io/ingress-nginx/examples/affinity/cookie/";
pub(super) const REWRITE: &str = "https://kubernetes.github.io/ingress-nginx/examples/rewrite/";
pub(super) const INGRESS_ANNOTATIONS: &str =
    "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/";
pub(super) const RESOURCES: &str =
    "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/";
pub(super) const TOLERATIONS: &str =
    "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/";
pub(super) const DEADLINE: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds";
pub(super) const HISTORY: &str =
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#revision-history-limit";
pub(super) const VOLUMES: &str = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/";
pub(super) const STATEFUL_SET: &str =
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/";
pub(super) const CRON_JOB: &str =
    "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/";
pub(super) const IAM_ROLES: &str =
    "https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html";
