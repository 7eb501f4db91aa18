//! The ARNs that the renderer can write.

use super::expected::Expected;
use super::shape::{Shape, text};

/// Returns the shape of the ARN of a role in the account of the bundle.
pub(super) fn role<'a>(name: String, expected: &'a Expected<'_>) -> Shape<'a> {
    let resource = format!("role/{name}");
    text(format!("the ARN of the role `{name}`"), move |text| is_iam(text, &resource, expected))
}

/// Whether a text is the ARN of an IAM resource in the account of the bundle.
pub(super) fn is_iam(text: &str, resource: &str, expected: &Expected<'_>) -> bool {
    iam_resource(text, expected).is_some_and(|found| found == resource)
}

/// Returns the resource of an IAM ARN in the account of the bundle, such as `role/name`.
pub(super) fn iam_resource<'t>(text: &'t str, expected: &Expected<'_>) -> Option<&'t str> {
    let (account, resource) = split(text, "iam")?.split_once(':')?;
    let own = expected.bundle.target.account_id.as_deref();
    (is_account(account) && own.is_none_or(|own| own == account)).then_some(resource)
}

/// Returns the part of an ARN after the service and the region. The ARNs of IAM have no region.
pub(super) fn split<'t>(arn: &'t str, service: &str) -> Option<&'t str> {
    let mut parts = arn.splitn(5, ':');
    let [prefix, partition, found, _region] =
        [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let is_partition = partition == "aws" || partition.starts_with("aws-");
    (prefix == "arn" && is_partition && found == service).then(|| parts.next()).flatten()
}

/// Whether a text is the ID of an AWS account.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
