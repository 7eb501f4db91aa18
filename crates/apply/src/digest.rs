//! SHA-256 digests.

use sha2::{Digest, Sha256};

/// Returns the digest of bytes as OCI and bundles write it: `sha256:` and 64 hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    text(&Sha256::digest(bytes))
}

/// Returns a finished hash as a digest.
pub(crate) fn text(hash: &[u8]) -> String {
    format!("sha256:{}", hex::encode(hash))
}

/// Returns the first 16 hexadecimal digits of the SHA-256 hash of bytes.
pub(crate) fn short_hex(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..8])
}
