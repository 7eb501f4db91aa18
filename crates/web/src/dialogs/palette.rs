//! The command palette.

use leptos::prelude::*;

use super::frame::Frame;
use crate::commands::{COMMANDS, key_names};
use crate::page::Page;

/// The dialog with all commands, filtered by what the user types.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let page = expect_context::<Page>();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let found = Memo::new(move |_| search(&typed.read()));
    let run = move |index: usize| {
        page.state.view.dialog.set(None);
        (COMMANDS[index].run)(page);
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => chosen.update(|chosen| *chosen = (*chosen + 1) % count),
            "ArrowUp" if count > 0 => {
                chosen.update(|chosen| *chosen = (*chosen + count - 1) % count);
            }
            "Enter" => {
                let position = chosen.get_untracked();
                if let Some(index) = found.with_untracked(|found| found.get(position).copied()) {
                    run(index);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |text: String| {
        typed.set(text);
        chosen.set(0);
    };
    let option = move |(position, index): (usize, usize)| {
        view! { <CommandOption position index chosen on_click=move |()| run(index) /> }
    };
    let is_empty = move || found.read().is_empty();
    view! {
        <Frame title="Commands">
            <input
                class="control"
                autofocus=true
                role="combobox"
                aria-label="Command"
                aria-expanded="true"
                aria-controls="commands"
                aria-activedescendant=move || format!("command-{}", chosen.get())
                placeholder="Type a command"
                autocomplete="off"
                on:input:target=move |event| on_input(event.target().value())
                on:keydown=on_key
            />
            <ul id="commands" class="options" role="listbox" aria-label="Commands">
                {move || found.get().into_iter().enumerate().map(option).collect_view()}
            </ul>
            {move || is_empty().then(|| view! { <p class="help">{"No matching commands"}</p> })}
        </Frame>
    }
}

/// Returns the indexes of the commands whose names contain all words.
fn search(typed: &str) -> Vec<usize> {
    let typed = typed.to_lowercase();
    let matches =
        |name: &str| typed.split_whitespace().all(|word| name.to_lowercase().contains(word));
    let found = COMMANDS.iter().enumerate().filter(|(_, command)| matches(command.name));
    found.map(|(index, _)| index).collect()
}

#[component]
fn CommandOption(
    /// The position among the found commands.
    position: usize,
    /// The index among all commands.
    index: usize,
    chosen: RwSignal<usize>,
    #[prop(into)] on_click: Callback<()>,
) -> impl IntoView {
    let command = &COMMANDS[index];
    let keys = (!command.keys.is_empty()).then(|| view! { <kbd>{key_names(command.keys)}</kbd> });
    view! {
        <li
            role="option"
            id=format!("command-{position}")
            aria-selected=move || (chosen.get() == position).to_string()
            on:click=move |_| on_click.run(())
        >
            <span>{command.name}</span>
            {keys}
        </li>
    }
}
