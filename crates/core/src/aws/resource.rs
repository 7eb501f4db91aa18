//! An AWS resource of a module.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ecr::EcrRepository;
use super::iam::IamRole;
use crate::value::PlacedHole;

/// An AWS resource of a module.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AwsResource {
    /// The repository of an AUTO image.
    EcrRepository {
        /// The module that uses the repository.
        module: String,
        /// The repository.
        resource: EcrRepository,
    },
    /// The role of the pods.
    IamRole {
        /// The module whose pods use the role.
        module: String,
        /// The role.
        resource: IamRole,
    },
}

impl AwsResource {
    /// The values of `kind` in a bundle.
    pub const KINDS: [&str; 2] = ["ecr-repository", "iam-role"];

    /// The value of `kind` in a bundle.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::EcrRepository { .. } => "ecr-repository",
            Self::IamRole { .. } => "iam-role",
        }
    }

    /// The module that uses the resource.
    #[must_use]
    pub fn module(&self) -> &str {
        match self {
            Self::EcrRepository { module, .. } | Self::IamRole { module, .. } => module,
        }
    }

    /// The name of the resource in AWS.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::EcrRepository { resource, .. } => &resource.name,
            Self::IamRole { resource, .. } => &resource.name,
        }
    }

    /// The repository, if the resource is one.
    #[must_use]
    pub const fn as_repository(&self) -> Option<&EcrRepository> {
        match self {
            Self::EcrRepository { resource, .. } => Some(resource),
            Self::IamRole { .. } => None,
        }
    }

    /// The role, if the resource is one.
    #[must_use]
    pub const fn as_role(&self) -> Option<&IamRole> {
        match self {
            Self::IamRole { resource, .. } => Some(resource),
            Self::EcrRepository { .. } => None,
        }
    }

    /// Returns the holes of a rendered resource. JSON pointers start at the resource itself.
    #[must_use]
    pub fn holes(&self) -> Vec<PlacedHole> {
        match self {
            Self::EcrRepository { resource, .. } => resource.holes(),
            Self::IamRole { resource, .. } => resource.holes(),
        }
    }
}

impl AwsResource {
    /// Returns the resource as JSON, without kind and module.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::EcrRepository { resource, .. } => to_json(resource),
            Self::IamRole { resource, .. } => to_json(resource),
        }
    }

    /// Edits texts and keys of the resource.
    pub(crate) fn edit_json(&mut self, edit: impl FnOnce(&mut serde_json::Value)) {
        match self {
            Self::EcrRepository { resource, .. } => edit_as_json(resource, edit),
            Self::IamRole { resource, .. } => edit_as_json(resource, edit),
        }
    }
}

fn to_json(resource: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(resource).expect("a resource is a tree of maps with text keys")
}

fn edit_as_json<T: Serialize + DeserializeOwned>(
    resource: &mut T,
    edit: impl FnOnce(&mut serde_json::Value),
) {
    let mut json = to_json(resource);
    edit(&mut json);
    // An edit that renames a required key is ignored.
    if let Ok(edited) = serde_json::from_value(json) {
        *resource = edited;
    }
}
