//! The address of the documentation.

use leptos::prelude::*;

/// The documentation of this version.
pub(crate) const ADDRESS: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/tree/main/docs");

/// Opens the documentation in a new tab.
pub(crate) fn open() {
    drop(window().open_with_url_and_target_and_features(ADDRESS, "_blank", "noopener"));
}
