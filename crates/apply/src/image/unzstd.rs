//! Decompresses Zstandard.

use std::io::{BufRead, Read, Result, Write, copy, sink};

use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

/// Decompresses all frames. The library reads one, and reports those without content as errors.
pub(super) fn unzstd(reader: &mut impl BufRead, to: &mut impl Write) -> Result<()> {
    while !reader.fill_buf()?.is_empty() {
        match StreamingDecoder::new(&mut *reader) {
            Ok(mut frame) => drop(copy(&mut frame, to)?),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => drop(copy(&mut (&mut *reader).take(length.into()), &mut sink())?),
            Err(error) => return Err(std::io::Error::other(error)),
        }
    }
    Ok(())
}
