//! The description of a module that services link to.

use crate::model::link_kind::{LinkAccess, LinkKind, LinkPermission};
use crate::model::module::Header;

/// Returns the type of a module and what a link to it provides, as Markdown.
pub(super) fn describe_module(module: &Header) -> String {
    let kind = &module.kind.value;
    match LinkKind::of(module.short_type()).map(|kind| kind.access) {
        Some(LinkAccess::Credentials(outputs)) => {
            format!("`{kind}`: provides the variables {}", outputs.join(", "))
        }
        Some(LinkAccess::Permissions { all, default }) => format!(
            "`{kind}`: provides the permissions {} (default: {})",
            LinkPermission::names(all).join(", "),
            LinkPermission::names(default).join(", ")
        ),
        None => format!("`{kind}`"),
    }
}
