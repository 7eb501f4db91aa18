//! What can be done with the page, each said once: the palette, the sheet of shortcuts and the keys
//! follow from it.

use leptos::prelude::*;

use crate::bar;
use crate::state::{Dialog, Results, State, VALUES_FILE};
use crate::{examples, files, later};

/// Something that can be done.
pub(crate) struct Command {
    /// What it does.
    pub(crate) name: &'static str,
    /// Its key, as people write it; empty when it has none.
    pub(crate) keys: &'static str,
    /// Does it.
    pub(crate) run: fn(State),
}

/// Every command, in the order of the palette.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "Show the commands",
        keys: "Ctrl+K",
        run: |state| state.dialog.set(Some(Dialog::Commands)),
    },
    Command {
        name: "Show the shortcuts",
        keys: "?",
        run: |state| state.dialog.set(Some(Dialog::Shortcuts)),
    },
    Command {
        name: "Go to the next problem",
        keys: "F8",
        run: |state| later::go_to_problem(state, 1),
    },
    Command {
        name: "Go to the previous problem",
        keys: "Shift+F8",
        run: |state| later::go_to_problem(state, -1),
    },
    Command { name: "Fix all that is safe to fix", keys: "Alt+Shift+F", run: later::fix_all },
    Command {
        name: "Switch between text and form",
        keys: "Alt+F",
        run: |state| state.form.update(|form| *form = !*form),
    },
    Command {
        name: "Fill in the inputs",
        keys: "Alt+I",
        run: |state| state.open.set(VALUES_FILE.to_owned()),
    },
    Command { name: "Open files", keys: "Ctrl+O", run: files::open },
    Command { name: "Open a folder", keys: "", run: files::open_folder },
    Command { name: "Save the open text", keys: "Ctrl+S", run: later::save },
    Command { name: "Export the bundle", keys: "Ctrl+E", run: later::export_bundle },
    Command { name: "Share a link", keys: "", run: |state| state.dialog.set(Some(Dialog::Share)) },
    Command {
        name: "Go back in the history",
        keys: "Alt+H",
        run: |state| state.dialog.set(Some(Dialog::History)),
    },
    Command {
        name: "Open an example",
        keys: "",
        run: |state| state.dialog.set(Some(Dialog::Examples)),
    },
    Command { name: "Start over with the example", keys: "", run: examples::start_over },
    Command {
        name: "Show the manifests",
        keys: "Alt+1",
        run: |state| state.results.set(Results::Manifests),
    },
    Command {
        name: "Show the AWS resources",
        keys: "Alt+2",
        run: |state| state.results.set(Results::Aws),
    },
    Command {
        name: "Show the bundle",
        keys: "Alt+3",
        run: |state| state.results.set(Results::Bundle),
    },
    Command {
        name: "Show the diagram",
        keys: "Alt+4",
        run: |state| state.results.set(Results::Diagram),
    },
    Command {
        name: "Show the changes",
        keys: "Alt+5",
        run: |state| state.results.set(Results::Changes),
    },
    Command {
        name: "Change the colours: system, light, dark, high contrast",
        keys: "",
        run: |_| bar::next_colours(),
    },
];

/// Listens for the keys of the commands.
pub(crate) fn listen(state: State) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if let Some(command) = COMMANDS.iter().find(|command| is_pressed(command.keys, &event)) {
            event.prevent_default();
            (command.run)(state);
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
    // With Alt some keyboards give another letter, so that the key is known by its place.
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

/// Whether a key goes into a text.
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let path = event.composed_path();
    let Some(first) = path
        .iter()
        .next()
        .and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(target).ok())
    else {
        return false;
    };
    matches!(first.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || first.is_content_editable()
}
