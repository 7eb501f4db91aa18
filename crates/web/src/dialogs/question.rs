//! A question that can be answered with yes. Closing the dialog means no.

use leptos::prelude::*;

use super::frame::Frame;
use crate::markup::inline_code;
use crate::state::State;

/// The dialog with the question.
#[component]
pub(super) fn QuestionDialog() -> impl IntoView {
    let view = expect_context::<State>().view;
    let Some(question) = view.question.get_untracked() else { return ().into_any() };
    let on_yes = question.on_yes;
    let answer = move |_| {
        view.dialog.set(None);
        on_yes.run(());
    };
    view! {
        <Frame title="Question">
            <p>{inline_code(&question.text)}</p>
            <button class="button main" on:click=answer>{question.yes}</button>
        </Frame>
    }
    .into_any()
}
