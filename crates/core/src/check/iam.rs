//! IAM policies.

use super::context::Checker;
use crate::diagnostic::{Diagnostic, Example, Rule, Severity};

/// Something that is no policy's ARN.
pub static NOT_A_POLICY_ARN: Rule = Rule {
    id: "not-a-policy-arn",
    severity: Severity::Error,
    doc: "`additional_iam_policies` lists ARNs of IAM policies: `arn:aws:iam::<account>:policy/<name>`, with `aws` as account \
          for those of AWS.",
    bad: Example::Module("additional_iam_policies: [AmazonS3ReadOnlyAccess]\n"),
    good: Example::Module("additional_iam_policies: [\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"]\n"),
}
.published();

/// Whether a text is the ARN of an IAM policy in any of AWS's partitions.
pub(crate) fn is_policy_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (arn, partition, service, region, account, resource) =
        (next(), next(), next(), next(), next(), next());
    let account_good = account == "aws"
        || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    arn == "arn"
        && (partition == "aws" || partition.starts_with("aws-"))
        && service == "iam"
        && region.is_empty()
        && account_good
        && resource.strip_prefix("policy/").is_some_and(|name| {
            !name.is_empty() && !name.ends_with('/') && !name.contains(char::is_whitespace)
        })
}

pub(super) fn check(checker: &mut Checker<'_>) {
    for (index, policy) in checker.service.additional_iam_policies.value.iter().enumerate() {
        if policy.value.is_known() && !is_policy_arn(policy.value.as_str()) {
            let message = format!("`{}` is not the ARN of an IAM policy", policy.value.as_str());
            let path = format!("{}[{index}]", checker.path("additional_iam_policies"));
            let diagnostic = Diagnostic::new(&NOT_A_POLICY_ARN, policy.span, path, message)
                .help("write `arn:aws:iam::aws:policy/<name>` for a policy of AWS, or the account's number in place of the second `aws`");
            checker.diagnostics.push(diagnostic);
        }
    }
}
