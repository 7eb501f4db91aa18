//! What survives a reload: the texts and the choices, in this browser and nowhere else.

use std::collections::BTreeMap;

use gloo_storage::{LocalStorage, Storage};
use optakit_core::api::Choices;
use serde::{Deserialize, Serialize};

const KEY: &str = "optakit.v1";

/// The user's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// The service file.
    pub(crate) service: String,
    /// The environment files by path.
    pub(crate) environment_files: BTreeMap<String, String>,
    /// The chosen environment.
    pub(crate) environment: Option<String>,
    /// The image tag or digest.
    pub(crate) image: String,
    /// What is rendered, beside environment and image.
    #[serde(default)]
    pub(crate) target: Choices,
}

/// The work of last time, if there is any that can be read.
pub(crate) fn load() -> Option<Saved> {
    LocalStorage::get(KEY).ok()
}

/// Keeps the work; false when the browser refuses to.
pub(crate) fn save(saved: &Saved) -> bool {
    LocalStorage::set(KEY, saved).is_ok()
}
