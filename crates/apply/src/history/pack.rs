//! Compresses bundles, and splits them into parts that fit into a Secret.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use optakit_core::bundle::MAX_BYTES;

/// The maximum size of a part in bytes. A Secret may have 1 MiB.
const MAX_PART: usize = 900 * 1024;
/// The maximum number of parts. Gzip makes no bundle larger than that.
pub(super) const MAX_PARTS: usize = MAX_BYTES / MAX_PART + 2;

/// Compresses the text of a bundle. Returns at least one part.
pub(super) fn pack(text: &str) -> Vec<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    let packed = packed.expect("writing to memory does not fail");
    packed.chunks(MAX_PART).map(<[u8]>::to_vec).collect()
}

/// Returns the text of a bundle from its joined parts.
///
/// # Errors
///
/// Fails if the bytes are not the gzip of a text.
pub(super) fn unpack(packed: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    // One byte more than the limit, so that the parser reports a bundle that is too large.
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(packed).take(limit).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a text of random digits, which gzip halves at best.
    fn digits(length: usize) -> String {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            char::from(b'!' + u8::try_from((state >> 33) % 90).expect("a small number"))
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn every_bundle_fits_into_parts() {
        for (length, parts) in [(10, 1..2), (MAX_PART, 1..2), (MAX_BYTES, 2..MAX_PARTS + 1)] {
            let text = digits(length);
            let packed = pack(&text);
            assert!(parts.contains(&packed.len()), "{length}: {} parts", packed.len());
            assert!(packed.iter().all(|part| part.len() <= MAX_PART));
            assert_eq!(unpack(&packed.concat()).expect("it is gzip"), text);
        }
        assert!(unpack(b"no gzip").is_err());
    }
}
