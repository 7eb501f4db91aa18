//! Writes bundles.

use super::error::BundleError;
use super::format::Bundle;
use super::parse::check_size;

impl Bundle {
    /// Returns the text of the file.
    ///
    /// # Errors
    ///
    /// Fails if the text is larger than [`Bundle::parse`] accepts.
    pub fn to_file(&self) -> Result<String, BundleError> {
        let text = self.to_text();
        check_size(&text)?;
        Ok(text)
    }
}
