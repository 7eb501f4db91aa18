//! The kinds of Kubernetes objects that Optakit writes, and all that depends on the kind.

use serde::{Serialize, Serializer};

/// The steps of an apply, in order. Objects of one stage are written at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The namespace of all other objects.
    Namespace,
    /// Objects that pods read when they start.
    Configuration,
    /// The Services, so that pods find each other.
    Service,
    /// The pods. The apply waits until they are ready.
    Rollout,
    /// Objects that change the number of pods.
    Scaling,
    /// Objects that route requests to the pods.
    Traffic,
    /// Objects that start other pods later. They are written last, so that a failed apply starts
    /// none.
    Schedule,
}

/// Whether an apply deletes objects that the bundle no longer contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// The objects are deleted.
    Prune,
    /// The objects are never deleted.
    Protect,
}

/// The facts about a kind.
struct Facts {
    name: &'static str,
    api_version: &'static str,
    plural: &'static str,
    stage: Stage,
    is_namespaced: bool,
    is_awaited: bool,
    pruning: Pruning,
    pod_template: Option<&'static str>,
}

/// Facts about a kind that is namespaced, not waited for, and pruned.
const fn facts(
    name: &'static str,
    api_version: &'static str,
    plural: &'static str,
    stage: Stage,
) -> Facts {
    Facts {
        name,
        api_version,
        plural,
        stage,
        is_namespaced: true,
        is_awaited: false,
        pruning: Pruning::Prune,
        pod_template: None,
    }
}

macro_rules! kinds {
    ($($kind:ident => $facts:expr,)*) => {
        /// A kind of Kubernetes object, in the order in which objects are written.
        ///
        /// Objects are deleted in the opposite order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", stringify!($kind), "`.")] $kind,)*
        }

        impl Kind {
            /// Every kind, in the order in which objects are written.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            const fn facts(self) -> Facts {
                match self {
                    $(Self::$kind => $facts,)*
                }
            }
        }
    };
}

kinds! {
    Namespace => Facts {
        is_namespaced: false,
        pruning: Pruning::Protect,
        ..facts("Namespace", "v1", "namespaces", Stage::Namespace)
    },
    ServiceAccount => facts("ServiceAccount", "v1", "serviceaccounts", Stage::Configuration),
    ConfigMap => facts("ConfigMap", "v1", "configmaps", Stage::Configuration),
    Secret => facts("Secret", "v1", "secrets", Stage::Configuration),
    Service => facts("Service", "v1", "services", Stage::Service),
    Deployment => Facts {
        is_awaited: true,
        pod_template: Some("/spec/template"),
        ..facts("Deployment", "apps/v1", "deployments", Stage::Rollout)
    },
    StatefulSet => Facts {
        is_awaited: true,
        pod_template: Some("/spec/template"),
        ..facts("StatefulSet", "apps/v1", "statefulsets", Stage::Rollout)
    },
    HorizontalPodAutoscaler => facts(
        "HorizontalPodAutoscaler",
        "autoscaling/v2",
        "horizontalpodautoscalers",
        Stage::Scaling,
    ),
    PodDisruptionBudget => facts(
        "PodDisruptionBudget",
        "policy/v1",
        "poddisruptionbudgets",
        Stage::Scaling,
    ),
    Ingress => facts("Ingress", "networking.k8s.io/v1", "ingresses", Stage::Traffic),
    HttpRoute => facts(
        "HTTPRoute",
        "gateway.networking.k8s.io/v1",
        "httproutes",
        Stage::Traffic,
    ),
    GrpcRoute => facts(
        "GRPCRoute",
        "gateway.networking.k8s.io/v1",
        "grpcroutes",
        Stage::Traffic,
    ),
    // Only the experimental channel of the Gateway API has this kind.
    TcpRoute => facts(
        "TCPRoute",
        "gateway.networking.k8s.io/v1alpha2",
        "tcproutes",
        Stage::Traffic,
    ),
    CronJob => Facts {
        pod_template: Some("/spec/jobTemplate/spec/template"),
        ..facts("CronJob", "batch/v1", "cronjobs", Stage::Schedule)
    },
}

impl Kind {
    /// Returns the kind of an object, by its `apiVersion` and `kind`.
    #[must_use]
    pub fn find(api_version: &str, name: &str) -> Option<Self> {
        Self::find_by(|kind| kind.api_version() == api_version && kind.name() == name)
    }

    /// Returns the kind with this name and group, such as `Service` or `Deployment.apps`.
    #[must_use]
    pub fn from_group_kind(group_kind: &str) -> Option<Self> {
        let (name, group) = group_kind.split_once('.').unwrap_or((group_kind, ""));
        Self::find_by(|kind| kind.name() == name && kind.group() == group)
    }

    fn find_by(matches: impl Fn(Self) -> bool) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| matches(*kind))
    }

    /// The value of `kind` in a manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The value of `apiVersion` in a manifest.
    #[must_use]
    pub const fn api_version(self) -> &'static str {
        self.facts().api_version
    }

    /// The API group. It is empty for the core group.
    #[must_use]
    pub fn group(self) -> &'static str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    /// The version within the API group.
    #[must_use]
    pub fn version(self) -> &'static str {
        self.api_version().split_once('/').map_or(self.api_version(), |(_, version)| version)
    }

    /// The name with the group, as an `ApplySet` writes it: `Service`, `Deployment.apps`.
    #[must_use]
    pub fn group_kind(self) -> String {
        match self.group() {
            "" => self.name().to_owned(),
            group => format!("{}.{group}", self.name()),
        }
    }

    /// The name in the API server's URLs.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        self.facts().plural
    }

    /// The position of the kind in the order in which objects are written.
    #[must_use]
    pub const fn rank(self) -> usize {
        self as usize
    }

    /// The number in the name of a file with an object of this kind.
    ///
    /// Users store these files, so the numbers stay the same. Some kinds have the same number: a
    /// Deployment and a StatefulSet, of which a service has one, and a GRPCRoute and a TCPRoute.
    #[must_use]
    pub const fn file_number(self) -> usize {
        let rank = self.rank();
        if rank > Self::GrpcRoute.rank() {
            rank - 2
        } else if rank > Self::Deployment.rank() {
            rank - 1
        } else {
            rank
        }
    }

    /// The step of an apply that writes objects of this kind.
    #[must_use]
    pub const fn stage(self) -> Stage {
        self.facts().stage
    }

    /// Whether objects of this kind belong to a namespace.
    #[must_use]
    pub const fn is_namespaced(self) -> bool {
        self.facts().is_namespaced
    }

    /// Whether an apply waits until an object of this kind is ready.
    #[must_use]
    pub const fn is_awaited(self) -> bool {
        self.facts().is_awaited
    }

    /// Whether an apply may delete objects of this kind.
    #[must_use]
    pub const fn pruning(self) -> Pruning {
        self.facts().pruning
    }

    /// The JSON pointer to the template of the pods, if objects of this kind have pods.
    #[must_use]
    pub const fn pod_template(self) -> Option<&'static str> {
        self.facts().pod_template
    }

    /// Whether objects of this kind are useless while the service has no pods.
    #[must_use]
    pub fn needs_pods(self) -> bool {
        self.stage() >= Stage::Rollout
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_names() {
        for kind in Kind::ALL {
            assert_eq!(Kind::find(kind.api_version(), kind.name()), Some(*kind));
            assert_eq!(Kind::from_group_kind(&kind.group_kind()), Some(*kind));
        }
        assert_eq!(Kind::Deployment.group_kind(), "Deployment.apps");
        assert_eq!(Kind::find("apps/v1beta1", "Deployment"), None);
        assert_eq!(Kind::from_group_kind("Deployment"), None);
    }

    #[test]
    fn numbers_of_files_stay_the_same() {
        let numbers = [
            (Kind::Deployment, 5),
            (Kind::StatefulSet, 5),
            (Kind::HorizontalPodAutoscaler, 6),
            (Kind::Ingress, 8),
            (Kind::GrpcRoute, 10),
            (Kind::TcpRoute, 10),
            (Kind::CronJob, 11),
        ];
        assert!(numbers.iter().all(|(kind, number)| kind.file_number() == *number));
    }

    #[test]
    fn kinds_are_listed_in_the_order_of_their_stages() {
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.stage()));
        assert!(Kind::ALL.iter().enumerate().all(|(index, kind)| kind.rank() == index));
    }
}
