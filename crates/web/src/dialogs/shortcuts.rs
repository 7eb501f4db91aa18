//! The list of shortcuts.

use leptos::prelude::*;

use super::frame::Frame;
use crate::commands::{COMMANDS, key_names};

/// The shortcuts of the text editor itself.
const IN_EDITOR: [(&str, &str); 4] = [
    ("Ctrl+Space", "Autocomplete"),
    ("Ctrl+F", "Search"),
    ("Ctrl+/", "Comment out the line"),
    ("Escape, then Tab", "Leave the editor"),
];

/// The dialog with all shortcuts.
#[component]
pub(super) fn Shortcuts() -> impl IntoView {
    let row = |keys: &'static str, name: &'static str| {
        view! {
            <dt>
                <kbd>{key_names(keys)}</kbd>
            </dt>
            <dd>{name}</dd>
        }
    };
    let commands = COMMANDS.iter().filter(|command| !command.keys.is_empty());
    let commands = commands.map(|command| row(command.keys, command.name)).collect_view();
    view! {
        <Frame title="Shortcuts">
            <dl class="keys">{commands}</dl>
            <h3>{"In the editor"}</h3>
            <dl class="keys">{IN_EDITOR.map(|(keys, name)| row(keys, name)).collect_view()}</dl>
        </Frame>
    }
}
