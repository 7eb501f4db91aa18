//! Every action of AWS that is asked for, by what it is done to
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>). Who we are (`sts:GetCallerIdentity`)
//! needs no permission.

/// To connect.
pub(crate) const CLUSTER: &[&str] = &["eks:DescribeCluster"];

/// To look for a repository that Opta made under a name with four letters of chance: any may be it.
pub(crate) const LOOK: &[&str] = &["ecr:DescribeRepositories", "ecr:ListTagsForResource"];

/// To make and keep a repository.
pub(crate) const REPOSITORY: &[&str] = &[
    "ecr:CreateRepository",
    "ecr:GetLifecyclePolicy",
    "ecr:GetRepositoryPolicy",
    "ecr:PutImageScanningConfiguration",
    "ecr:PutLifecyclePolicy",
    "ecr:SetRepositoryPolicy",
    "ecr:TagResource",
];

/// To ask whether a layer is there.
pub(crate) const IS_THERE: &str = "ecr:BatchCheckLayerAvailability";

/// To push and to look at images: what the registry itself asks of whoever logged in.
pub(crate) const PUSH: &[&str] = &[
    IS_THERE,
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
];

/// To log in to the registry.
pub(crate) const REGISTRY: &[&str] = &["ecr:GetAuthorizationToken"];

/// To make and keep a service's role.
pub(crate) const ROLE: &[&str] = &[
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
];

/// To make and keep the role's own policy.
pub(crate) const POLICY: &[&str] = &[
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_that_an_error_names_is_listed() {
        let listed: Vec<&str> = [CLUSTER, LOOK, REPOSITORY, REGISTRY, ROLE, POLICY].concat();
        let sources = [
            include_str!("adopt.rs"),
            include_str!("ecr.rs"),
            include_str!("iam.rs"),
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
