//! The values file of a request.

use super::request::Request;
use crate::resolve::{self, Values};
use crate::source::Source;
use crate::span::FileId;

/// Reads the values file of a request.
pub(super) fn read_values(request: &Request) -> Values {
    request.values.as_ref().map_or_else(Values::default, |values| {
        resolve::read_values(&Source::new(FileId::Values, &*values.name, &*values.text)).0
    })
}
