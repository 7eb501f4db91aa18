//! An index of an image: the names of its entries, and an index without some of them.

use oci_spec::image::{Descriptor, Platform};
use serde_json::Value;

/// The annotation of BuildKit with the digest of the image that an attestation describes.
const SUBJECT: &str = "vnd.docker.reference.digest";

/// The use of an entry of an index.
pub(super) enum Entry {
    /// The entry stays, with this digest and size.
    Kept {
        digest: String,
        size: u64,
    },
    LeftOut,
}

/// Returns the platform as text, such as `linux/arm64/v8`.
pub(super) fn platform(platform: &Platform) -> String {
    let variant = platform.variant().as_ref().map(|variant| format!("/{variant}"));
    format!("{}/{}{}", platform.os(), platform.architecture(), variant.unwrap_or_default())
}

/// Returns the digest of the image that an attestation describes.
pub(super) fn subject(entry: &Descriptor) -> Option<&String> {
    entry.annotations().as_ref()?.get(SUBJECT)
}

/// Whether an entry is an attestation, which BuildKit adds for each image.
pub(super) fn is_attestation(entry: &Descriptor) -> bool {
    let unknown = |platform: &Platform| platform.os().to_string() == "unknown";
    subject(entry).is_some() || entry.platform().as_ref().is_some_and(unknown)
}

/// Returns how an entry is named in messages.
pub(super) fn label(entry: &Descriptor) -> String {
    if let Some(subject) = subject(entry) {
        return format!("the attestation of {subject}");
    }
    entry.platform().as_ref().map_or_else(|| entry.digest().to_string(), platform)
}

/// Returns an index with the kept entries, or `None` if no entry changes. Everything else in the
/// index stays.
pub(super) fn keep(index: &[u8], entries: &[Entry]) -> Option<Vec<u8>> {
    let mut json: Value = serde_json::from_slice(index).ok()?;
    let manifests = json.get_mut("manifests")?.as_array_mut()?;
    let before = manifests.clone();
    let kept = before.iter().zip(entries).filter_map(|(descriptor, entry)| match entry {
        Entry::LeftOut => None,
        Entry::Kept { digest, size } => {
            let mut descriptor = descriptor.clone();
            descriptor["digest"] = Value::from(digest.as_str());
            descriptor["size"] = Value::from(*size);
            Some(descriptor)
        }
    });
    *manifests = kept.collect();
    (*manifests != before).then(|| json.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_keeps_its_bytes_unless_an_entry_changes() {
        let index = br#"{ "schemaVersion": 2, "manifests":
            [{"digest": "a", "size": 1}, {"digest": "b", "size": 2}] }"#;
        let kept = |digest: &str, size| Entry::Kept { digest: digest.to_owned(), size };
        assert_eq!(keep(index, &[kept("a", 1), kept("b", 2)]), None);
        let text = |entries: &[Entry]| {
            keep(index, entries).map(|bytes| String::from_utf8(bytes).expect("it is text"))
        };
        assert_eq!(
            text(&[Entry::LeftOut, kept("c", 3)]).as_deref(),
            Some(r#"{"schemaVersion":2,"manifests":[{"digest":"c","size":3}]}"#)
        );
    }
}
