//! The ways to expose a service outside the cluster.

/// The way to expose services outside the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exposure {
    /// An Ingress for ingress-nginx, as in Opta.
    #[default]
    Nginx,
    /// Routes of the Gateway API.
    Gateway,
    /// An Ingress for the AWS Load Balancer Controller.
    Alb,
}

impl Exposure {
    /// Every exposure with its name.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("nginx", Self::Nginx), ("gateway", Self::Gateway), ("alb", Self::Alb)];
}
