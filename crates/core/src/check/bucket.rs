//! Names of S3 buckets that links use.

use crate::diagnostic::Diagnostic;
use crate::model::module_types::BUCKET_NAME;
use crate::quote::quoted;
use crate::rule::rule;
use crate::syntax::Mapping;

rule! {
    /// The name is not a valid name of an S3 bucket.
    ///
    /// A bucket name has 3 to 63 lowercase letters, digits, dots and dashes. It starts and ends
    /// with a letter or digit. A name with `*` would give access to other buckets.
    pub static INVALID_BUCKET_NAME: Error {
        fix: "Write the name of the bucket.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: s3, name: media, bucket_name: Acme_Media}\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, links: [media]}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: s3, name: media, bucket_name: acme-media}\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}, links: [media]}\n"
        ),
        limits: [MIN_NAME, MAX_NAME],
    }
}

/// The smallest length of a bucket name.
const MIN_NAME: usize = 3;
/// The largest length of a bucket name.
const MAX_NAME: usize = 63;

/// Checks the bucket name of a module, whose references are replaced. `path` is that of the module.
pub(crate) fn check(mapping: &Mapping, path: &str) -> Option<Diagnostic> {
    let entry = mapping.get(BUCKET_NAME)?;
    let name = &entry.value.as_scalar()?.text;
    // Links report an empty name as a missing field.
    if !name.is_known() || name.as_str().is_empty() || is_bucket_name(name.as_str()) {
        return None;
    }
    let expected = "expected 3 to 63 lowercase letters, digits, dots and dashes, with a letter or \
                    digit at both ends, no `..` and no IP address";
    let message = format!("{} is not a valid bucket name, {expected}", quoted(name.as_str()));
    let path = format!("{path}.{BUCKET_NAME}");
    let diagnostic = Diagnostic::new(&INVALID_BUCKET_NAME, entry.value.span, path, message);
    Some(diagnostic.help("write the name of the bucket as S3 shows it"))
}

/// Whether S3 accepts a bucket name
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
fn is_bucket_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_address = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && name.split('.').count() == 4;
    (MIN_NAME..=MAX_NAME).contains(&name.len())
        && name.chars().all(|c| is_letter(c) || c == '.' || c == '-')
        && name.starts_with(is_letter)
        && name.ends_with(is_letter)
        && !name.contains("..")
        && !is_address
}

#[cfg(test)]
mod tests {
    use super::is_bucket_name;

    #[test]
    fn a_bucket_name_has_3_to_63_characters() {
        for name in ["abc", "acme-media", "acme.media.eu", "1-2-3", &"a".repeat(63)] {
            assert!(is_bucket_name(name), "{name}");
        }
        for name in
            ["", "ab", "A_B", "*", "a..b", "-ab", "ab-", "10.0.0.1", "a b", "ä-b", &"a".repeat(64)]
        {
            assert!(!is_bucket_name(name), "{name}");
        }
    }
}
