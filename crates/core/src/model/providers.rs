//! The cloud account of an environment.

use super::cloud::{self, Cloud};
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::region::Region;
use super::rules::WRONG_TYPE;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::quote::quoted_list;
use crate::rule::rule;
use crate::span::{Span, Spanned};
use crate::syntax::{Entry, Mapping, Node, ScalarValue};

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
        region: Region, { example: "us-east-1", required: true };
        /// AWS account ID, 12 digits.
        account_id: AccountId, { example: "123456789012", required: true };
    }
}

/// The account of an environment in its cloud.
#[derive(Clone, Debug, Default)]
pub struct CloudAccount {
    /// The cloud.
    pub cloud: Cloud,
    /// The region of another cloud than AWS.
    pub region: Option<String>,
    /// The AWS account.
    pub aws: Option<Spanned<Aws>>,
}

impl FieldValue for CloudAccount {
    const KIND: FieldType = FieldType::Map(Providers::FIELDS);

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            let expected = "a map like `aws: {region: us-east-1, account_id: 123456789012}`";
            reader.push(reader.wrong_type(node, expected));
            return None;
        };
        if let Some(diagnostic) = beside_aws(mapping, reader) {
            reader.push(diagnostic);
            return None;
        }
        if let Some((cloud, entry, region)) = cloud::other_cloud(mapping) {
            cloud::report(cloud, entry, reader);
            return Some(Self { cloud, region: region.map(str::to_owned), aws: None });
        }
        // Files can also configure Helm here. Optakit ignores it.
        let aws = reader.required(mapping, Providers::shape("aws"), node.span);
        Some(Self { aws, ..Self::default() })
    }
}

/// Reports an empty `aws` whose fields are beside it, because of a wrong indentation.
fn beside_aws(mapping: &Mapping, reader: &FieldReader<'_>) -> Option<Diagnostic> {
    let aws = mapping.get("aws").filter(|aws| aws.value.is_null())?;
    let is_beside = |entry: &&Entry| Aws::NAMES.contains(&&*entry.key.value);
    let beside: Vec<&Entry> = mapping.entries.iter().filter(is_beside).collect();
    let names: Vec<&str> = beside.iter().map(|entry| &*entry.key.value).collect();
    let message = match names.as_slice() {
        [] => "`aws` is empty, expected `region` and `account_id` below it".to_owned(),
        names => format!(
            "`aws` is empty, but {} {} beside it",
            quoted_list(names),
            if names.len() == 1 { "is" } else { "are" }
        ),
    };
    let diagnostic = Diagnostic::new(&WRONG_TYPE, aws.key.span, reader.path_of("aws"), message)
        .help("indent `region` and `account_id` below `aws`");
    let text = &*reader.source.text;
    let starts_line = |entry: &Entry| {
        let before = &text[..entry.key.span.start as usize];
        before.rsplit('\n').next().is_some_and(|line| line.bytes().all(|byte| byte == b' '))
    };
    if beside.is_empty() || !beside.iter().all(|entry| starts_line(entry)) {
        return Some(diagnostic);
    }
    let indent = |entry: &&Entry| {
        let start = entry.key.span.start as usize;
        TextEdit { span: Span::new(entry.key.span.file, start, start), text: "  ".to_owned() }
    };
    let edits = beside.iter().map(indent).collect();
    Some(diagnostic.fix_edits(Applicability::Safe, "indent the keys below `aws`", edits))
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

rule! {
    /// The account ID is a number with fewer than 12 digits.
    ///
    /// Leading zeros or another digit may be missing. Opta added zeros at the start. The profiles
    /// `opta-2021` and `opta-2022` do the same and report a warning.
    pub static SHORT_ACCOUNT_ID: Error {
        fix: "Write all 12 digits of the account ID in quotes.",
        bad: Environment(
            "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n    \
             account_id: 12345678901\n"
        ),
        good: Environment(
            "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n    \
             account_id: \"012345678901\"\n"
        ),
        limits: [DIGITS],
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
            let mut diagnostic = reader
                .fault(&WRONG_TYPE, node.span, message)
                .help("write the 12 digits of the account ID");
            let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
            if digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let title = format!("change to `{digits}`");
                let written = format!("\"{digits}\"");
                diagnostic = diagnostic.fix(Applicability::Safe, title, node.span, written);
            }
            reader.push(diagnostic);
            return None;
        }
        // The text in the file has the leading zeros, also of a number.
        if text.len() < DIGITS {
            let message = format!("`account_id` has {} digits, expected {DIGITS}", text.len());
            let is_number = scalar.is_some_and(|scalar| scalar.value != ScalarValue::Str);
            let rule = if is_number { &SHORT_ACCOUNT_ID } else { &WRONG_TYPE };
            let diagnostic = reader
                .fault(rule, node.span, message)
                .help("write all digits of the account ID in quotes, including leading zeros");
            reader.push(diagnostic);
            return is_number.then(|| Self(format!("{text:0>DIGITS$}")));
        }
        Some(Self(text.to_owned()))
    }
}
