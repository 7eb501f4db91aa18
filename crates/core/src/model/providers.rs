//! The cloud account of an environment.

use super::cloud::{self, Cloud};
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::region::Region;
use super::rules::{UNKNOWN_FIELD, WRONG_TYPE};
use super::synonym::AWS_WORDS;
use crate::diagnostic::{Applicability, Diagnostic, TextEdit};
use crate::quote::{one_of, quoted, quoted_list};
use crate::rule::rule;
use crate::span::{Span, Spanned};
use crate::suggest::Suggestion;
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
    pub struct Aws ("`aws`", synonyms: AWS_WORDS) {
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
        if let Some(diagnostic) = cloud::several(mapping, reader) {
            reader.push(diagnostic);
            return None;
        }
        if let Some((cloud, entry, region)) = cloud::other_cloud(mapping) {
            cloud::report(cloud, entry, reader);
            return Some(Self { cloud, region: region.map(str::to_owned), aws: None });
        }
        if let Some(diagnostic) = unknown_cloud(mapping, reader) {
            reader.push(diagnostic);
            return None;
        }
        // Files can also configure Helm here. Optakit ignores it.
        let aws = reader.required(mapping, Providers::shape("aws"), node.span);
        Some(Self { aws, ..Self::default() })
    }
}

/// Reports a cloud that Opta did not support, or whose name is misspelled.
fn unknown_cloud(mapping: &Mapping, reader: &FieldReader<'_>) -> Option<Diagnostic> {
    if mapping.get("aws").is_some() {
        return None;
    }
    let entry = mapping.entries.first()?;
    let cloud = &*entry.key.value;
    let known = Cloud::all_providers();
    let message = format!("unknown cloud {} in `providers`", quoted(cloud));
    let diagnostic = reader.fault(&UNKNOWN_FIELD, entry.key.span, message);
    let other_help = || format!("use {}", one_of(&known));
    Some(Suggestion::new(cloud, known.iter().copied(), other_help).rename(diagnostic))
}

/// Reports fields of `aws` that are beside it, because of a wrong indentation, and an empty `aws`.
fn beside_aws(mapping: &Mapping, reader: &FieldReader<'_>) -> Option<Diagnostic> {
    let aws = mapping.get("aws");
    let inner = aws.and_then(|aws| aws.value.as_mapping());
    let is_beside = |entry: &&Entry| {
        let key = &*entry.key.value;
        Aws::NAMES.contains(&key) && inner.is_none_or(|inner| inner.get(key).is_none())
    };
    let beside: Vec<&Entry> = mapping.entries.iter().filter(is_beside).collect();
    let names: Vec<&str> = beside.iter().map(|entry| &*entry.key.value).collect();
    let (listed, verb) = (quoted_list(&names), if names.len() == 1 { "is" } else { "are" });
    let place = aws.or(beside.first().copied())?.key.span;
    let message = match aws {
        Some(aws) if aws.value.is_null() && beside.is_empty() => {
            "`aws` is empty, expected `region` and `account_id` below it".to_owned()
        }
        _ if beside.is_empty() => return None,
        Some(aws) if aws.value.is_null() => {
            format!("`aws` is empty, but {listed} {verb} beside it")
        }
        Some(_) => format!("{listed} {verb} beside `aws`, expected below it"),
        None => format!("{listed} {verb} in `providers`, expected below `aws`"),
    };
    let diagnostic = Diagnostic::new(&WRONG_TYPE, place, reader.path_of("aws"), message)
        .help("indent `region` and `account_id` below `aws`");
    match indent_below_aws(aws, &beside, &reader.source.text) {
        Some(edits) => {
            let title = "indent the keys below `aws`";
            Some(diagnostic.fix_edits(Applicability::Safe, title, edits))
        }
        None => Some(diagnostic),
    }
}

/// Returns the edits that indent keys below `aws`; none for an unusual layout.
fn indent_below_aws(aws: Option<&Entry>, beside: &[&Entry], text: &str) -> Option<Vec<TextEdit>> {
    let indentation = |entry: &Entry| {
        let before = &text[..entry.key.span.start as usize];
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.bytes().all(|byte| byte == b' ').then_some(line)
    };
    let indentations: Option<Vec<&str>> = beside.iter().map(|entry| indentation(entry)).collect();
    let first = *indentations?.first()?;
    let edit = |span: Span, start: u32, end: u32, text: String| TextEdit {
        span: Span::new(span.file, start as usize, end as usize),
        text,
    };
    let mut edits = Vec::new();
    let mut start = String::new();
    match aws {
        Some(Entry { value, .. }) if value.is_null() => {}
        Some(Entry { key, value, .. }) => {
            let is_flow = text[value.span.start as usize..].starts_with('{');
            let is_empty = value.as_mapping().is_some_and(|mapping| mapping.entries.is_empty());
            if is_flow && !is_empty {
                return None;
            }
            if is_flow {
                edits.push(edit(key.span, key.span.end + 1, value.span.end, String::new()));
            }
        }
        None => start = format!("aws:\n{first}"),
    }
    for entry in beside {
        let at = entry.key.span.start;
        let text = format!("{}  ", std::mem::take(&mut start));
        edits.push(edit(entry.key.span, at, at, text));
    }
    Some(edits)
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
            let digits = if text.len() == 1 { "digit" } else { "digits" };
            let message = format!("`account_id` has {} {digits}, expected {DIGITS}", text.len());
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
