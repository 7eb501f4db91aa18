//! The causes of a failed rollout. A variant carries the facts that the cluster reports; its
//! wording, the field of opta.yml that decides it, and the help follow from the variant.

use std::fmt::{self, Display, Formatter};

/// Why a rollout fails, or is not finished yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The Deployment is being deleted.
    Deleting,
    /// The Deployment controller reports `ProgressDeadlineExceeded`.
    DeadlineExceeded { message: String },
    /// The API server rejects the pods, for example because of a quota or of Pod Security.
    PodsRejected { message: String },
    /// A pod of the new revision has a problem.
    Pod { pod: String, fault: PodFault },
}

/// A problem of one pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PodFault {
    /// The pod cannot be scheduled.
    Unschedulable { message: String, shortage: Option<Resource> },
    /// The image name is not valid.
    InvalidImageName { image: String },
    /// The image cannot be pulled. `reason` is the word of the kubelet.
    ImagePull { image: String, reason: String, failure: PullFailure, message: String },
    /// The container cannot be started. `reason` is the word of the kubelet.
    ContainerStart { container: String, reason: String, failure: StartFailure, message: String },
    /// The container exits again and again.
    CrashLoop { container: String, exit: Option<Exit> },
    /// The container runs, but a probe has not succeeded.
    ProbeFailed { container: String, probe: Probe },
    /// The containers have not started yet.
    Starting,
    /// The containers run, but the pod is not ready, and its status does not say why.
    NotReady,
}

/// A resource that no node has enough of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Cpu,
    Memory,
}

/// Why an image cannot be pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PullFailure {
    /// The registry does not have the image.
    NotFound,
    /// The registry rejects the credentials of the node.
    Denied,
    /// The registry does not have the image for the platform of the node.
    WrongPlatform,
    /// Another failure, which may be temporary.
    Other,
}

/// Why a container cannot be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartFailure {
    /// A Secret, a ConfigMap or a key of one is missing.
    Config,
    /// The program is built for another processor architecture.
    WrongPlatform,
    /// The container runtime cannot create the container.
    Create,
    /// The container runtime cannot run the container.
    Run,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The kernel killed it because it used more memory than its limit.
    OutOfMemory,
    Code(i32),
}

/// A probe of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    Startup,
    Readiness,
}

/// A field of a Deployment that can cause a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlamedField {
    Image,
    CpuRequest,
    MemoryRequest,
    MemoryLimit,
    ReadinessProbe,
    StartupProbe,
}

impl BlamedField {
    /// Returns the JSON pointer of the field in a Deployment. The first container is the module's.
    pub(crate) const fn pointer(self) -> &'static str {
        match self {
            Self::Image => "/spec/template/spec/containers/0/image",
            Self::CpuRequest => "/spec/template/spec/containers/0/resources/requests/cpu",
            Self::MemoryRequest => "/spec/template/spec/containers/0/resources/requests/memory",
            Self::MemoryLimit => "/spec/template/spec/containers/0/resources/limits/memory",
            Self::ReadinessProbe => "/spec/template/spec/containers/0/readinessProbe",
            Self::StartupProbe => "/spec/template/spec/containers/0/startupProbe",
        }
    }
}

impl Cause {
    /// Returns the field of the Deployment that decides the failure, if a single field does.
    pub(crate) const fn field(&self) -> Option<BlamedField> {
        match self {
            Self::Deleting | Self::DeadlineExceeded { .. } | Self::PodsRejected { .. } => None,
            Self::Pod { fault, .. } => fault.field(),
        }
    }

    /// Returns the next thing to do.
    pub(crate) fn help(&self, namespace: &str) -> String {
        match self {
            Self::Deleting => "wait until the Deployment is deleted, then apply again".to_owned(),
            Self::DeadlineExceeded { .. } => {
                format!("read the events: `kubectl -n {namespace} describe pods`")
            }
            Self::PodsRejected { .. } => {
                "change the quota or policy that rejects the pods, or the fields that it names"
                    .to_owned()
            }
            Self::Pod { pod, fault } => fault.help(namespace, pod),
        }
    }
}

impl PodFault {
    const fn field(&self) -> Option<BlamedField> {
        match self {
            Self::Unschedulable { shortage: Some(Resource::Cpu), .. } => {
                Some(BlamedField::CpuRequest)
            }
            Self::Unschedulable { shortage: Some(Resource::Memory), .. } => {
                Some(BlamedField::MemoryRequest)
            }
            Self::InvalidImageName { .. } | Self::ImagePull { .. } => Some(BlamedField::Image),
            Self::ContainerStart { failure: StartFailure::WrongPlatform, .. } => {
                Some(BlamedField::Image)
            }
            Self::CrashLoop { exit: Some(Exit::OutOfMemory), .. } => Some(BlamedField::MemoryLimit),
            Self::CrashLoop { exit: Some(Exit::Code(_)) | None, .. } => Some(BlamedField::Image),
            Self::ProbeFailed { probe: Probe::Readiness, .. } => Some(BlamedField::ReadinessProbe),
            Self::ProbeFailed { probe: Probe::Startup, .. } => Some(BlamedField::StartupProbe),
            Self::Unschedulable { shortage: None, .. }
            | Self::ContainerStart {
                failure: StartFailure::Config | StartFailure::Create | StartFailure::Run,
                ..
            }
            | Self::Starting
            | Self::NotReady => None,
        }
    }

    fn help(&self, namespace: &str, pod: &str) -> String {
        let describe = || format!("read the events: `kubectl -n {namespace} describe pod {pod}`");
        let text = match self {
            Self::Unschedulable { shortage: Some(Resource::Cpu), .. } => {
                "lower `cpu` of `resource_request`, or add nodes"
            }
            Self::Unschedulable { shortage: Some(Resource::Memory), .. } => {
                "lower `memory` of `resource_request`, or add nodes"
            }
            Self::Unschedulable { shortage: None, .. } => {
                "read the state of the nodes: `kubectl describe nodes`"
            }
            Self::InvalidImageName { .. } => "correct the name of the image",
            Self::ImagePull { failure: PullFailure::NotFound, .. } => {
                "check the name and the tag of the image, and that the image was pushed"
            }
            Self::ImagePull { failure: PullFailure::Denied, .. } => {
                "check the name of the image, and that the nodes may pull it"
            }
            Self::ImagePull { failure: PullFailure::WrongPlatform, .. }
            | Self::ContainerStart { failure: StartFailure::WrongPlatform, .. } => {
                "build the image for the nodes with `docker buildx build --platform PLATFORM`"
            }
            Self::ImagePull { failure: PullFailure::Other, .. } => {
                "check that the nodes can reach the registry"
            }
            Self::ContainerStart { failure: StartFailure::Config, .. } => {
                "add the missing Secret, ConfigMap or key; `optakit secret set` adds a secret"
            }
            Self::ContainerStart { failure: StartFailure::Create | StartFailure::Run, .. }
            | Self::Starting
            | Self::NotReady => return describe(),
            Self::CrashLoop { exit: Some(Exit::OutOfMemory), .. } => {
                "raise `memory` of `resource_request`; the limit is twice that value"
            }
            Self::CrashLoop { container, exit: Some(Exit::Code(_)) | None } => {
                return format!(
                    "read the log: `kubectl -n {namespace} logs {pod} -c {container} --previous`"
                );
            }
            Self::ProbeFailed { .. } => {
                "check that the container answers at the path and port of the probe"
            }
        };
        text.to_owned()
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleting => f.write_str("the Deployment is being deleted"),
            Self::DeadlineExceeded { message } => {
                write!(f, "no progress within the deadline (ProgressDeadlineExceeded): {message}")
            }
            Self::PodsRejected { message } => write!(f, "pods cannot be created: {message}"),
            Self::Pod { pod, fault } => write!(f, "pod {pod}: {fault}"),
        }
    }
}

impl Display for PodFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unschedulable { message, .. } => write!(f, "cannot be scheduled: {message}"),
            Self::InvalidImageName { image } => {
                write!(f, "`{image}` is not a valid image name (InvalidImageName)")
            }
            Self::ImagePull { image, reason, message, .. } => {
                write!(f, "image `{image}` cannot be pulled ({reason}){}", detail(message))
            }
            Self::ContainerStart { container, reason, message, .. } => {
                write!(f, "container `{container}` cannot start ({reason}){}", detail(message))
            }
            Self::CrashLoop { container, exit } => {
                write!(f, "container `{container}` keeps crashing (CrashLoopBackOff")?;
                match exit {
                    Some(Exit::OutOfMemory) => f.write_str(", out of memory)"),
                    Some(Exit::Code(code)) => write!(f, ", exit code {code})"),
                    None => f.write_str(")"),
                }
            }
            Self::ProbeFailed { container, probe } => {
                let probe = match probe {
                    Probe::Startup => "startup",
                    Probe::Readiness => "readiness",
                };
                write!(f, "the {probe} probe of container `{container}` has not succeeded yet")
            }
            Self::Starting => f.write_str("the containers have not started yet"),
            Self::NotReady => f.write_str("not ready yet"),
        }
    }
}

fn detail(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fault: PodFault, text: &str, field: Option<BlamedField>, help: &str) {
        let cause = Cause::Pod { pod: "p".to_owned(), fault };
        assert_eq!(cause.to_string(), format!("pod p: {text}"));
        assert_eq!(cause.field(), field);
        assert!(cause.help("shop").contains(help), "{}", cause.help("shop"));
    }

    #[test]
    fn each_cause_has_its_wording_field_and_help() {
        check(
            PodFault::CrashLoop { container: "api".to_owned(), exit: Some(Exit::Code(1)) },
            "container `api` keeps crashing (CrashLoopBackOff, exit code 1)",
            Some(BlamedField::Image),
            "kubectl -n shop logs p -c api --previous",
        );
        check(
            PodFault::CrashLoop { container: "api".to_owned(), exit: Some(Exit::OutOfMemory) },
            "container `api` keeps crashing (CrashLoopBackOff, out of memory)",
            Some(BlamedField::MemoryLimit),
            "raise `memory`",
        );
        check(
            PodFault::Unschedulable {
                message: "1 Insufficient memory".to_owned(),
                shortage: Some(Resource::Memory),
            },
            "cannot be scheduled: 1 Insufficient memory",
            Some(BlamedField::MemoryRequest),
            "lower `memory`",
        );
        check(
            PodFault::ProbeFailed { container: "api".to_owned(), probe: Probe::Readiness },
            "the readiness probe of container `api` has not succeeded yet",
            Some(BlamedField::ReadinessProbe),
            "path and port of the probe",
        );
        check(PodFault::Starting, "the containers have not started yet", None, "describe pod p");
    }
}
