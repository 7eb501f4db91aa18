//! Manifests to text. YAML as a person would have written it: no needless quotes, block scalars for several lines.

use serde::Serialize;

/// A value as one YAML document, with a line break at its end. Strings that another YAML reader could take for
/// something else are quoted.
pub fn to_yaml<T: Serialize>(value: &T) -> String {
    oneyaml::to_string(value).expect("a manifest is a tree of maps with text keys, which YAML can always say")
}

/// A value as indented JSON without a line break at its end.
pub fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("a manifest is a tree of maps with text keys, which JSON can always say")
}
