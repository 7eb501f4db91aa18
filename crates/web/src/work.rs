//! The user's work: what a draft and an entry of the history contain.

use std::collections::BTreeMap;

use optakit_core::api::{BaselineObject, Choices};
use serde::Serialize;

/// The name of the service file in the page.
pub(crate) const SERVICE_FILE: &str = "opta.yml";

/// The name of the values file in the page.
pub(crate) const VALUES_FILE: &str = "values.yml";

/// The first character of some files from Windows.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The texts and choices of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Work {
    /// The service file.
    pub(crate) service: String,
    /// The environment files by path.
    pub(crate) environment_files: BTreeMap<String, String>,
    /// The selected environment.
    pub(crate) environment: Option<String>,
    /// The image tag or digest.
    pub(crate) image: String,
    /// The other rendering choices, such as the profile.
    #[serde(rename = "target")]
    pub(crate) choices: Choices,
    /// The values file. It stays in the browser: links and bundles do not contain it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) values: String,
    /// The last export of these texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) export: Option<Export>,
}

/// An exported bundle, to compare later edits with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Export {
    /// The name in the service file.
    pub(crate) layer: String,
    /// The environment of the bundle.
    pub(crate) environment: Option<String>,
    /// The manifests and AWS resources of the bundle.
    pub(crate) objects: Vec<BaselineObject>,
}

/// Returns a text as the page shows it: with `\n` as line ending, and without a byte order mark.
/// The text editor counts a line ending as one character, so the core must do the same.
pub(crate) fn page_text(text: String) -> String {
    let is_plain = !text.contains('\r') && !text.starts_with(BYTE_ORDER_MARK);
    if is_plain {
        return text;
    }
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

impl Work {
    /// Returns the work with its texts as the page shows them.
    pub(crate) fn with_page_texts(mut self) -> Self {
        let texts = self.environment_files.values_mut();
        for text in texts.chain([&mut self.service, &mut self.values]) {
            *text = page_text(std::mem::take(text));
        }
        self
    }

    /// Serializes the work as JSON; [`saved_work::read`](crate::saved_work::read) reads it.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and maps with text keys are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_page_have_one_kind_of_line_ending() {
        assert_eq!(page_text("\u{feff}a\r\nb\rc\n".to_owned()), "a\nb\nc\n");
        assert_eq!(page_text("a\n\u{feff}b".to_owned()), "a\n\u{feff}b");
    }
}
