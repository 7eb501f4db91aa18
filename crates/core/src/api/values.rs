//! The values file of a request.

use super::request::Request;
use crate::resolve::{self, Values};
use crate::source::Source;
use crate::span::FileId;

/// Reads the values of a request: its values file and its variables.
pub(super) fn read_values(request: &Request) -> Values {
    let mut values = request.values.as_ref().map_or_else(Values::default, |values| {
        resolve::read_values(&Source::new(FileId::Values, &*values.name, &*values.text)).0
    });
    add_variables(request, &mut values);
    values
}

/// Adds the variables of a request.
pub(super) fn add_variables(request: &Request, values: &mut Values) {
    values.vars.extend(request.variables.clone());
}
