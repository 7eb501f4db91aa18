//! The choices that affect all manifests: profile, hardening and version of Kubernetes.

/// How similar the manifests are to those of Opta.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Current best practice, with the names of Opta.
    #[default]
    Default,
    /// Pod template, selector, Service, ServiceAccount and Ingress rules exactly as Opta's chart of
    /// 2021 rendered them, so that no pod restarts.
    Opta2021,
    /// The same for Opta's last chart, of August 2022.
    Opta2022,
}

impl Profile {
    /// Every profile with its name, the default first.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("default", Self::Default), ("opta-2021", Self::Opta2021), ("opta-2022", Self::Opta2022)];

    /// Whether the pods are those of one of Opta's charts.
    #[must_use]
    pub const fn is_opta(self) -> bool {
        matches!(self, Self::Opta2021 | Self::Opta2022)
    }
}

/// The Pod Security Standard that pods meet
/// (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hardening {
    /// The level `baseline`, with those settings of `restricted` that work for every image.
    #[default]
    Baseline,
    /// The level `restricted`: no root user, no capabilities.
    Restricted,
}

impl Hardening {
    /// Every level with its name, the default first.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("baseline", Self::Baseline), ("restricted", Self::Restricted)];
}

/// The minor version of Kubernetes that the manifests target.
///
/// All four versions accept the same objects. The newest field in use is `lifecycle.preStop.sleep`,
/// which is on by default since 1.30.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kubernetes {
    /// 1.33.
    V1_33,
    /// 1.34.
    V1_34,
    /// 1.35.
    V1_35,
    /// 1.36.
    #[default]
    V1_36,
}

impl Kubernetes {
    /// Every version with its name, the default first.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("1.36", Self::V1_36),
        ("1.35", Self::V1_35),
        ("1.34", Self::V1_34),
        ("1.33", Self::V1_33),
    ];
}
