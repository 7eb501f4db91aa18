//! The size of a bundle while it is built.
//!
//! A bundle needs about ten times its size in memory. So a file with thousands of services is not
//! rendered completely: the renderer stops when the manifests are larger than a bundle may be.

use std::io::{self, Write};

use super::request::Request;
use crate::bundle::{BundleError, MAX_BYTES};
use crate::render::Object;
use crate::value::Value;

/// The longest service file whose bundle is not counted, in bytes. It is built in little memory.
const SMALL: usize = 64 * 1024;

/// Counts the manifests of a bundle.
pub(super) struct SizeLimit(Option<Counter>);

impl SizeLimit {
    /// Returns the limit for the bundle of a request.
    pub(super) fn of(request: &Request) -> Self {
        let is_small = request.service.parsed().source.text.len() <= SMALL;
        Self((!is_small).then_some(Counter(0)))
    }

    /// Returns no limit.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// Counts objects.
    ///
    /// # Errors
    ///
    /// Fails if the objects so far are larger than a bundle may be.
    pub(super) fn add(&mut self, objects: &[Object]) -> Result<(), BundleError> {
        let Some(counter) = &mut self.0 else { return Ok(()) };
        objects.iter().for_each(|object| counter.add(&object.value));
        match counter.0 {
            found if found > MAX_BYTES => Err(BundleError::TooLarge { found }),
            _ => Ok(()),
        }
    }
}

/// The least bytes of the line of a value in the source map, without the pointer to the value.
const SOURCE_LINE: usize = 95;
/// The indentation of the manifests in a bundle.
const INDENT: usize = 4;

/// Counts bytes. The bundle has at least as many.
struct Counter(usize);

impl Counter {
    fn add(&mut self, value: &Value) {
        serde_json::to_writer_pretty(&mut *self, value)
            .expect("a manifest is a tree of maps with text keys");
        value.walk(&mut |pointer, value| {
            self.0 += value.origin.map_or(0, |_| SOURCE_LINE + pointer.len());
        });
    }
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.0 += bytes.len() + INDENT * lines;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
