//! ARNs of IAM policies.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::quote::quoted;
use crate::rule::rule;

rule! {
    /// The value is not the ARN of an IAM policy.
    ///
    /// `additional_iam_policies` contains ARNs such as `arn:aws:iam::<account>:policy/<name>`. The
    /// account of AWS managed policies is `aws`.
    pub static NOT_A_POLICY_ARN: Error {
        fix: "Write the full ARN of the policy.",
        bad: Module("additional_iam_policies: [AmazonS3ReadOnlyAccess]\n"),
        good: Module(
            "additional_iam_policies: [\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"]\n"
        ),
    }
}

/// Returns whether a text is the ARN of an IAM policy, in any AWS partition.
pub(crate) fn is_policy_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    let is_account = *account == "aws"
        || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    let is_policy = resource.strip_prefix("policy/").is_some_and(|name| {
        !name.is_empty() && !name.ends_with('/') && !name.contains(char::is_whitespace)
    });
    (*partition == "aws" || partition.starts_with("aws-")) && is_account && is_policy
}

pub(super) fn check(checker: &mut Checker<'_>) {
    for (index, policy) in checker.service.additional_iam_policies.value.iter().enumerate() {
        if policy.value.is_known() && !is_policy_arn(policy.value.as_str()) {
            let message =
                format!("{} is not the ARN of an IAM policy", quoted(policy.value.as_str()));
            let path = format!("{}[{index}]", checker.path("additional_iam_policies"));
            let diagnostic = Diagnostic::new(&NOT_A_POLICY_ARN, policy.span, path, message).help(
                "write `arn:aws:iam::aws:policy/<name>` for an AWS managed policy, or \
                 `arn:aws:iam::<account>:policy/<name>` for your own",
            );
            checker.push(diagnostic);
        }
    }
}
