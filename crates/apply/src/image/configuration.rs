//! The configuration of an image, as far as a push needs it.

use serde::Deserialize;

/// The configuration of an image. Tools leave out what is empty, or write `null`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Configuration {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    rootfs: RootFs,
}

#[derive(Debug, Default, Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Option<Vec<String>>,
}

impl Configuration {
    /// Returns the platform, such as `linux/amd64`. Attestations have none.
    pub(super) fn platform(&self) -> Option<String> {
        let known = |name: &&String| !name.is_empty() && *name != "unknown";
        let os = self.os.as_ref().filter(known)?;
        let architecture = self.architecture.as_ref().filter(known)?;
        Some(format!("{os}/{architecture}"))
    }

    /// Returns the digests of the layers before compression.
    pub(super) fn diff_ids(&self) -> &[String] {
        self.rootfs.diff_ids.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_read() {
        let read = |text: &str| serde_json::from_str::<Configuration>(text).expect("it is valid");
        let image = read(r#"{"os":"linux","architecture":"arm64","rootfs":{"diff_ids":null}}"#);
        assert_eq!(image.platform().as_deref(), Some("linux/arm64"));
        assert_eq!(image.diff_ids(), [""; 0]);
        assert_eq!(read(r#"{"os":"unknown","architecture":"unknown"}"#).platform(), None);
        assert_eq!(read("{}").platform(), None);
    }
}
