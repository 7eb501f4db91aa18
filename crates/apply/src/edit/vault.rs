//! The key that encrypts drafts and history in the browser. Another program can serve a page at
//! the same port later, and then reads what the browser stored for this one.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use etcetera::BaseStrategy;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::digest;
use crate::output_file::{self, Privacy};

/// The name of the browser's storage for a service file, and the key that encrypts it.
#[derive(Serialize)]
pub(super) struct Vault {
    id: String,
    key: String,
}

impl Vault {
    /// Returns the vault of a service file. Without a folder for the user's key, it is a new one
    /// in each run.
    pub(super) fn of(service: &Path) -> Self {
        let path = service.canonicalize().unwrap_or_else(|_| service.to_owned());
        let user = user_key();
        let derive = |purpose: &str| {
            let mut hash = Sha256::new();
            hash.update(user.as_bytes());
            hash.update(purpose.as_bytes());
            hash.update(path.as_os_str().as_encoded_bytes());
            hash.finalize()
        };
        Self { id: digest::short_hex(&derive("id")), key: STANDARD.encode(derive("key")) }
    }
}

/// Reads the user's key. Creates it the first time.
fn user_key() -> String {
    let new = || format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
    let Some(path) = path() else { return new() };
    if let Some(key) = std::fs::read_to_string(&path).ok().filter(|key| !key.is_empty()) {
        return key;
    }
    let key = new();
    if let Some(folder) = path.parent() {
        drop(std::fs::create_dir_all(folder));
    }
    drop(output_file::write(&path, &key, Privacy::Secret));
    key
}

fn path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let folder = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(folder.join("optakit").join("edit-key"))
}
