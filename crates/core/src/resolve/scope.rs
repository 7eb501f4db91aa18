//! The values that references can use.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::values::Values;
use crate::model::environment::Environment;
use crate::model::module::Header;
use crate::model::variables::Variable;

/// The values that references can use.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The name of the service file.
    pub layer_name: &'a str,
    /// The selected environment.
    pub environment: &'a Environment,
    /// The variables of the selected environment.
    pub variables: &'a BTreeMap<&'a str, &'a Variable>,
    /// The modules of the file.
    pub modules: &'a [Header],
    /// The values file.
    pub values: &'a Values,
    /// The image tag and the image digest of the run. They are variables too.
    pub image: (Option<&'a str>, Option<&'a str>),
    /// The values that were used so far, by input.
    pub used: &'a RefCell<BTreeMap<String, String>>,
    /// The bytes that values have replaced so far.
    pub expanded: &'a Cell<usize>,
}

impl Scope<'_> {
    /// Returns the value of an input from the values file, and records its use.
    #[must_use]
    pub fn value(&self, input: &str) -> Option<String> {
        let value = self.values.of_input(input)?;
        self.used.borrow_mut().insert(input.to_owned(), value.to_owned());
        Some(value.to_owned())
    }
}
