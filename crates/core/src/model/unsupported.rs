//! Fields of newer versions of Opta.

use crate::rule::rule;

rule! {
    /// Opta had this field in 2022. Optakit does not support it.
    ///
    /// Optakit reports the field as an error, because ignoring it would change what runs in the
    /// cluster.
    pub static UNSUPPORTED_FIELD: Error {
        fix: "Remove the field. If you need its effect, add it to the manifests, for example with \
              a Kustomize overlay on the output of `optakit render -o kustomize`.",
        bad: Module("persistent_storage:\n  - {path: /data, size: 10}\n"),
        good: Module("env_vars:\n  DATA_PATH: /tmp\n"),
    }
}

/// A field that Optakit knows but does not support.
#[derive(Clone, Copy, Debug)]
pub struct UnsupportedField {
    /// The key.
    pub name: &'static str,
    /// What to do instead.
    pub advice: &'static str,
}

impl UnsupportedField {
    /// Returns a field with advice.
    pub(super) const fn new(name: &'static str, advice: &'static str) -> Self {
        Self { name, advice }
    }
}
