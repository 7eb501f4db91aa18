//! The causes of a failed rollout. A variant carries the facts that the cluster reports; its
//! wording, the field of opta.yml that decides it, and the help follow from the variant.

use std::fmt::{self, Display, Formatter};

use optakit_core::kind::Kind;

use super::failed_pods::FailedPods;
use super::fault_reason::{BlamedField, StartFailure};
use super::paused::Paused;
use super::pod_fault::PodFault;
use crate::hint;
use crate::live::is_used_up_quota;

/// Why a rollout fails, or is not finished yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The Deployment or StatefulSet is being deleted.
    Deleting { kind: Kind },
    /// The Deployment is paused, so that no pods are replaced.
    Paused(Paused),
    /// The Deployment controller reports `ProgressDeadlineExceeded`. `problem` is the problem of a
    /// pod at that time.
    DeadlineExceeded { seconds: i32, message: String, problem: Option<Box<Cause>> },
    /// The API server rejects the pods, for example because of a quota or of Pod Security.
    PodsRejected { rejection: Rejection, message: String },
    /// A pod of the new revision has a problem.
    Pod { pod: String, fault: PodFault },
}

/// Why the API server rejects pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// A policy denies the pods. It denies them until the pods or the policy change.
    Policy,
    /// A quota is used up.
    Quota,
    /// A part that the API server needs is unavailable, for example a webhook.
    Temporary,
}

impl Rejection {
    /// Reads why the API server rejects pods. Conditions and events contain only its message.
    pub(super) fn read(message: &str) -> Self {
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if is_used_up_quota(message) {
            Self::Quota
        // The texts of the admission plugins ServiceAccount and Priority.
        } else if says(&["error looking up service account", "no PriorityClass with name"]) {
            Self::Temporary
        } else if says(&[" is forbidden: ", " denied the request"]) {
            Self::Policy
        } else {
            Self::Temporary
        }
    }
}

impl Cause {
    /// Returns the field of the Deployment that decides the failure, if a single field does.
    pub(crate) const fn field(&self) -> Option<BlamedField> {
        match self {
            Self::DeadlineExceeded { problem: Some(problem), .. } => problem.field(),
            Self::Deleting { .. }
            | Self::Paused(_)
            | Self::DeadlineExceeded { problem: None, .. }
            | Self::PodsRejected { .. } => None,
            Self::Pod { fault, .. } => fault.field(),
        }
    }

    /// Returns the pod and the container whose log may explain the failure.
    pub(crate) fn log_source(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Pod { pod, fault } => {
                Some((pod, fault.container().map(|container| container.name.as_str())))
            }
            Self::DeadlineExceeded { problem: Some(problem), .. } => problem.log_source(),
            Self::Deleting { .. }
            | Self::Paused(_)
            | Self::DeadlineExceeded { problem: None, .. }
            | Self::PodsRejected { .. } => None,
        }
    }

    /// Returns the help.
    pub(crate) fn help(&self, namespace: &str, pods: FailedPods) -> String {
        match self {
            Self::Deleting { kind } => {
                format!("wait until the {kind} is deleted, then apply again")
            }
            Self::Paused(paused) => paused.help(namespace),
            Self::DeadlineExceeded { problem: Some(problem), .. } => problem.help(namespace, pods),
            Self::DeadlineExceeded { problem: None, .. } => {
                pods.read("the events", &format!("-n {namespace} describe pods"))
            }
            Self::PodsRejected { rejection: Rejection::Policy, .. } => {
                "change the policy that rejects the pods, or the fields that it names".to_owned()
            }
            Self::PodsRejected { rejection: Rejection::Quota, .. } => {
                let describe = format!("-n {namespace} describe quota");
                format!("raise the quota, which `{}` shows", hint::kubectl(&describe))
            }
            Self::PodsRejected { rejection: Rejection::Temporary, .. } => {
                "fix the problem in the message, then apply again".to_owned()
            }
            Self::Pod { pod, fault } => fault.help(namespace, pod, pods),
        }
    }

    /// Whether events may explain the problem.
    pub(super) const fn has_events(&self) -> bool {
        match self {
            Self::Pod { fault: PodFault::Starting, .. }
            | Self::Deleting { .. }
            | Self::Paused(_) => false,
            Self::Pod { .. } | Self::DeadlineExceeded { .. } | Self::PodsRejected { .. } => true,
        }
    }

    /// Returns a name for a problem that may go away, if it is worth a warning. A problem is
    /// reported once per name.
    pub(super) const fn warning(&self) -> Option<&'static str> {
        match self {
            Self::Deleting { .. } | Self::Paused(_) => None,
            Self::DeadlineExceeded { .. } => Some("deadline"),
            Self::PodsRejected { rejection: Rejection::Quota, .. } => Some("quota"),
            Self::PodsRejected { rejection: Rejection::Policy, .. } => Some("policy"),
            Self::PodsRejected { rejection: Rejection::Temporary, .. } => Some("rejected"),
            Self::Pod { fault, .. } => match fault {
                PodFault::Unschedulable { scale_up: None, .. } => Some("unschedulable"),
                PodFault::Unschedulable { scale_up: Some(scale_up), .. } => Some(scale_up.name()),
                PodFault::ContainerStart { failure: StartFailure::Config, .. } => Some("config"),
                PodFault::ContainerStart { .. } => Some("start"),
                PodFault::ImagePull { .. } => Some("pull"),
                PodFault::CrashLoop { .. } => Some("crash"),
                PodFault::Ended { .. } => Some("ended"),
                PodFault::InvalidImageName { .. }
                | PodFault::ProbeFailed { .. }
                | PodFault::ReadinessGate { .. }
                | PodFault::Starting
                | PodFault::NotReady => None,
            },
        }
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleting { kind } => write!(f, "the {kind} is being deleted"),
            Self::Paused(paused) => paused.fmt(f),
            Self::DeadlineExceeded { seconds, message, problem } => {
                write!(
                    f,
                    "no progress within {seconds} s, the `progressDeadlineSeconds` of the \
                     Deployment (ProgressDeadlineExceeded): "
                )?;
                match problem {
                    Some(problem) => problem.fmt(f),
                    None => f.write_str(message),
                }
            }
            Self::PodsRejected { message, .. } => write!(f, "pods cannot be created: {message}"),
            Self::Pod { pod, fault } => write!(f, "pod {pod}: {fault}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault_reason::{Resource, ScaleUp};
    use super::super::pod_fault::Container;
    use super::*;

    #[test]
    fn only_a_policy_rejects_pods_for_good() {
        let check = |message: &str, expected: Rejection| {
            assert_eq!(Rejection::read(message), expected, "{message}");
        };
        check(
            "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": seccompProfile",
            Rejection::Policy,
        );
        check("admission webhook \"v.acme.io\" denied the request: no tag", Rejection::Policy);
        check("pods \"x\" is forbidden: maximum cpu usage per Pod is 1", Rejection::Policy);
        check("pods \"x\" is forbidden: failed quota: q: must specify cpu", Rejection::Policy);
        check("pods \"x\" is forbidden: exceeded quota: q, used: pods=1", Rejection::Quota);
        check("pods \"x\" is forbidden: status unknown for quota: q", Rejection::Quota);
        check(
            "pods \"x\" is forbidden: error looking up service account shop/api: not found",
            Rejection::Temporary,
        );
        check(
            "Internal error occurred: failed calling webhook \"v.acme.io\": failed to call \
             webhook: Post \"https://10.0.0.1/\": connect: connection refused",
            Rejection::Temporary,
        );
    }
    fn pod(fault: PodFault) -> Cause {
        Cause::Pod { pod: "api-1".to_owned(), fault }
    }

    fn container() -> Container {
        Container { name: "app".to_owned(), is_init: false, is_ours: true }
    }

    fn unschedulable(scale_up: Option<ScaleUp>) -> Cause {
        let message = "0/1 nodes".to_owned();
        pod(PodFault::Unschedulable { message, shortage: Some(Resource::Cpu), scale_up })
    }

    fn rejected(rejection: Rejection) -> Cause {
        Cause::PodsRejected { rejection, message: String::new() }
    }

    fn start(failure: StartFailure) -> Cause {
        let (reason, message) = (String::new(), String::new());
        pod(PodFault::ContainerStart { container: container(), reason, failure, message })
    }

    #[test]
    fn each_problem_that_may_be_temporary_is_a_warning_with_a_name() {
        let message = String::new;
        for (cause, name) in [
            (rejected(Rejection::Quota), Some("quota")),
            (rejected(Rejection::Policy), Some("policy")),
            (rejected(Rejection::Temporary), Some("rejected")),
            (unschedulable(None), Some("unschedulable")),
            (
                unschedulable(Some(ScaleUp::Started { message: message() })),
                Some("scale-up started"),
            ),
            (
                unschedulable(Some(ScaleUp::Refused { message: message() })),
                Some("scale-up refused"),
            ),
            (start(StartFailure::Config), Some("config")),
            (start(StartFailure::User), Some("start")),
            (pod(PodFault::CrashLoop { container: container(), exit: None }), Some("crash")),
            (pod(PodFault::Ended { reason: message(), message: message() }), Some("ended")),
            (pod(PodFault::Starting), None),
            (pod(PodFault::NotReady), None),
            (Cause::Deleting { kind: Kind::Deployment }, None),
        ] {
            assert_eq!(cause.warning(), name, "{cause}");
        }
    }

    #[test]
    fn events_are_read_for_problems_that_they_may_explain() {
        assert!(unschedulable(None).has_events() && rejected(Rejection::Quota).has_events());
        assert!(pod(PodFault::NotReady).has_events());
        assert!(!pod(PodFault::Starting).has_events());
        assert!(!Cause::Deleting { kind: Kind::Deployment }.has_events());
    }

    #[test]
    fn a_missed_deadline_is_explained_by_the_problem_of_a_pod() {
        let deadline = |problem: Option<Cause>| Cause::DeadlineExceeded {
            seconds: 600,
            message: "timed out".to_owned(),
            problem: problem.map(Box::new),
        };
        let crash = || pod(PodFault::CrashLoop { container: container(), exit: None });
        assert_eq!(deadline(Some(crash())).log_source(), Some(("api-1", Some("app"))));
        assert_eq!(deadline(None).log_source(), None);
        assert_eq!(unschedulable(None).log_source(), Some(("api-1", None)));
        let cpu = deadline(Some(unschedulable(None)));
        assert_eq!(cpu.field(), Some(BlamedField::CpuRequest));
        assert_eq!(deadline(None).field(), None);
        assert_eq!(deadline(None).warning(), Some("deadline"));
        let text = deadline(Some(crash())).to_string();
        assert!(text.contains("no progress within 600 s") && text.contains("pod api-1:"), "{text}");
        assert!(deadline(None).to_string().ends_with("(ProgressDeadlineExceeded): timed out"));
    }
}
