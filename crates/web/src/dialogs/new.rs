//! The list of templates.

use leptos::prelude::*;

use super::frame::Frame;
use crate::page::Page;
use crate::templates::{self, TEMPLATES, Template};

/// The dialog with all templates.
#[component]
pub(super) fn New() -> impl IntoView {
    let page = expect_context::<Page>();
    let row = move |template: &'static Template| {
        let open = move |_| {
            page.state.view.dialog.set(None);
            templates::open(page, template);
        };
        view! {
            <li>
                <button class="entry" on:click=open>
                    <span>{template.title}</span>
                    <span class="help">{template.about}</span>
                </button>
            </li>
        }
    };
    view! {
        <Frame title="New">
            <ul class="entries">{TEMPLATES.iter().map(row).collect_view()}</ul>
        </Frame>
    }
}
