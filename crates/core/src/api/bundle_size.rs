//! Checks the size of a bundle before it is built.
//!
//! A bundle needs about ten times its size in memory. So a file with thousands of services is
//! rendered service by service, and only the bytes are counted.

use std::io::{self, Write};

use super::bundle::without_secrets;
use super::check::CheckedRequest;
use super::prepare::PreparedRequest;
use super::render::{RenderContext, render_service};
use super::request::Request;
use crate::bundle::{BundleError, MAX_BYTES};
use crate::render::WithoutImage;
use crate::value::Value;

/// The longest service file that is not checked, in bytes. Its bundle is built in little memory.
const SMALL: usize = 64 * 1024;

/// Checks that the bundle of a request is not too large. The bundle of a request with errors is
/// not checked, and that of a small service file is not either.
///
/// # Errors
///
/// Fails if the manifests alone are larger than a bundle may be.
pub fn check_bundle_size(request: &Request) -> Result<(), BundleError> {
    if request.service.parsed().source.text.len() <= SMALL {
        return Ok(());
    }
    let (clean, values) = without_secrets(request);
    let checked = CheckedRequest::check(PreparedRequest::new(&clean, Some(values)), &[]);
    let Some(context) = RenderContext::new(&checked, WithoutImage::Hole) else { return Ok(()) };
    let mut counter = Counter(0);
    for service in &checked.services {
        let links = &checked.link_variables[service.index];
        for object in render_service(service, links, &context).objects {
            counter.add(&object.value);
        }
    }
    match counter.0 {
        found if found > MAX_BYTES => Err(BundleError::TooLarge { found }),
        _ => Ok(()),
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
