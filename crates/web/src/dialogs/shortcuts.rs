//! The keys of the commands.

use leptos::prelude::*;

use super::Frame;
use crate::commands::COMMANDS;

/// Keys of the text itself, which belong to the editor.
const IN_TEXT: [(&str, &str); 6] = [
    ("Ctrl+Space", "Complete what is being typed"),
    ("Ctrl+Z", "Undo, for text and form alike"),
    ("Ctrl+Shift+Z", "Redo"),
    ("Ctrl+F", "Search"),
    ("Ctrl+/", "Comment the line out"),
    ("Escape, then Tab", "Leave the text"),
];

/// The sheet of shortcuts.
#[component]
pub(super) fn Shortcuts() -> impl IntoView {
    let row = |keys: &'static str, name: &'static str| view! { <dt><kbd>{keys}</kbd></dt><dd>{name}</dd> };
    let commands = COMMANDS.iter().filter(|command| !command.keys.is_empty());
    view! {
        <Frame title="Shortcuts">
            <dl class="keys">{commands.map(|command| row(command.keys, command.name)).collect_view()}</dl>
            <h3>{"In a text"}</h3>
            <dl class="keys">{IN_TEXT.map(|(keys, name)| row(keys, name)).collect_view()}</dl>
            <p class="help">{"On a Mac, Cmd stands for Ctrl."}</p>
        </Frame>
    }
}
