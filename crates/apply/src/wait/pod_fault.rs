//! The problems of a pod: wording, the field of opta.yml that decides them, and help.

use std::fmt::{self, Display, Formatter};

use super::failed_pods::FailedPods;
use super::fault_reason::{BlamedField, Exit, Probe, PullFailure, Resource, ScaleUp, StartFailure};
use crate::hint;

/// A problem of one pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PodFault {
    /// The pod cannot be scheduled.
    Unschedulable { message: String, shortage: Option<Resource>, scale_up: Option<ScaleUp> },
    /// The image name is not valid.
    InvalidImageName { container: Container, image: String },
    /// The image cannot be pulled. `reason` is the word of the kubelet.
    ImagePull {
        container: Container,
        image: String,
        reason: String,
        failure: PullFailure,
        message: String,
    },
    /// The container cannot be started. `reason` is the word of the kubelet.
    ContainerStart { container: Container, reason: String, failure: StartFailure, message: String },
    /// The container exits again and again.
    CrashLoop { container: Container, exit: Option<Exit> },
    /// The container runs, but a probe has not succeeded. `status` is the HTTP status that it got.
    ProbeFailed { container: Container, probe: Probe, status: Option<u16> },
    /// A controller has not set a condition that the pod needs to be ready.
    ReadinessGate { condition: String },
    /// The pod has ended, for example because the node evicted it. Another pod replaces it.
    Ended { reason: String, message: String },
    /// The containers have not started yet.
    Starting,
    /// The containers run, but the pod is not ready, and its status does not say why.
    NotReady,
}

/// A container of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) is_init: bool,
    /// Whether the Deployment contains it. Otherwise a webhook added it to the pod.
    pub(crate) is_ours: bool,
}

impl PodFault {
    /// Returns the container that has the problem.
    pub(super) const fn container(&self) -> Option<&Container> {
        match self {
            Self::InvalidImageName { container, .. }
            | Self::ImagePull { container, .. }
            | Self::ContainerStart { container, .. }
            | Self::CrashLoop { container, .. }
            | Self::ProbeFailed { container, .. } => Some(container),
            Self::Unschedulable { .. }
            | Self::ReadinessGate { .. }
            | Self::Ended { .. }
            | Self::Starting
            | Self::NotReady => None,
        }
    }

    /// Returns the container that has the problem, if a webhook added it.
    fn added_container(&self) -> Option<&Container> {
        self.container().filter(|container| !container.is_ours)
    }

    pub(super) const fn field(&self) -> Option<BlamedField> {
        if let Some(Container { is_ours: false, .. } | Container { is_init: true, .. }) =
            self.container()
        {
            return None;
        }
        match self {
            Self::Unschedulable { shortage: Some(Resource::Cpu), .. } => {
                Some(BlamedField::CpuRequest)
            }
            Self::Unschedulable { shortage: Some(Resource::Memory), .. } => {
                Some(BlamedField::MemoryRequest)
            }
            Self::InvalidImageName { .. } | Self::ImagePull { .. } => Some(BlamedField::Image),
            Self::ContainerStart {
                failure: StartFailure::WrongPlatform | StartFailure::User | StartFailure::Program,
                ..
            } => Some(BlamedField::Image),
            Self::CrashLoop { exit: Some(Exit::OutOfMemory), .. } => Some(BlamedField::MemoryLimit),
            Self::CrashLoop { exit: Some(Exit::Code(_)) | None, .. } => Some(BlamedField::Image),
            Self::ProbeFailed { probe: Probe::Readiness, .. } => Some(BlamedField::ReadinessProbe),
            Self::ProbeFailed { probe: Probe::Startup, .. } => Some(BlamedField::StartupProbe),
            Self::Unschedulable { shortage: None, .. }
            | Self::ContainerStart {
                failure: StartFailure::Config | StartFailure::Other, ..
            }
            | Self::ReadinessGate { .. }
            | Self::Ended { .. }
            | Self::Starting
            | Self::NotReady => None,
        }
    }

    pub(super) fn help(&self, namespace: &str, pod: &str, pods: FailedPods) -> String {
        if let Some(Container { name, .. }) = self.added_container() {
            let logs = format!("-n {namespace} logs {pod} -c {name}");
            return format!(
                "fix the webhook that adds the container `{name}` to pods, or exclude this \
                 service from it; {}",
                pods.read("its log", &logs)
            );
        }
        let describe = || pods.read("the events", &format!("-n {namespace} describe pod {pod}"));
        let text = match self {
            Self::Unschedulable { scale_up: Some(ScaleUp::Started { .. }), .. } => {
                "wait longer for the node with `--timeout`"
            }
            Self::Unschedulable { shortage: Some(Resource::Cpu), .. } => {
                "lower `cpu` of `resource_request`, add nodes, or wait longer with `--timeout`"
            }
            Self::Unschedulable { shortage: Some(Resource::Memory), .. } => {
                "lower `memory` of `resource_request`, add nodes, or wait longer with `--timeout`"
            }
            Self::Unschedulable { shortage: None, .. } => {
                return format!(
                    "read the state of the nodes: `{}`",
                    hint::kubectl("describe nodes")
                );
            }
            Self::InvalidImageName { .. } => "correct the image reference",
            Self::ImagePull { failure, .. } => failure.help(),
            Self::ReadinessGate { .. } => {
                "check the controller that sets the condition, such as a load balancer controller"
            }
            Self::ContainerStart { failure, .. } => {
                return failure.help().unwrap_or_else(describe);
            }
            Self::Ended { .. } | Self::Starting | Self::NotReady => return describe(),
            Self::CrashLoop { exit: Some(Exit::OutOfMemory), .. } => {
                "raise `memory` of `resource_request`; the limit is twice that value"
            }
            Self::CrashLoop { container, exit: Some(Exit::Code(_)) | None } => {
                let name = &container.name;
                let logs = format!("-n {namespace} logs {pod} -c {name} --previous");
                return pods.read("the log", &logs);
            }
            Self::ProbeFailed { .. } => {
                "check that the container answers at the path and port of the probe"
            }
        };
        text.to_owned()
    }
}

impl Display for Container {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}container `{}`", if self.is_init { "init " } else { "" }, self.name)
    }
}

impl Display for PodFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unschedulable { message, scale_up, .. } => {
                write!(f, "cannot be scheduled (Unschedulable): {message}")?;
                match scale_up {
                    Some(ScaleUp::Started { message }) => write!(f, "; a node is added: {message}"),
                    Some(ScaleUp::Refused { message }) => {
                        write!(f, "; no node is added: {message}")
                    }
                    None => Ok(()),
                }
            }
            Self::InvalidImageName { image, .. } => {
                write!(f, "`{image}` is not a valid image reference (InvalidImageName)")
            }
            Self::ImagePull { image, reason, message, .. } => {
                write!(f, "image `{image}` cannot be pulled ({reason}){}", detail(message))
            }
            Self::ContainerStart { container, reason, message, .. } => {
                write!(f, "{container} cannot start ({reason}){}", detail(message))
            }
            Self::CrashLoop { container, exit } => {
                write!(f, "{container} keeps crashing (CrashLoopBackOff")?;
                match exit {
                    Some(Exit::OutOfMemory) => f.write_str(", OOMKilled)"),
                    Some(Exit::Code(code)) => write!(f, ", exit code {code})"),
                    None => f.write_str(")"),
                }
            }
            Self::ProbeFailed { container, probe, status } => {
                let probe = match probe {
                    Probe::Startup => "startup",
                    Probe::Readiness => "readiness",
                };
                write!(f, "the {probe} probe of {container} has not succeeded yet")?;
                status.map_or(Ok(()), |status| write!(f, " (HTTP status {status})"))
            }
            Self::ReadinessGate { condition } => {
                write!(f, "the readiness gate `{condition}` is not true yet")
            }
            Self::Ended { reason, message } => {
                write!(f, "the pod ended ({reason}){}", detail(message))
            }
            Self::Starting => f.write_str("the containers have not started yet"),
            Self::NotReady => f.write_str("not ready yet"),
        }?;
        self.added_container().map_or(Ok(()), |container| {
            write!(f, "; the bundle does not contain {container}, a webhook added it to the pod")
        })
    }
}

fn detail(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

#[cfg(test)]
mod tests {
    use super::super::cause::Cause;
    use super::*;

    fn check(fault: PodFault, text: &str, field: Option<BlamedField>, help: &str) {
        let cause = Cause::Pod { pod: "p".to_owned(), fault };
        assert_eq!(cause.to_string(), format!("pod p: {text}"));
        assert_eq!(cause.field(), field);
        let kept = cause.help("shop", FailedPods::Kept);
        assert!(kept.contains(help), "{kept}");
        let rolled_back = cause.help("shop", FailedPods::RolledBack);
        assert!(!rolled_back.contains("kubectl -n"), "{rolled_back}");
    }

    fn container(name: &str, is_init: bool, is_ours: bool) -> Container {
        Container { name: name.to_owned(), is_init, is_ours }
    }

    #[test]
    fn each_cause_has_its_wording_field_and_help() {
        let api = || container("api", false, true);
        check(
            PodFault::CrashLoop { container: api(), exit: Some(Exit::Code(1)) },
            "container `api` keeps crashing (CrashLoopBackOff, exit code 1)",
            Some(BlamedField::Image),
            "kubectl -n shop logs p -c api --previous",
        );
        check(
            PodFault::CrashLoop { container: api(), exit: Some(Exit::OutOfMemory) },
            "container `api` keeps crashing (CrashLoopBackOff, OOMKilled)",
            Some(BlamedField::MemoryLimit),
            "raise `memory`",
        );
        check(
            PodFault::Unschedulable {
                message: "1 Insufficient memory".to_owned(),
                shortage: Some(Resource::Memory),
                scale_up: None,
            },
            "cannot be scheduled (Unschedulable): 1 Insufficient memory",
            Some(BlamedField::MemoryRequest),
            "lower `memory`",
        );
        check(
            PodFault::ProbeFailed { container: api(), probe: Probe::Readiness, status: Some(404) },
            "the readiness probe of container `api` has not succeeded yet (HTTP status 404)",
            Some(BlamedField::ReadinessProbe),
            "path and port of the probe",
        );
        check(PodFault::Starting, "the containers have not started yet", None, "describe pod p");
    }

    #[test]
    fn container_of_a_webhook_is_named_and_never_blamed_on_the_service() {
        check(
            PodFault::CrashLoop {
                container: container("mesh-init", true, false),
                exit: Some(Exit::Code(2)),
            },
            "init container `mesh-init` keeps crashing (CrashLoopBackOff, exit code 2); the \
             bundle does not contain init container `mesh-init`, a webhook added it to the pod",
            None,
            "logs p -c mesh-init",
        );
    }
}
