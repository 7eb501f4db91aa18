//! The gallery of examples.

use leptos::prelude::*;

use super::Frame;
use crate::examples::{self, EXAMPLES, Example};
use crate::state::State;

/// The examples, good and broken.
#[component]
pub(super) fn Examples() -> impl IntoView {
    let state = expect_context::<State>();
    let row = move |example: &'static Example| {
        let open = move |_| {
            state.dialog.set(None);
            examples::open(state, example);
        };
        view! {
            <li>
                <button class="entry" on:click=open>
                    <span>{example.title}</span>
                    <span class="help">{example.about}</span>
                </button>
            </li>
        }
    };
    view! {
        <Frame title="Examples">
            <ul class="entries">{EXAMPLES.iter().map(row).collect_view()}</ul>
        </Frame>
    }
}
