//! The values that references can use.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::values::Values;
use crate::model::environment::Environment;
use crate::model::module_list::ModuleList;
use crate::model::variables::Variable;
use crate::suggest::Suggestion;

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
    pub modules: &'a ModuleList,
    /// The values file.
    pub values: &'a Values,
    /// The image tag and the image digest of the run. They are variables too.
    pub image: (Option<&'a str>, Option<&'a str>),
    /// The values that were used so far, by input.
    pub used: &'a RefCell<BTreeMap<String, String>>,
    /// The bytes that values have replaced so far.
    pub expanded: &'a Cell<usize>,
    /// How many suggestions were searched for so far.
    pub searches: &'a Cell<usize>,
}

/// How many unknown names of a file get a suggestion, so that a large file stays fast.
const MOST_SEARCHES: usize = 100;

impl Scope<'_> {
    /// Suggests a known name, like [`Suggestion::new`]. After many unknown names, there is only
    /// other help.
    pub(super) fn suggest<'n>(
        &self,
        found: &str,
        known: impl IntoIterator<Item = &'n str>,
        other_help: impl FnOnce() -> String,
    ) -> Suggestion {
        let searches = self.searches.get();
        self.searches.set(searches.saturating_add(1));
        if searches < MOST_SEARCHES {
            Suggestion::new(found, known, other_help)
        } else {
            Suggestion::new(found, [], other_help)
        }
    }

    /// Returns the value of an input from the values file, and records its use.
    #[must_use]
    pub fn value(&self, input: &str) -> Option<String> {
        let value = self.values.of_input(input)?;
        self.used.borrow_mut().insert(input.to_owned(), value.to_owned());
        Some(value.to_owned())
    }
}
