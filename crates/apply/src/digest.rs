//! Hashes as OCI and bundles write them: `sha256:` and 64 hexadecimal digits.

use sha2::{Digest, Sha256};

/// The digest of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    text(&Sha256::digest(bytes))
}

/// A hash that was already made, as a digest.
pub(crate) fn text(hash: &[u8]) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
