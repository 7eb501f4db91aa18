//! The frame of all dialogs: title, Close button, and closing by Escape or a click outside.

use leptos::html;
use leptos::prelude::*;

use crate::state::State;

/// A dialog with a title.
#[component]
pub(super) fn Frame(title: &'static str, children: Children) -> impl IntoView {
    let dialog = expect_context::<State>().view.dialog;
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(element) = element.get() {
            drop(element.show_modal());
        }
    });
    let close = move || dialog.set(None);
    // The close event of the browser comes too late: another dialog may be open by then.
    let on_escape = move |event: web_sys::Event| {
        event.prevent_default();
        close();
    };
    // The content covers the whole dialog, so a click on the dialog itself is outside.
    let on_click = move |event: web_sys::MouseEvent| {
        let outside = event.target().is_some_and(|target| {
            element.get_untracked().is_some_and(|dialog| target == ****dialog)
        });
        if outside {
            close();
        }
    };
    view! {
        <dialog
            class="dialog"
            aria-label=title
            node_ref=element
            on:cancel=on_escape
            on:click=on_click
        >
            <div class="inside">
                <header>
                    <h2>{title}</h2>
                    <button class="link" on:click=move |_| close()>{"Close"}</button>
                </header>
                {children()}
            </div>
        </dialog>
    }
}
