//! The buttons that choose the pane of a narrow window.

use leptos::prelude::*;

use crate::state::{Pane, State};

/// The buttons that choose the pane. The style sheet hides them in wide windows.
#[component]
pub(crate) fn PaneSwitch() -> impl IntoView {
    view! {
        <nav class="switch" aria-label="Panes">
            <Choice pane=Pane::Text name="Text" />
            <Choice pane=Pane::Problems name="Problems" />
            <Choice pane=Pane::Results name="Results" />
        </nav>
    }
}

#[component]
fn Choice(pane: Pane, name: &'static str) -> impl IntoView {
    let state = expect_context::<State>();
    let (open, results) = (state.view.pane, state.results);
    let count = Memo::new(move |_| match pane {
        Pane::Problems => results.outcome.read().analysis.diagnostics.len(),
        Pane::Text | Pane::Results => 0,
    });
    let number = move || Some(count.get()).filter(|count| *count > 0);
    let number = move || number().map(|count| view! { <span class="count">{count}</span> });
    view! {
        <button
            aria-pressed=move || (open.get() == pane).to_string()
            on:click=move |_| open.set(pane)
        >
            {name}
            {number}
        </button>
    }
}
