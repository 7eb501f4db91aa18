//! The list of examples.

use leptos::prelude::*;

use super::frame::Frame;
use crate::examples::{self, EXAMPLES, Example};
use crate::page::Page;

/// The dialog with all examples.
#[component]
pub(super) fn Examples() -> impl IntoView {
    let page = expect_context::<Page>();
    let row = move |example: &'static Example| {
        let open = move |_| {
            page.state.view.dialog.set(None);
            examples::open(page, example);
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
