//! The AWS actions that Optakit uses, by resource
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>).
//!
//! `sts:GetCallerIdentity` needs no permission.

/// Connects to the cluster.
pub(crate) const CLUSTER: &[&str] = &["eks:DescribeCluster"];

/// Finds a repository that Opta created with a random suffix, among all repositories.
pub(crate) const FIND: &[&str] = &["ecr:DescribeRepositories", "ecr:ListTagsForResource"];

/// Creates and updates a repository.
pub(crate) const REPOSITORY: &[&str] = &[
    "ecr:CreateRepository",
    "ecr:GetLifecyclePolicy",
    "ecr:GetRepositoryPolicy",
    "ecr:PutImageScanningConfiguration",
    "ecr:PutLifecyclePolicy",
    "ecr:SetRepositoryPolicy",
    "ecr:TagResource",
];

/// Checks whether a layer exists.
pub(crate) const LAYER_EXISTS: &str = "ecr:BatchCheckLayerAvailability";

/// Pushes and reads images. The registry checks these permissions.
pub(crate) const PUSH: &[&str] = &[
    LAYER_EXISTS,
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
];

/// Logs in to the registry.
pub(crate) const REGISTRY: &[&str] = &["ecr:GetAuthorizationToken"];

/// Reads a value of `secret set --from aws-secretsmanager:NAME`.
pub(crate) const READ_SECRET: &str = "secretsmanager:GetSecretValue";

/// Reads a value of `secret set --from ssm:NAME`.
pub(crate) const READ_PARAMETER: &str = "ssm:GetParameter";

/// Creates and updates the role of a service.
pub(crate) const ROLE: &[&str] = &[
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DetachRolePolicy",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
];

/// Creates and updates the policy of a role.
pub(crate) const POLICY: &[&str] = &[
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:TagPolicy",
];

/// Checks that an attached policy of others exists. Without this action, the check is skipped.
pub(crate) const EXISTS: &[&str] = &["iam:GetPolicy"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_in_an_error_is_listed() {
        let listed: Vec<&str> = [CLUSTER, FIND, REPOSITORY, REGISTRY, ROLE, POLICY].concat();
        let sources = [
            include_str!("adopt.rs"),
            include_str!("ecr/mod.rs"),
            include_str!("ecr/write.rs"),
            include_str!("iam/mod.rs"),
            include_str!("iam/write.rs"),
            include_str!("login.rs"),
            include_str!("../auth/eks.rs"),
        ];
        for action in sources.iter().flat_map(|source| source.split('"')).filter(|text| {
            text.split_once(':').is_some_and(|(service, name)| {
                matches!(service, "ecr" | "iam" | "eks")
                    && name.starts_with(char::is_uppercase)
                    && name.chars().all(char::is_alphanumeric)
            })
        }) {
            assert!(listed.contains(&action), "{action}");
        }
    }
}
