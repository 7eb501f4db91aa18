//! The menu: all commands as buttons.

use leptos::prelude::*;

use super::frame::Frame;
use crate::commands::{COMMANDS, Command, Menu, key_names};
use crate::page::Page;

const MENUS: [(Menu, &str); 5] = [
    (Menu::File, "File"),
    (Menu::Export, "Export"),
    (Menu::Edit, "Edit"),
    (Menu::View, "View"),
    (Menu::Help, "Help"),
];

/// The dialog with all commands, in groups.
#[component]
pub(super) fn MenuDialog() -> impl IntoView {
    let group = |(menu, title): (Menu, &'static str)| {
        let commands = COMMANDS.iter().filter(move |command| command.menu == menu);
        let items = commands.map(|command| view! { <Item command /> }).collect_view();
        view! {
            <section class="group" aria-label=title>
                <h3>{title}</h3>
                <ul class="entries">{items}</ul>
            </section>
        }
    };
    view! { <Frame title="Menu">{MENUS.map(group).collect_view()}</Frame> }
}

#[component]
fn Item(command: &'static Command) -> impl IntoView {
    let page = expect_context::<Page>();
    let run = move |_| {
        page.state.view.dialog.set(None);
        (command.run)(page);
    };
    let keys = (!command.keys.is_empty()).then(|| {
        view! { <kbd aria-hidden="true">{key_names(command.keys)}</kbd> }
    });
    view! {
        <li>
            <button class="entry item" on:click=run>
                <span>{command.name}</span>
                {keys}
            </button>
        </li>
    }
}
