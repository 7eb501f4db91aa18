//! Shows messages of the core, which put names in backticks.

use leptos::prelude::*;

/// Renders a message, with the parts in backticks as code.
pub(crate) fn inline_code(text: &str) -> Vec<AnyView> {
    let part = |(index, part): (usize, &str)| {
        let part = part.to_owned();
        if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    };
    text.split('`').enumerate().map(part).collect()
}
