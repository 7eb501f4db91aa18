//! The whole page: bar, two panes, status line, dialogs.

use leptos::prelude::*;

use crate::bar::Bar;
use crate::page::Page;
use crate::pane_switch::PaneSwitch;
use crate::result_pane::ResultPane;
use crate::source_pane::SourcePane;
use crate::status::Status;
use crate::{colors, commands, dialogs, files, linking, share};

/// The whole page.
///
/// Leptos renders static elements with `innerHTML`, which the Content-Security-Policy forbids.
/// So every nested element has a block as text or attribute: `{"text"}`.
#[component]
pub(crate) fn App() -> impl IntoView {
    let page = expect_context::<Page>();
    let view = page.state.view;
    colors::apply();
    commands::listen(page);
    files::accept_drops(page);
    share::watch_address(page);
    linking::start(page);
    page.editors.load(page.state);
    view! {
        <div class="app" data-pane=move || view.pane.get().name()>
            <Bar />
            <PaneSwitch />
            <main class="panes">
                <SourcePane />
                <Divider />
                <ResultPane />
            </main>
            <Status />
            <div class="toast" role="status">{move || view.message.get().text}</div>
            {move || view.dialog.get().map(dialogs::show)}
        </div>
    }
}

/// The line between the panes. `js/divider.js` moves it.
#[component]
fn Divider() -> impl IntoView {
    view! {
        <div
            class="divider"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label="Width of the text"
            aria-valuemin="20"
            aria-valuemax="80"
            aria-valuenow="46"
        ></div>
    }
}
