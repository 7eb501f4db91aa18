//! The reasons of a problem of a pod, and the fields of a Deployment that can cause it.

use crate::hint;

/// A resource that no node has enough of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Cpu,
    Memory,
}

/// The decision of the node autoscaler for a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScaleUp {
    /// It adds a node.
    Started { message: String },
    /// It does not add a node.
    Refused { message: String },
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
    /// The image runs as root, or as a user without a number, which the Deployment forbids.
    User,
    /// The image does not contain the program.
    Program,
    /// The program is built for another processor architecture.
    WrongPlatform,
    /// Another failure of the container runtime.
    Other,
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

/// The help for an image that was built for another platform.
const BUILD_FOR_PLATFORM: &str =
    "build the image for the nodes with `docker buildx build --platform PLATFORM`";

impl PullFailure {
    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::NotFound => "check the image reference, and that the image was pushed",
            Self::Denied => {
                "check the image reference, and that the nodes have permission to \
                             pull the image"
            }
            Self::WrongPlatform => BUILD_FOR_PLATFORM,
            Self::Other => "check that the nodes can reach the registry",
        }
    }
}

impl StartFailure {
    pub(super) fn help(self) -> Option<String> {
        let text = match self {
            Self::Config => {
                return Some(format!(
                    "add the missing Secret, ConfigMap or key; to add a secret, run `{}`",
                    hint::optakit("secret set", "NAME")
                ));
            }
            Self::User => "set a numeric `USER` that is not 0 in the Dockerfile",
            Self::Program => "check the command of the image",
            Self::WrongPlatform => BUILD_FOR_PLATFORM,
            Self::Other => return None,
        };
        Some(text.to_owned())
    }
}

impl ScaleUp {
    /// Returns the name of the state.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "scale-up started",
            Self::Refused { .. } => "scale-up refused",
        }
    }
}
