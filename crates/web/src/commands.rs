//! The commands of the page. The command palette, the shortcuts and their list use this table.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::page::Page;
use crate::problems::{self, Direction};
use crate::state::{Dialog, ResultTab};
use crate::work::VALUES_FILE;
use crate::{bundle, colors, examples, files, undo};

/// A command of the page.
pub(crate) struct Command {
    /// What it does, as the palette shows it.
    pub(crate) name: &'static str,
    /// Its shortcut; empty if it has none.
    pub(crate) keys: &'static str,
    pub(crate) run: fn(Page),
}

/// The shortcuts of undo and redo.
const UNDO_KEYS: [&str; 2] = ["Ctrl+Z", "Ctrl+Shift+Z"];

/// All commands, in the order of the palette.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "Show commands",
        keys: "Ctrl+K",
        run: |page| page.state.view.dialog.set(Some(Dialog::Commands)),
    },
    Command {
        name: "Show shortcuts",
        keys: "?",
        run: |page| page.state.view.dialog.set(Some(Dialog::Shortcuts)),
    },
    Command {
        name: "Go to next problem",
        keys: "F8",
        run: |page| problems::go_to(page, Direction::Next),
    },
    Command {
        name: "Go to previous problem",
        keys: "Shift+F8",
        run: |page| problems::go_to(page, Direction::Previous),
    },
    Command { name: "Apply safe fixes", keys: "Alt+Shift+F", run: problems::apply_safe_fixes },
    Command {
        name: "Switch between text and form",
        keys: "Alt+F",
        run: |page| page.state.view.form.update(|form| *form = !*form),
    },
    Command {
        name: "Edit inputs",
        keys: "Alt+I",
        run: |page| page.state.view.file.set(VALUES_FILE.to_owned()),
    },
    Command { name: "Undo", keys: UNDO_KEYS[0], run: undo::undo },
    Command { name: "Redo", keys: UNDO_KEYS[1], run: undo::redo },
    Command { name: "Open files", keys: "Ctrl+O", run: files::open },
    Command { name: "Open folder", keys: "", run: files::open_folder },
    Command { name: "Save open file", keys: "Ctrl+S", run: files::save },
    Command { name: "Export bundle", keys: "Ctrl+E", run: |page| bundle::export(page.state) },
    Command {
        name: "Share link",
        keys: "",
        run: |page| page.state.view.dialog.set(Some(Dialog::Share)),
    },
    Command {
        name: "Open history",
        keys: "Alt+H",
        run: |page| page.state.view.dialog.set(Some(Dialog::History)),
    },
    Command {
        name: "Open an example",
        keys: "",
        run: |page| page.state.view.dialog.set(Some(Dialog::Examples)),
    },
    Command { name: "Start over with the first example", keys: "", run: examples::open_first },
    Command {
        name: "Show manifests",
        keys: "Alt+1",
        run: |page| page.state.view.tab.set(ResultTab::Manifests),
    },
    Command {
        name: "Show AWS resources",
        keys: "Alt+2",
        run: |page| page.state.view.tab.set(ResultTab::Aws),
    },
    Command {
        name: "Show bundle",
        keys: "Alt+3",
        run: |page| page.state.view.tab.set(ResultTab::Bundle),
    },
    Command {
        name: "Show diagram",
        keys: "Alt+4",
        run: |page| page.state.view.tab.set(ResultTab::Diagram),
    },
    Command {
        name: "Show changes",
        keys: "Alt+5",
        run: |page| page.state.view.tab.set(ResultTab::Changes),
    },
    Command {
        name: "Change colors: system, light, dark, high contrast",
        keys: "",
        run: |_| colors::next(),
    },
];

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
    // Some keyboards enter another letter with Alt, so the physical key counts too.
    let code = event.code();
    let pressed = event.key().eq_ignore_ascii_case(key)
        || code.strip_prefix("Key") == Some(key)
        || code.strip_prefix("Digit") == Some(key);
    !key.is_empty()
        && pressed
        && (event.ctrl_key() || event.meta_key()) == has("Ctrl")
        && event.alt_key() == has("Alt")
        && event.shift_key() == has("Shift")
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
