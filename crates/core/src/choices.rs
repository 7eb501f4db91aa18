//! The choices that decide how a service file is rendered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::exposure::Exposure;
use crate::model::image::{check_digest, check_tag};
use crate::quote::{one_of, quoted};
use crate::render::{Hardening, Kubernetes, Profile};
use crate::resolve::Values;
use crate::rfc1123;

/// How to render a service file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub struct Choices {
    /// The name of the environment. Required if the service file has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The profile. Default: `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "javascript", tsify(type = "'default' | 'opta-2021' | 'opta-2022'"))]
    pub profile: Option<String>,
    /// The Pod Security Standard. Default: `baseline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "javascript", tsify(type = "'baseline' | 'restricted'"))]
    pub hardening: Option<String>,
    /// How traffic reaches services. Default: `nginx`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "javascript", tsify(type = "'nginx' | 'gateway' | 'alb'"))]
    pub exposure: Option<String>,
    /// The Gateway for the exposure `gateway`, as `namespace/name`. Default: `gateway/gateway`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// The Kubernetes version, like `1.36`. Default: the newest supported version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<String>,
    /// The tag of `AUTO` images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tag: Option<String>,
    /// The digest of `AUTO` images. Overrides the tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
}

/// The parsed choices that the renderer uses.
#[derive(Clone, Debug)]
pub(crate) struct RenderOptions {
    pub(crate) profile: Profile,
    pub(crate) hardening: Hardening,
    pub(crate) exposure: Exposure,
    /// The namespace and name of the Gateway.
    pub(crate) gateway: (String, String),
}

impl Choices {
    /// Fills in the choices that are not set from a values file.
    pub(crate) fn or_values(&self, values: &Values) -> Self {
        // A digest overrides a tag. The digest of the values file must not override the tag of the
        // caller.
        let digest = values.image_digest.clone().filter(|_| self.image_tag.is_none());
        Self {
            environment: self.environment.clone().or_else(|| values.env.clone()),
            image_tag: self.image_tag.clone().or_else(|| values.image_tag.clone()),
            image_digest: self.image_digest.clone().or(digest),
            ..self.clone()
        }
    }

    /// Parses the choices.
    ///
    /// # Errors
    ///
    /// Fails with a message if a choice is invalid.
    pub(crate) fn parse(&self) -> Result<RenderOptions, String> {
        let profile = find("profile", self.profile.as_deref(), Profile::ALL)?;
        let hardening = find("hardening", self.hardening.as_deref(), Hardening::ALL)?;
        if hardening == Hardening::Restricted && profile.is_opta() {
            return Err("hardening `restricted` changes pods, but profiles of Opta keep them as \
                        Opta rendered them"
                .to_owned());
        }
        let options = RenderOptions {
            profile,
            hardening,
            exposure: self.exposure()?,
            gateway: self.gateway()?,
        };
        let minor =
            self.kubernetes.as_deref().map(|version| version.strip_prefix('v').unwrap_or(version));
        find("Kubernetes version", minor, Kubernetes::ALL)?;
        self.check_image()?;
        Ok(options)
    }

    /// Checks the image tag and the image digest.
    ///
    /// # Errors
    ///
    /// Fails with a message if one of them is not valid.
    pub fn check_image(&self) -> Result<(), String> {
        self.image_tag.as_deref().map_or(Ok(()), check_tag)?;
        self.image_digest.as_deref().map_or(Ok(()), check_digest)
    }

    /// Parses the exposure.
    ///
    /// # Errors
    ///
    /// Fails with a message if there is no exposure of this name.
    pub(crate) fn exposure(&self) -> Result<Exposure, String> {
        find("exposure", self.exposure.as_deref(), Exposure::ALL)
    }

    /// Parses the namespace and the name of the Gateway.
    ///
    /// # Errors
    ///
    /// Fails with a message if the Gateway is not valid.
    pub(crate) fn gateway(&self) -> Result<(String, String), String> {
        let Some(gateway) = &self.gateway else {
            return Ok(("gateway".to_owned(), "gateway".to_owned()));
        };
        let parts = gateway
            .split_once('/')
            .filter(|(namespace, name)| rfc1123::is_label(namespace) && rfc1123::is_label(name));
        parts.map(|(namespace, name)| (namespace.to_owned(), name.to_owned())).ok_or_else(|| {
            format!(
                "`{gateway}` is not a valid Gateway, expected namespace and name like \
                 `infra/public`"
            )
        })
    }
}

/// Finds the value of a name; the default if there is no name.
fn find<T: Copy + Default>(
    choice: &str,
    name: Option<&str>,
    all: &[(&str, T)],
) -> Result<T, String> {
    let Some(name) = name else { return Ok(T::default()) };
    let found = all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        format!("unknown {choice} {}, expected {}", quoted(name), one_of(&names))
    })
}
