//! The ARNs of queues, topics, tables and keys in a values file. IAM policies contain them.

use crate::model::field_reader::FieldReader;
use crate::model::rules::WRONG_TYPE;
use crate::syntax::{Entry, Node};

/// The outputs that are ARNs, each with the service of AWS.
const ARNS: [(&str, &str); 4] =
    [("queue_arn", "sqs"), ("topic_arn", "sns"), ("table_arn", "dynamodb"), ("kms_arn", "kms")];

/// Reports the outputs of a module that are not the ARN of one resource. A wildcard would give
/// access to other resources.
pub(super) fn check_arns(module: &Entry, reader: &mut FieldReader<'_>) {
    let entries = module.value.as_mapping().map_or(&[][..], |outputs| &outputs.entries);
    for entry in entries {
        let name = &*entry.key.value;
        let Some((_, service)) = ARNS.iter().find(|(output, _)| *output == name) else { continue };
        let text = entry.value.as_scalar().filter(|_| !entry.value.is_null());
        if text.is_some_and(|scalar| !is_arn(scalar.text.as_str(), service)) {
            report(&entry.value, entry, service, reader);
        }
    }
}

fn report(node: &Node, entry: &Entry, service: &str, reader: &mut FieldReader<'_>) {
    let name = &*entry.key.value;
    let message = format!("`{name}` is not the ARN of one resource of `{service}`");
    let help = format!("write an ARN such as `arn:aws:{service}:us-east-1:123456789012:name`");
    let fault = reader.in_entry(entry, |reader| reader.fault(&WRONG_TYPE, node.span, message));
    reader.push(fault.help(help));
}

/// Whether a text is the ARN of one resource of a service.
fn is_arn(text: &str, service: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [prefix, partition, found, region, account, resource] = parts.as_slice() else {
        return false;
    };
    let is_partition = *partition == "aws" || partition.starts_with("aws-");
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_resource = |c: char| c.is_ascii_graphic() && !matches!(c, '*' | '?');
    *prefix == "arn"
        && is_partition
        && *found == service
        && !region.is_empty()
        && is_account
        && !resource.is_empty()
        && resource.chars().all(is_resource)
}

#[cfg(test)]
mod tests {
    use super::is_arn;

    #[test]
    fn an_arn_names_one_resource() {
        for (arn, service) in [
            ("arn:aws:sqs:us-east-1:123456789012:jobs", "sqs"),
            ("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/items", "dynamodb"),
            ("arn:aws:kms:us-east-1:123456789012:key/a-b", "kms"),
        ] {
            assert!(is_arn(arn, service), "{arn}");
        }
        for arn in [
            "*",
            "",
            "jobs",
            "arn:aws:sqs:us-east-1:123456789012:*",
            "arn:aws:sqs:us-east-1:123456789012:",
            "arn:aws:sqs:us-east-1:12345:jobs",
            "arn:aws:sqs::123456789012:jobs",
            "arn:aws:sns:us-east-1:123456789012:jobs",
            "arn:gcp:sqs:us-east-1:123456789012:jobs",
        ] {
            assert!(!is_arn(arn, "sqs"), "{arn}");
        }
    }
}
