//! The cloud account of an environment.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::rules::WRONG_TYPE;
use crate::syntax::{Node, ScalarValue};
use crate::text::Text;

fields! {
    /// The cloud account of an environment.
    pub struct Providers ("`providers`") {
        /// AWS account and region.
        aws: Aws, { example: "{region: us-east-1, account_id: 123456789012}" };
    }
}

fields! {
    /// An AWS account.
    pub struct Aws ("`aws`") {
        /// AWS region.
        region: Text, { example: "us-east-1", required: true };
        /// AWS account ID, 12 digits.
        account_id: AccountId, { example: "123456789012", required: true };
    }
}

impl FieldValue for Providers {
    const KIND: FieldType = FieldType::Map(Self::FIELDS);

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            let expected = "a map like `aws: {region: us-east-1, account_id: 123456789012}`";
            reader.push(reader.wrong_type(node, expected));
            return None;
        };
        // Files can also configure other clouds and Helm here. Optakit ignores them.
        Some(Self { aws: reader.required(mapping, Self::shape("aws"), node.span) })
    }
}

impl FieldValue for Aws {
    const KIND: FieldType = FieldType::Map(Self::FIELDS);

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.push(reader.wrong_type(node, "a map with `region` and `account_id`"));
            return None;
        };
        Some(Self::read(mapping, node.span, reader))
    }
}

/// The number of digits of an AWS account ID.
const DIGITS: usize = 12;

/// An AWS account ID with its leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountId(pub String);

impl FieldValue for AccountId {
    const KIND: FieldType = FieldType::Count;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let scalar = node
            .as_scalar()
            .filter(|scalar| matches!(scalar.value, ScalarValue::Int(_) | ScalarValue::Str));
        let text = scalar.map(|scalar| scalar.text.as_str()).unwrap_or_default();
        if text.is_empty() || text.len() > DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit())
        {
            let message =
                format!("`account_id` is {}, expected an AWS account ID", node.describe());
            let diagnostic = reader
                .fault(&WRONG_TYPE, node.span, message)
                .help("write the 12 digits of the account ID");
            reader.push(diagnostic);
            return None;
        }
        // The text in the file has the leading zeros, also of a number.
        if text.len() < DIGITS {
            let message = format!("`account_id` has {} digits, expected {DIGITS}", text.len());
            let diagnostic = reader
                .fault(&WRONG_TYPE, node.span, message)
                .help("write all digits of the account ID, including leading zeros");
            reader.push(diagnostic);
            return None;
        }
        Some(Self(text.to_owned()))
    }
}
