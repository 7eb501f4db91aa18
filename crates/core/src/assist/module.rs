//! The description of a module that services link to.

use crate::model::link::{Gives, gives};
use crate::model::module::Header;

/// What a module gives to those who link to it, in words.
pub(super) fn about_module(module: &Header) -> String {
    let kind = &module.kind.value;
    match gives(module.short_type()) {
        Some(Gives::Credentials(outputs)) => format!("`{kind}`: gives {}", outputs.join(", ")),
        Some(Gives::Permissions(all, by_itself)) => {
            format!(
                "`{kind}`: allows {}; {} when nothing is asked",
                all.join(", "),
                by_itself.join(", ")
            )
        }
        None => format!("`{kind}`"),
    }
}
