//! Fills the holes of a bundle with samples, so that its documents can be checked as they will be
//! written. Finds references that nothing will replace.

use serde_json::Value;

use crate::aws::iam::ISSUER;
use crate::bundle::format::Bundle;
use crate::render::IMAGE_DIGEST;
use crate::resolve::input_references;
use crate::value::escape;

/// Returns the bundle with a sample in each hole.
pub(super) fn filled(bundle: &Bundle) -> Bundle {
    let mut filled = bundle.clone();
    let inputs: Vec<String> = bundle.holes.iter().map(|hole| hole.input.clone()).collect();
    for input in inputs {
        filled.fill(&input, &sample(&input, bundle));
    }
    filled
}

/// Returns a value that an input can have.
fn sample(input: &str, bundle: &Bundle) -> String {
    let arn = |resource: &str| format!("arn:aws:{resource}");
    match input {
        IMAGE_DIGEST => format!("sha256:{}", "0".repeat(64)),
        "account_id" => bundle.target.account_id.clone().unwrap_or_else(|| "0".repeat(12)),
        "region" => "us-east-1".to_owned(),
        ISSUER => "oidc.eks.us-east-1.amazonaws.com/id/SAMPLE".to_owned(),
        _ => match input.rsplit_once('.').map(|(_, output)| output) {
            Some("queue_arn") => arn("sqs:us-east-1:000000000000:sample"),
            Some("topic_arn") => arn("sns:us-east-1:000000000000:sample"),
            Some("table_arn") => arn("dynamodb:us-east-1:000000000000:table/sample"),
            Some("kms_arn") => arn("kms:us-east-1:000000000000:key/sample"),
            Some(output) if output.ends_with("_arn") => arn("iam::aws:policy/sample"),
            _ => "sample.example.com".to_owned(),
        },
    }
}

/// Calls `report` with the JSON pointer of each text and key that contains a reference without a
/// value.
///
/// A text can contain the same characters if the sources escape them.
pub(super) fn find_references(
    document: &Value,
    bundle: &Bundle,
    report: &mut impl FnMut(&str, String),
) {
    let sources = &bundle.sources.service.text;
    let is_escaped =
        |reference: &str| sources.contains(&reference.replace('{', "{{").replace('}', "}}"));
    let mut check = |pointer: &str, text: &str| {
        for reference in input_references(text) {
            if !is_escaped(reference) {
                report(pointer, format!("contains `{reference}`, which has no value"));
            }
        }
    };
    walk(document, &mut String::new(), &mut check);
}

fn walk(value: &Value, pointer: &mut String, visit: &mut impl FnMut(&str, &str)) {
    let length = pointer.len();
    match value {
        Value::String(text) => visit(pointer, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                walk(item, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                pointer.push('/');
                pointer.push_str(&escape(key));
                visit(pointer, key);
                walk(value, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
