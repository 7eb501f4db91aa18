//! Changes to AWS resources in the output.

use serde::{Deserialize, Serialize, Serializer};

/// The action of a run on an AWS resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AwsAction {
    Created,
    Changed,
    /// Permissions were removed after the rollout.
    Withdrawn,
    Keep,
}

/// The planned action on an AWS resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AwsPlanAction {
    Create,
    /// Pods gain permissions before the rollout.
    Grant,
    /// Pods lose permissions after the rollout.
    Withdraw,
    GrantAndWithdraw,
    Unchanged,
}

/// A change to an AWS resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AwsChange {
    /// The resource is new.
    Created,
    Tags,
    ScanOnPush,
    Lifecycle,
    Trust,
    Policy,
    Attachment,
}

impl AwsAction {
    /// The first word of the line for people.
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Withdrawn => "withdrawn",
            Self::Keep => "unchanged",
        }
    }

    /// Returns the changed parts in parentheses. A new resource changes as a whole.
    pub(super) fn parts(self, changes: &[AwsChange]) -> String {
        match self {
            Self::Created | Self::Keep => String::new(),
            Self::Changed | Self::Withdrawn => {
                let names: Vec<&str> = changes.iter().map(|change| change.name()).collect();
                format!(" ({})", names.join(", "))
            }
        }
    }
}

impl AwsPlanAction {
    /// The first words of the line for people.
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::Create => "will create",
            Self::Grant | Self::Withdraw | Self::GrantAndWithdraw => "will change",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Returns the effects of a change in parentheses.
pub(super) fn in_parentheses(effects: &[&str]) -> String {
    if effects.is_empty() { String::new() } else { format!("  ({})", effects.join("; ")) }
}

/// Returns the lines below an announced change.
pub(super) fn planned_lines(gains: &[String], loses: &[String], remarks: &[String]) -> String {
    let gains = gains.iter().map(|line| format!("\n+ {line}"));
    let loses = loses.iter().map(|line| format!("\n- {line}"));
    let remarks = remarks.iter().map(|line| format!("\n{line}"));
    gains.chain(loses).chain(remarks).collect()
}

impl AwsChange {
    /// Returns the name in every output format.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Tags => "tags",
            Self::ScanOnPush => "scan on push",
            Self::Lifecycle => "lifecycle",
            Self::Trust => "trust",
            Self::Policy => "policy",
            Self::Attachment => "attachment",
        }
    }
}

impl Serialize for AwsChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
