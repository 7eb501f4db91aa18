//! The input of rendering, except for the service itself.

use super::target::{Hardening, Profile};
use crate::model::environment::Environment;
use crate::model::exposure::Exposure;
use crate::model::link_variable::LinkVariable;
use crate::model::name::Names;
use crate::span::Span;
use crate::text::Text;

/// How to render the pods of a service whose AUTO image has neither tag nor digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutImage {
    /// Leave out the objects that need an image, so that the manifests can be applied.
    LeaveOut,
    /// Render all objects, with a hole for the digest. Bundles use this.
    Hole,
}

/// The input of the renderer, except the service.
#[derive(Clone, Copy, Debug)]
pub struct ServiceContext<'a> {
    /// The names of the service's objects.
    pub names: &'a Names,
    /// The environment that the service runs in.
    pub environment: &'a Environment,
    /// The profile of the manifests.
    pub profile: Profile,
    /// The restrictions for pods.
    pub hardening: Hardening,
    /// The implementation that routes requests to the service.
    pub exposure: Exposure,
    /// Namespace and name of the Gateway of the routes.
    pub gateway: (&'a str, &'a str),
    /// The version label of every object: the tag for AUTO images, or `latest`.
    pub version: &'a Text,
    /// The tag for AUTO images.
    pub image_tag: Option<&'a str>,
    /// The digest for AUTO images.
    pub image_digest: Option<&'a str>,
    /// The random end of the repository's name, which the profile `opta-2022` needs.
    pub repository_suffix: Option<&'a str>,
    /// How to render an AUTO image without tag and digest.
    pub without_image: WithoutImage,
    /// The certificates of RDS for the region, as PEM.
    pub rds_certificates: &'a Text,
    /// The environment variables from the links of the service, in order.
    pub link_variables: &'a [LinkVariable],
    /// The span of the module in the service file.
    pub span: Span,
}
