//! Clouds other than AWS, which environments of Opta can name.

use super::field_reader::FieldReader;
use crate::diagnostic::Diagnostic;
use crate::rule::rule;
use crate::syntax::Mapping;

rule! {
    /// The environment is not on AWS. Optakit deploys to Amazon EKS only.
    ///
    /// Opta also supported Google Cloud, Azure, local clusters and existing clusters.
    pub static ENVIRONMENT_OF_ANOTHER_CLOUD: Error {
        fix: "Choose an environment on AWS, for example with `--env`.",
        bad: Environment("name: staging\norg_name: acme\nproviders:\n  google:\n    \
             region: us-central1\n    project: acme\n"),
        good: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: us-east-1\n    account_id: 123456789012\n"),
    }
}

/// The keys of `providers` for other clouds, with the names of the clouds.
const CLOUDS: &[(&str, &str)] = &[
    ("google", "Google Cloud"),
    ("gcp", "Google Cloud"),
    ("azurerm", "Azure"),
    ("azure", "Azure"),
    ("local", "a local cluster"),
    ("helm", "an existing cluster"),
];

/// The starts of module types of other clouds.
const TYPES: &[(&str, &str)] =
    &[("gcp-", "Google Cloud"), ("azure-", "Azure"), ("local-", "local environments")];

/// Returns the cloud of a module type, if it is not AWS.
#[must_use]
pub fn cloud_of_type(kind: &str) -> Option<&'static str> {
    TYPES.iter().find(|(start, _)| kind.starts_with(start)).map(|(_, cloud)| *cloud)
}

/// Reports an environment without AWS whose `providers` name another cloud.
pub(super) fn check_providers(mapping: &Mapping, reader: &FieldReader<'_>) -> Option<Diagnostic> {
    if mapping.get("aws").is_some() {
        return None;
    }
    let (entry, cloud) = mapping.entries.iter().find_map(|entry| {
        let known = CLOUDS.iter().find(|(key, _)| *key == &*entry.key.value)?;
        Some((entry, known.1))
    })?;
    let key = &*entry.key.value;
    let message =
        format!("the provider `{key}` means {cloud}, but Optakit deploys to Amazon EKS only");
    let path = reader.path_of(key);
    let diagnostic = Diagnostic::new(&ENVIRONMENT_OF_ANOTHER_CLOUD, entry.key.span, path, message);
    Some(diagnostic.help("choose an environment on AWS, for example with `--env`"))
}
