//! The modules of a file, with a search by name.

#[cfg(not(target_arch = "wasm32"))]
use std::collections::BTreeMap;
use std::ops::Deref;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::OnceLock;

use super::module::Header;

/// The headers of the modules of a file, in file order.
#[derive(Clone, Debug, Default)]
pub struct ModuleList {
    headers: Vec<Header>,
    /// The first module of each name. The first search fills it. The page has no index, because
    /// its code would make the first load larger.
    #[cfg(not(target_arch = "wasm32"))]
    by_name: OnceLock<BTreeMap<String, usize>>,
}

impl From<Vec<Header>> for ModuleList {
    fn from(headers: Vec<Header>) -> Self {
        Self { headers, ..Self::default() }
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
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Header> {
        let by_name = self.by_name.get_or_init(|| {
            let names = self.headers.iter().enumerate().rev();
            names.map(|(index, module)| (module.name.value.clone(), index)).collect()
        });
        self.headers.get(*by_name.get(name)?)
    }

    /// Returns the first module with this name.
    #[cfg(target_arch = "wasm32")]
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Header> {
        self.headers.iter().find(|module| module.name.value == name)
    }
}
