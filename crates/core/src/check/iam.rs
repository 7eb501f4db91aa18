//! ARNs of IAM policies.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::partition::partition;
use crate::order;
use crate::quote::quoted;
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

/// The default quota of managed policies per role
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const MAX_POLICIES: usize = 10;

/// The largest length of a managed policy without white space.
pub(crate) const MAX_POLICY: usize = 6144;

/// The largest length of the name of a policy
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html>).
const MAX_POLICY_NAME: usize = 128;

/// The largest length of the path of a policy, without the first and the last slash.
const MAX_POLICY_PATH: usize = 510;

/// A list of policies of one account.
macro_rules! many_policies {
    ($($number:literal)*) => {
        concat!(
            "additional_iam_policies:\n",
            $("  - arn:aws:iam::123456789012:policy/reports", $number, "\n",)*
        )
    };
}

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
        limits: [12, MAX_POLICY_NAME, MAX_POLICY_PATH],
    }
}

rule! {
    /// The policy is in another AWS partition than the environment.
    ///
    /// The partition is the second part of an ARN: `aws-cn` in China, `aws-us-gov` in AWS GovCloud,
    /// and `aws` in most other regions. A role cannot use a policy of another partition.
    pub static POLICY_OF_ANOTHER_PARTITION: Warning {
        fix: "Change the partition of the ARN.",
        bad: Module("additional_iam_policies: [\"arn:aws-cn:iam::aws:policy/ReadOnlyAccess\"]\n"),
        good: Module("additional_iam_policies: [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n"),
    }
}

rule! {
    /// The policy belongs to another AWS account than the environment.
    ///
    /// A role can only use policies that AWS manages, and policies of the account of the role.
    pub static POLICY_OF_ANOTHER_ACCOUNT: Warning {
        fix: "Create the policy in the account of the environment.",
        bad: Module("additional_iam_policies: [\"arn:aws:iam::999988887777:policy/reports\"]\n"),
        good: Module("additional_iam_policies: [\"arn:aws:iam::123456789012:policy/reports\"]\n"),
    }
}

rule! {
    /// The role gets more than 10 policies, the default limit of AWS.
    ///
    /// The role gets its own policy, those in `additional_iam_policies`, and the ARNs in `links`.
    /// AWS can raise the quota of an account to 25.
    pub static TOO_MANY_POLICIES: Warning {
        fix: "Combine policies, or ask AWS to raise the quota of the account.",
        bad: Module(many_policies!(1 2 3 4 5 6 7 8 9 10)),
        good: Module(many_policies!(1 2 3)),
        limits: [MAX_POLICIES],
    }
}

/// Twenty modules with buckets, and a service with links to them. `$access` is the access.
macro_rules! many_links {
    ($access:literal, $($number:literal)*) => {
        concat!(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n",
            $(
                "  - {type: aws-s3, name: b", $number, ", bucket_name: acme-reports-of-the-",
                "customer-experience-platform-eu-west-1-", $number, "}\n",
            )*
            "  - type: k8s-service\n    name: api\n    image: AUTO\n    port: {http: 80}\n",
            "    links:\n",
            $("      - b", $number, ": [", $access, "]\n",)*
        )
    };
}

rule! {
    /// The IAM policy for the links is longer than 6,144 characters, the limit of AWS.
    ///
    /// The policy contains the ARN of every linked resource.
    pub static POLICY_TOO_LONG: Error {
        fix: "Remove links, or create a policy yourself and attach it by its ARN.",
        bad: File(many_links!(
            "read, write", 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
        )),
        good: File(many_links!("read", 10 11 12 13 14 15 16 17 18 19 20 21)),
        limits: [MAX_POLICY],
    }
}

/// Returns whether a text is the ARN of an IAM policy, in any AWS partition.
pub(crate) fn is_policy_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    let is_account = *account == "aws"
        || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    let is_policy = resource.strip_prefix("policy/").is_some_and(is_policy_name);
    (*partition == "aws" || partition.starts_with("aws-")) && is_account && is_policy
}

/// Whether IAM accepts a path and name of a policy.
fn is_policy_name(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_name_char = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    let is_path_char = |byte: u8| byte.is_ascii_graphic() && byte != b'*' && byte != b'?';
    (1..=MAX_POLICY_NAME).contains(&name.len())
        && name.bytes().all(is_name_char)
        && folder.len() <= MAX_POLICY_PATH
        && folder.bytes().all(is_path_char)
}

/// Checks the number of attached policies. The role's own policy is one of them.
fn check_number(checker: &mut Checker<'_>) {
    let service = checker.service;
    let additional = service.additional_iam_policies.value.iter();
    let linked = service.links.value.0.iter().map(|link| &link.target);
    let linked = linked.filter(|target| target.value.as_str().starts_with("arn:"));
    let policies: Vec<&Spanned<Text>> = additional.chain(linked).collect();
    let distinct = order::set(policies.iter().map(|policy| policy.value.as_str()));
    let number = distinct.len() + 1;
    let Some(last) = policies.last().filter(|_| number > MAX_POLICIES) else { return };
    let message =
        format!("the role gets {number} policies, but AWS allows {MAX_POLICIES} by default");
    let path = checker.path("additional_iam_policies");
    let diagnostic = Diagnostic::new(&TOO_MANY_POLICIES, last.span, path, message)
        .help("combine policies, or ask AWS to raise the quota of the account");
    checker.push(diagnostic);
}

/// Checks the policies of a service: those in `additional_iam_policies` and those in `links`.
pub(super) fn check(checker: &mut Checker<'_>) {
    check_number(checker);
    let service = checker.service;
    for (index, policy) in service.additional_iam_policies.value.iter().enumerate() {
        let path = format!("{}[{index}]", checker.path("additional_iam_policies"));
        if !policy.value.is_known() {
            continue;
        }
        if is_policy_arn(policy.value.as_str()) {
            check_owner(checker, policy, path);
            continue;
        }
        let message = format!("{} is not the ARN of an IAM policy", quoted(policy.value.as_str()));
        let diagnostic = Diagnostic::new(&NOT_A_POLICY_ARN, policy.span, path, message).help(
            "write `arn:aws:iam::aws:policy/<name>` for a policy of AWS, or \
             `arn:aws:iam::<account>:policy/<name>` for your own",
        );
        checker.push(diagnostic);
    }
    for link in &service.links.value.0 {
        if is_policy_arn(link.target.value.as_str()) {
            check_owner(checker, &link.target, link.path.clone());
        }
    }
}

/// Checks the partition and the account of a policy. The region and the account may be unknown.
fn check_owner(checker: &mut Checker<'_>, policy: &Spanned<Text>, path: String) {
    let environment = checker.context.environment;
    let arn = policy.value.as_str();
    let mut parts = arn.splitn(6, ':');
    let (found, account) = (parts.nth(1).unwrap_or_default(), parts.nth(2).unwrap_or_default());
    if let Some(region) = environment.region.as_deref() {
        let expected = partition(Some(region));
        if found != expected {
            let message = format!(
                "the policy is in the AWS partition `{found}`, but `{region}` is in `{expected}`"
            );
            let renamed = arn.replacen(found, expected, 1);
            let title = format!("change the partition to `{expected}`");
            let diagnostic =
                Diagnostic::new(&POLICY_OF_ANOTHER_PARTITION, policy.span, path, message)
                    .help(format!("use a policy of the partition `{expected}`"))
                    .fix(Applicability::Unsafe, title, policy.span, renamed);
            checker.push(diagnostic);
            return;
        }
    }
    let own = environment.account_id.as_deref();
    if let Some(own) = own.filter(|own| *own != account && account != "aws") {
        let message =
            format!("the policy belongs to the account {account}, but the environment is in {own}");
        let diagnostic = Diagnostic::new(&POLICY_OF_ANOTHER_ACCOUNT, policy.span, path, message)
            .help("create the policy in the account of the environment");
        checker.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use super::is_policy_arn;

    #[test]
    fn an_arn_of_a_policy_has_a_partition_an_account_and_a_name() {
        for arn in [
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::123456789012:policy/team/reports",
            "arn:aws-cn:iam::aws:policy/a",
            "arn:aws-us-gov:iam::123456789012:policy/a+=,.@_-1",
        ] {
            assert!(is_policy_arn(arn), "{arn}");
        }
        for text in [
            "arn:awsx:iam::aws:policy/a",
            "arn:azure:iam::aws:policy/a",
            "arn::iam::aws:policy/a",
            "aws:aws:iam::aws:policy/a",
            "arn:aws:s3::aws:policy/a",
            "arn:aws:iam:us-east-1:aws:policy/a",
            "arn:aws:iam::12345678901:policy/a",
            "arn:aws:iam::1234567890123:policy/a",
            "arn:aws:iam::12345678901x:policy/a",
            "arn:aws:iam::aws:role/a",
            "arn:aws:iam::aws:policy/",
            "arn:aws:iam::aws:policy/team/",
            "arn:aws:iam::aws:policy/a b",
            "arn:aws:iam::aws:policy/a*",
            "arn:aws:iam::aws:policy/te*m/a",
            "arn:aws:iam::aws:policy/te?m/a",
            "arn:aws:iam::aws:policy/te m/a",
        ] {
            assert!(!is_policy_arn(text), "{text}");
        }
    }
}
