//! The modules of a file, with a fast search by name.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;

use super::module::Header;
use crate::order;

/// The headers of the modules of a file, in file order.
#[derive(Clone, Debug, Default)]
pub struct ModuleList {
    headers: Vec<Header>,
    /// The first module of each name. Most files need no search, so the first search fills it.
    by_name: OnceLock<BTreeMap<String, usize>>,
}

impl From<Vec<Header>> for ModuleList {
    fn from(headers: Vec<Header>) -> Self {
        Self { headers, by_name: OnceLock::new() }
    }
}

impl Deref for ModuleList {
    type Target = [Header];

    fn deref(&self) -> &[Header] {
        &self.headers
    }
}

impl ModuleList {
    /// Returns the first module with this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Header> {
        let by_name = self.by_name.get_or_init(|| {
            let names = self.headers.iter().enumerate().rev();
            order::map(names.map(|(index, module)| (module.name.value.clone(), index)))
        });
        self.headers.get(*by_name.get(name)?)
    }
}
