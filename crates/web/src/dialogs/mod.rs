//! What stands before the page for a while; Escape or a click beside it closes it.

mod examples;
mod history;
mod palette;
mod share;
mod shortcuts;

use leptos::html;
use leptos::prelude::*;

use crate::state::{Dialog, State};

/// A dialog.
pub(crate) fn view(dialog: Dialog) -> AnyView {
    match dialog {
        Dialog::Commands => view! { <palette::Palette /> }.into_any(),
        Dialog::Shortcuts => view! { <shortcuts::Shortcuts /> }.into_any(),
        Dialog::History => view! { <history::History /> }.into_any(),
        Dialog::Examples => view! { <examples::Examples /> }.into_any(),
        Dialog::Share => view! { <share::Share /> }.into_any(),
    }
}

/// A dialog with a title.
#[component]
fn Frame(title: &'static str, children: Children) -> impl IntoView {
    let state = expect_context::<State>();
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(element) = element.get() {
            drop(element.show_modal());
        }
    });
    let close = move || state.dialog.set(None);
    // At once, and not when the browser gets to tell of the closing: another dialog may be open by
    // then.
    let escape = move |event: web_sys::Event| {
        event.prevent_default();
        close();
    };
    // The dialog's own area is covered by its content, so that such a click is beside it.
    let beside = move |event: web_sys::MouseEvent| {
        let outside = event.target().is_some_and(|target| {
            element.get_untracked().is_some_and(|dialog| target == ****dialog)
        });
        if outside {
            close();
        }
    };
    view! {
        <dialog class="dialog" aria-label=title node_ref=element on:cancel=escape on:click=beside>
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
