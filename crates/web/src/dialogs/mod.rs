//! The dialogs.

mod conflict;
mod examples;
mod frame;
mod history;
mod menu;
mod new;
mod options;
mod palette;
mod question;
mod share;
mod shortcuts;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::platform;
use crate::state::{Dialog, State};

#[wasm_split(dialogs, fallible)]
fn load_dialog(dialog: Dialog) -> Loaded<AnyView> {
    Ok(match dialog {
        Dialog::Commands => view! { <palette::Palette /> }.into_any(),
        Dialog::Menu => view! { <menu::MenuDialog /> }.into_any(),
        Dialog::Options => view! { <options::Options /> }.into_any(),
        Dialog::Shortcuts => view! { <shortcuts::Shortcuts /> }.into_any(),
        Dialog::History => view! { <history::History /> }.into_any(),
        Dialog::Examples => view! { <examples::Examples /> }.into_any(),
        Dialog::New => view! { <new::New /> }.into_any(),
        Dialog::Share => view! { <share::Share /> }.into_any(),
        Dialog::Conflict => view! { <conflict::ConflictDialog /> }.into_any(),
        Dialog::Question => view! { <question::QuestionDialog /> }.into_any(),
    })
}

/// Shows a dialog. Keys that are pressed while it loads go to the dialog, not to the text behind.
pub(crate) fn show(dialog: Dialog) -> AnyView {
    platform::hold_keys();
    let state = expect_context::<State>();
    lazy::show_if_loaded(move || Box::pin(load(state, dialog)))
}

async fn load(state: State, dialog: Dialog) -> Loaded<AnyView> {
    let loaded = load_dialog(dialog).await;
    leptos::task::spawn_local(async {
        // The dialog gets the focus in the next rendering.
        TimeoutFuture::new(0).await;
        platform::release_keys();
    });
    if loaded.is_err() {
        lazy::report(state).await;
        state.view.dialog.set(None);
    }
    loaded
}
