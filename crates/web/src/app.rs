//! The whole page: bar, two panes, status line, dialogs.

use leptos::prelude::*;

use crate::bar::Bar;
use crate::page::Page;
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
    page.editors.load();
    view! {
        <div class="app">
            <Bar />
            <main class="panes">
                <SourcePane />
                <ResultPane />
            </main>
            <Status />
            <div class="toast" role="status">{move || view.message.get()}</div>
            {move || view.dialog.get().map(dialogs::show)}
        </div>
    }
}
