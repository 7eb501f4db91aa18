//! Finds module types by their names.

use super::cloud::Cloud;
pub use super::module_table::MODULE_TYPES;
pub use super::module_type::{BUCKET_NAME, K8S_SERVICE, ModuleType, RequiredField, Words};

impl ModuleType {
    /// Returns a module type of a cloud, given its name with or without a prefix.
    #[must_use]
    pub fn of(name: &str, cloud: Cloud) -> Option<&'static Self> {
        let (prefix, short) = split_type(name);
        let cloud = prefix.unwrap_or(cloud);
        MODULE_TYPES.iter().find(|kind| kind.name == short && kind.is_of(cloud))
    }

    /// Whether any cloud has a module type with this name.
    #[must_use]
    pub fn exists(name: &str) -> bool {
        Cloud::ALL.iter().any(|cloud| Self::of(name, *cloud).is_some())
    }
}

/// Returns the names of the module types, each once.
pub fn module_type_names() -> impl Iterator<Item = &'static str> {
    let repeated =
        |index: usize| index > 0 && MODULE_TYPES[index - 1].name == MODULE_TYPES[index].name;
    let types = MODULE_TYPES.iter().enumerate();
    types.filter(move |(index, _)| !repeated(*index)).map(|(_, kind)| kind.name)
}

/// The names of Opta for the same type on other clouds.
const ALIASES: &[(&str, &str)] = &[
    ("eks", "k8s-cluster"),
    ("gke", "k8s-cluster"),
    ("aks", "k8s-cluster"),
    ("nodepool", "nodegroup"),
];

/// Returns the cloud of a module type with a prefix, and the short name.
#[must_use]
pub fn split_type(name: &str) -> (Option<Cloud>, &str) {
    let (cloud, short) = match Cloud::of_prefix(name) {
        Some((cloud, short)) => (Some(cloud), short),
        None => (None, name),
    };
    let alias = ALIASES.iter().find(|(alias, _)| *alias == short);
    (cloud, alias.map_or(short, |(_, name)| name))
}

/// Returns a module type without the prefix of its cloud.
#[must_use]
pub fn short_type(name: &str) -> &str {
    split_type(name).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_each_type_is_listed_once() {
        let mut names: Vec<&str> = module_type_names().collect();
        let count = names.len();
        // Types of several clouds are in the list too.
        for name in ["k8s-service", "k8s-cluster", "postgres", "s3", "gcs"] {
            assert!(names.contains(&name), "{name}");
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
