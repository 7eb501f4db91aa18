//! What manifests are rendered for: how close to Opta, how little pods may do, which Kubernetes.

/// How close to Opta the manifests stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Today's practice, on Opta's names.
    #[default]
    Default,
    /// Pod template, selector, Service, ServiceAccount and rules as Opta's chart of 2021 had them,
    /// so that no pod restarts.
    Opta2021,
}

impl Profile {
    /// Every profile with its name.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("default", Self::Default), ("opta-2021", Self::Opta2021)];
}

/// How little a pod may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hardening {
    /// The PodSecurity level `baseline`, and what costs no image anything.
    #[default]
    Baseline,
    /// The PodSecurity level `restricted`: no root, no capabilities.
    Restricted,
}

impl Hardening {
    /// Every level with its name.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("baseline", Self::Baseline), ("restricted", Self::Restricted)];
}

/// The minor version of Kubernetes that the manifests are for.
///
/// All four take the same objects today: the youngest field in use, `lifecycle.preStop.sleep`, is
/// on by default since 1.30. A field that one of them lacks is decided here.
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
