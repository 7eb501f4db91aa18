//! Reads bundles.

use serde::Deserialize;
use serde_json::Value;

use super::error::BundleError;
use super::format::{API_VERSION, Bundle, KIND, MAX_BYTES, Sources};
use super::hole::Location;
use super::object::BundleObject;

impl Bundle {
    /// Parses a bundle. This does not check whether someone modified it.
    ///
    /// # Errors
    ///
    /// Fails if the text is too large or not a bundle, or if this version does not know its format
    /// or the kinds of its objects.
    pub fn parse(text: &str) -> Result<Self, BundleError> {
        check_size(text)?;
        let value: Value = serde_json::from_str(text).map_err(BundleError::NotABundle)?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        if let Some(found) = text("apiVersion").filter(|found| *found != API_VERSION) {
            return Err(BundleError::UnknownFormat { found: found.to_owned() });
        }
        if let Some(found) = text("kind").filter(|found| *found != KIND) {
            return Err(BundleError::UnknownKind { found: found.to_owned() });
        }
        let manifests = value.get("manifests").and_then(Value::as_array).into_iter().flatten();
        let objects: Vec<String> =
            manifests.filter_map(|json| BundleObject::new(json.clone()).err()).collect();
        if !objects.is_empty() {
            return Err(BundleError::UnknownObjects { objects });
        }
        let bundle: Self = serde_json::from_value(value).map_err(BundleError::NotABundle)?;
        bundle.check_holes()?;
        Ok(bundle)
    }

    /// Checks that every hole with a range is inside a text.
    fn check_holes(&self) -> Result<(), BundleError> {
        for missing in &self.holes {
            let invalid = missing.at.iter().find(|location| {
                let is_valid = |range| self.is_text(location, range);
                !location.range.is_none_or(is_valid)
            });
            if let Some(Location { pointer, .. }) = invalid {
                let (input, pointer) = (missing.input.clone(), pointer.clone());
                return Err(BundleError::InvalidHole { input, pointer });
            }
        }
        Ok(())
    }
}

/// The parts of a bundle that [`Sources::of_bundle`] reads. It accepts all others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    api_version: String,
    sources: Sources,
}

impl Sources {
    /// Reads only the sources of a bundle, so that the page needs no code for the other parts.
    ///
    /// # Errors
    ///
    /// Fails if the text is too large or not a bundle, or if this version does not know its format.
    pub fn of_bundle(text: &str) -> Result<Self, BundleError> {
        check_size(text)?;
        let Envelope { api_version, sources } =
            serde_json::from_str(text).map_err(BundleError::NotABundle)?;
        if api_version != API_VERSION {
            return Err(BundleError::UnknownFormat { found: api_version });
        }
        Ok(sources)
    }
}

/// Checks that a text is not larger than a bundle may be.
pub(super) const fn check_size(text: &str) -> Result<(), BundleError> {
    if text.len() > MAX_BYTES {
        return Err(BundleError::TooLarge { found: text.len() });
    }
    Ok(())
}
