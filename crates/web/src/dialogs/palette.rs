//! Every command by its name.

use leptos::prelude::*;

use super::Frame;
use crate::commands::COMMANDS;
use crate::state::State;

/// The commands, of which typing leaves those that fit.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let state = expect_context::<State>();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let found = Memo::new(move |_| {
        let typed = typed.read().to_lowercase();
        let fits =
            |name: &str| typed.split_whitespace().all(|word| name.to_lowercase().contains(word));
        COMMANDS
            .iter()
            .enumerate()
            .filter(|(_, command)| fits(command.name))
            .map(|(index, _)| index)
            .collect::<Vec<_>>()
    });
    let run = move |index: usize| {
        state.dialog.set(None);
        (COMMANDS[index].run)(state);
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => chosen.update(|chosen| *chosen = (*chosen + 1) % count),
            "ArrowUp" if count > 0 => {
                chosen.update(|chosen| *chosen = (*chosen + count - 1) % count)
            }
            "Enter" => {
                if let Some(index) =
                    found.with_untracked(|found| found.get(chosen.get_untracked()).copied())
                {
                    run(index);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(place, index): (usize, usize)| {
        let command = &COMMANDS[index];
        view! {
            <li
                role="option"
                id=format!("command-{place}")
                aria-selected=move || (chosen.get() == place).to_string()
                on:click=move |_| run(index)
            >
                <span>{command.name}</span>
                {(!command.keys.is_empty()).then(|| view! { <kbd>{command.keys}</kbd> })}
            </li>
        }
    };
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
                placeholder="what is to be done"
                autocomplete="off"
                on:input:target=move |event| {
                    typed.set(event.target().value());
                    chosen.set(0);
                }
                on:keydown=keys
            />
            <ul id="commands" class="options" role="listbox" aria-label="Commands">
                {move || found.get().into_iter().enumerate().map(option).collect_view()}
            </ul>
            {move || found.read().is_empty().then(|| view! { <p class="help">{"No command of that name."}</p> })}
        </Frame>
    }
}
