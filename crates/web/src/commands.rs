//! The commands of the page. The command palette, the shortcuts and their list use this table.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::page::Page;
use crate::problems::{self, Direction};
use crate::state::{Dialog, Pane, ResultTab};
use crate::work::VALUES_FILE;
use crate::{
    bundle, colors, documentation, examples, files, manifest_copy, platform, storage, undo,
};

/// A command of the page.
pub(crate) struct Command {
    /// The part of the menu that contains it.
    pub(crate) menu: Menu,
    /// The name in the palette.
    pub(crate) name: &'static str,
    /// Its shortcut; empty if it has none.
    pub(crate) keys: &'static str,
    pub(crate) run: fn(Page),
}

/// The parts of the menu, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Menu {
    File,
    Export,
    Edit,
    View,
    Help,
}

/// The shortcuts of undo and redo.
const UNDO_KEYS: [&str; 2] = ["Ctrl+Z", "Ctrl+Shift+Z"];

/// All commands, in the order of the menu and of the palette.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        menu: Menu::File,
        name: "New from a template",
        keys: "",
        run: |page| page.state.view.dialog.set(Some(Dialog::New)),
    },
    Command { menu: Menu::File, name: "Open files", keys: "Ctrl+O", run: files::open },
    Command { menu: Menu::File, name: "Open folder", keys: "", run: files::open_folder },
    Command { menu: Menu::File, name: "Save open file", keys: "Ctrl+S", run: files::save },
    Command {
        menu: Menu::File,
        name: "Open an example",
        keys: "",
        run: |page| page.state.view.dialog.set(Some(Dialog::Examples)),
    },
    Command {
        menu: Menu::File,
        name: "Open the first example",
        keys: "",
        run: examples::open_first,
    },
    Command {
        menu: Menu::File,
        name: "Open history",
        keys: "Alt+H",
        run: |page| page.state.view.dialog.set(Some(Dialog::History)),
    },
    Command {
        menu: Menu::File,
        name: "Clear history",
        keys: "",
        run: |page| storage::clear_history(page.state),
    },
    Command {
        menu: Menu::Export,
        name: "Export bundle",
        keys: "Ctrl+E",
        run: |page| bundle::export(page.state),
    },
    Command {
        menu: Menu::Export,
        name: "Copy manifests",
        keys: "",
        run: |page| manifest_copy::copy(page.state, None),
    },
    Command {
        menu: Menu::Export,
        name: "Download manifests",
        keys: "",
        run: |page| manifest_copy::download(page.state, None),
    },
    Command {
        menu: Menu::Export,
        name: "Save a Kustomize folder",
        keys: "",
        run: |page| bundle::save_kustomize(page.state),
    },
    Command {
        menu: Menu::Export,
        name: "Share link",
        keys: "",
        run: |page| page.state.view.dialog.set(Some(Dialog::Share)),
    },
    Command { menu: Menu::Edit, name: "Undo", keys: UNDO_KEYS[0], run: undo::undo },
    Command { menu: Menu::Edit, name: "Redo", keys: UNDO_KEYS[1], run: undo::redo },
    Command {
        menu: Menu::Edit,
        name: "Search in the text",
        keys: "",
        run: |_| platform::search_text(),
    },
    Command {
        menu: Menu::Edit,
        name: "Go to next problem",
        keys: "F8",
        run: |page| problems::go_to(page, Direction::Next),
    },
    Command {
        menu: Menu::Edit,
        name: "Go to previous problem",
        keys: "Shift+F8",
        run: |page| problems::go_to(page, Direction::Previous),
    },
    Command {
        menu: Menu::Edit,
        name: "Fix the problem at the cursor",
        keys: "Ctrl+.",
        run: problems::fix_at_cursor,
    },
    Command {
        menu: Menu::Edit,
        name: "Apply safe fixes",
        keys: "Alt+Shift+F",
        run: problems::apply_safe_fixes,
    },
    Command {
        menu: Menu::Edit,
        name: "Edit inputs",
        keys: "Alt+I",
        run: |page| {
            page.state.view.file.set(VALUES_FILE.to_owned());
            page.state.view.pane.set(Pane::Text);
        },
    },
    Command {
        menu: Menu::Edit,
        name: "Choose rendering options",
        keys: "",
        run: |page| page.state.view.dialog.set(Some(Dialog::Options)),
    },
    Command {
        menu: Menu::View,
        name: "Switch between text and form",
        keys: "Alt+F",
        run: |page| {
            page.state.view.form.update(|form| *form = !*form);
            page.state.view.pane.set(Pane::Text);
        },
    },
    Command {
        menu: Menu::View,
        name: "Turn line wrapping on or off",
        keys: "Alt+Z",
        run: |_| platform::toggle_line_wrapping(),
    },
    Command {
        menu: Menu::View,
        name: "Show manifests",
        keys: "Alt+1",
        run: |page| show(page, ResultTab::Manifests),
    },
    Command {
        menu: Menu::View,
        name: "Show AWS resources",
        keys: "Alt+2",
        run: |page| show(page, ResultTab::Aws),
    },
    Command {
        menu: Menu::View,
        name: "Show bundle",
        keys: "Alt+3",
        run: |page| show(page, ResultTab::Bundle),
    },
    Command {
        menu: Menu::View,
        name: "Show diagram",
        keys: "Alt+4",
        run: |page| show(page, ResultTab::Diagram),
    },
    Command {
        menu: Menu::View,
        name: "Show changes",
        keys: "Alt+5",
        run: |page| show(page, ResultTab::Changes),
    },
    Command {
        menu: Menu::View,
        name: "Change colors: system, light, dark, high contrast",
        keys: "",
        run: |_| colors::next(),
    },
    Command {
        menu: Menu::Help,
        name: "Show commands",
        keys: "Ctrl+K",
        run: |page| page.state.view.dialog.set(Some(Dialog::Commands)),
    },
    Command {
        menu: Menu::Help,
        name: "Show shortcuts",
        keys: "?",
        run: |page| page.state.view.dialog.set(Some(Dialog::Shortcuts)),
    },
    Command {
        menu: Menu::Help,
        name: "Open the documentation",
        keys: "",
        run: |_| documentation::open(),
    },
];

fn show(page: Page, tab: ResultTab) {
    page.state.view.tab.set(tab);
    page.state.view.pane.set(Pane::Results);
}

/// Runs commands when their shortcuts are pressed.
pub(crate) fn listen(page: Page) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        // The editor and the form handle some keys themselves.
        if event.default_prevented() {
            return;
        }
        // Text boxes have an undo history of the browser.
        let is_own = |keys: &str| UNDO_KEYS.contains(&keys) && is_text_box(&event);
        let found = COMMANDS.iter().find(|command| is_pressed(command.keys, &event));
        if let Some(command) = found.filter(|command| !is_own(command.keys)) {
            event.prevent_default();
            (command.run)(page);
        }
    });
    on_cleanup(move || handle.remove());
}

fn is_pressed(keys: &str, event: &web_sys::KeyboardEvent) -> bool {
    if keys == "?" {
        return event.key() == "?" && !event.ctrl_key() && !event.meta_key() && !is_typing(event);
    }
    let (modifiers, key) = keys.rsplit_once('+').unwrap_or(("", keys));
    let has = |name: &str| modifiers.split('+').any(|modifier| modifier == name);
    // On a Mac, Ctrl moves the cursor in texts, so only Cmd starts commands.
    let (command, other) = if is_mac() {
        (event.meta_key(), event.ctrl_key())
    } else {
        (event.ctrl_key(), event.meta_key())
    };
    // Some keyboards enter another letter with Alt, so the physical key counts too.
    let code = event.code();
    let pressed = event.key().eq_ignore_ascii_case(key)
        || code.strip_prefix("Key") == Some(key)
        || code.strip_prefix("Digit") == Some(key);
    !key.is_empty()
        && pressed
        && command == has("Ctrl")
        && !other
        && event.alt_key() == has("Alt")
        && event.shift_key() == has("Shift")
}

/// Whether the page runs on a Mac, an iPhone or an iPad.
pub(crate) fn is_mac() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    platform.starts_with("Mac") || platform.starts_with("iP")
}

/// Returns a shortcut as the keyboard of this machine names it.
pub(crate) fn key_names(keys: &'static str) -> String {
    if is_mac() { keys.replace("Ctrl+", "⌘").replace("Alt+", "⌥") } else { keys.to_owned() }
}

/// Whether the event belongs to an element that uses letter keys.
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    is_text_box(event) || target(event).is_some_and(|target| target.tag_name() == "SELECT")
}

/// Whether the event belongs to an element for text input.
fn is_text_box(event: &web_sys::KeyboardEvent) -> bool {
    target(event).is_some_and(|target| {
        matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA") || target.is_content_editable()
    })
}

fn target(event: &web_sys::KeyboardEvent) -> Option<web_sys::HtmlElement> {
    event.composed_path().iter().next()?.dyn_into().ok()
}
