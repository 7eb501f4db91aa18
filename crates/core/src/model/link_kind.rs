//! The module types that services can link to.

use super::cloud::Cloud;

/// A module type that services can link to.
#[derive(Clone, Copy, Debug)]
pub struct LinkKind {
    /// The module type, such as `postgres`.
    pub module_type: &'static str,
    /// The access that a link gives to the service.
    pub access: LinkAccess,
    /// Whether the service needs the certificates of RDS to verify the server.
    pub rds_certificates: bool,
}

/// The access that a link gives to the service.
#[derive(Clone, Copy, Debug)]
pub enum LinkAccess {
    /// Outputs of the module. Each becomes an environment variable, in this order.
    Credentials(&'static [&'static str]),
    /// Permissions of the IAM role.
    Permissions {
        /// The permissions that a link can request.
        all: &'static [LinkPermission],
        /// The permissions of a link that requests none.
        default: &'static [LinkPermission],
    },
}

/// A permission that a link can request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPermission {
    /// Read the objects of a bucket.
    ReadBucket,
    /// Read and write the objects of a bucket.
    WriteBucket,
    /// Send messages to a queue.
    PublishQueue,
    /// Receive messages from a queue.
    SubscribeQueue,
    /// Publish messages to a topic.
    PublishTopic,
    /// Read the items of a table.
    ReadTable,
    /// Read and write the items of a table.
    WriteTable,
}

impl LinkPermission {
    /// Returns the name of the permission in a link.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadBucket | Self::ReadTable => "read",
            Self::WriteBucket | Self::WriteTable => "write",
            Self::PublishQueue | Self::PublishTopic => "publish",
            Self::SubscribeQueue => "subscribe",
        }
    }

    /// Whether a text is the name of a permission.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        matches!(text, "read" | "write" | "publish" | "subscribe")
    }

    /// Returns the names of permissions.
    #[must_use]
    pub fn names(permissions: &[Self]) -> Vec<&'static str> {
        permissions.iter().map(|permission| permission.name()).collect()
    }
}

const DATABASE: LinkAccess =
    LinkAccess::Credentials(&["db_user", "db_name", "db_password", "db_host"]);

/// Every module type that services can link to.
pub const LINK_KINDS: &[LinkKind] = &[
    LinkKind { module_type: "postgres", access: DATABASE, rds_certificates: true },
    LinkKind { module_type: "mysql", access: DATABASE, rds_certificates: true },
    LinkKind {
        module_type: "redis",
        access: LinkAccess::Credentials(&["cache_host", "cache_auth_token"]),
        rds_certificates: false,
    },
    LinkKind {
        module_type: "documentdb",
        access: LinkAccess::Credentials(&["db_user", "db_host", "db_password"]),
        rds_certificates: true,
    },
    LinkKind {
        module_type: "mongodb",
        access: LinkAccess::Credentials(&["db_user", "db_host", "db_password"]),
        rds_certificates: false,
    },
    LinkKind {
        module_type: "mongodb-atlas",
        access: LinkAccess::Credentials(&[
            "db_password",
            "db_user",
            "mongodb_atlas_connection_string",
        ]),
        rds_certificates: false,
    },
    LinkKind {
        module_type: "s3",
        access: LinkAccess::Permissions {
            all: &[LinkPermission::ReadBucket, LinkPermission::WriteBucket],
            default: &[LinkPermission::WriteBucket],
        },
        rds_certificates: false,
    },
    LinkKind {
        module_type: "sqs",
        access: LinkAccess::Permissions {
            all: &[LinkPermission::PublishQueue, LinkPermission::SubscribeQueue],
            default: &[LinkPermission::PublishQueue, LinkPermission::SubscribeQueue],
        },
        rds_certificates: false,
    },
    LinkKind {
        module_type: "sns",
        access: LinkAccess::Permissions {
            all: &[LinkPermission::PublishTopic],
            default: &[LinkPermission::PublishTopic],
        },
        rds_certificates: false,
    },
    LinkKind {
        module_type: "dynamodb",
        access: LinkAccess::Permissions {
            all: &[LinkPermission::ReadTable, LinkPermission::WriteTable],
            default: &[LinkPermission::WriteTable],
        },
        rds_certificates: false,
    },
];

/// Returns the outputs of a module type that a link gives to a service as variables.
///
/// The redis of a local cluster has no password.
#[must_use]
pub fn credentials_of(module_type: &str, cloud: Cloud) -> &'static [&'static str] {
    match LinkKind::of(module_type).map(|kind| kind.access) {
        Some(LinkAccess::Credentials(_)) if module_type == "redis" && cloud.is_local() => {
            &["cache_host"]
        }
        Some(LinkAccess::Credentials(outputs)) => outputs,
        Some(LinkAccess::Permissions { .. }) | None => &[],
    }
}

impl LinkKind {
    /// Returns the link kind of a module type, without its prefix `aws-`.
    #[must_use]
    pub fn of(module_type: &str) -> Option<&'static Self> {
        LINK_KINDS.iter().find(|kind| kind.module_type == module_type)
    }
}

/// Returns whether an output is a secret. Secrets are stored in Kubernetes Secrets only, never in
/// manifests, bundles, logs and messages.
///
/// The ARN of a secret is not a secret.
#[must_use]
pub fn is_secret_output(output: &str) -> bool {
    let output = output.to_ascii_lowercase();
    !output.ends_with("_arn")
        && ["password", "token", "secret", "connection_string", "private_key", "access_key"]
            .iter()
            .any(|word| output.contains(word))
}
