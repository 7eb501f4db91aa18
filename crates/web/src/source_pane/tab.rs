//! The tab of a file.

use leptos::prelude::*;
use optakit_core::api::Severity;

use crate::state::State;
use crate::tabs::move_between_tabs;

/// The tab of a file, with a dot for the worst problem in it.
#[component]
pub(super) fn Tab(
    file: String,
    title: String,
    /// A number that the tab shows if it is not 0.
    #[prop(optional, into)]
    count: Option<Signal<usize>>,
) -> impl IntoView {
    let state = expect_context::<State>();
    let open = state.view.file;
    let (own, checked) = (file.clone(), file.clone());
    let selected = Memo::new(move |_| *open.read() == own);
    let worst = Memo::new(move |_| {
        let outcome = state.results.outcome.read();
        let of_file =
            outcome.analysis.diagnostics.iter().filter(|diagnostic| diagnostic.file == checked);
        of_file.map(|diagnostic| diagnostic.severity).min()
    });
    let has_count = count.is_some();
    let text = Memo::new(move |_| count.map(|count| count.get()).filter(|count| *count > 0));
    let dot = |severity: Severity| {
        let severity = severity.as_str();
        let class = format!("dot {severity}");
        view! { <span class=class role="img" aria-label=severity></span> }
    };
    // The count keeps its space when it is 0, so that the other tabs do not move.
    let number = has_count.then(|| {
        view! { <span class="count" aria-hidden="true">{move || text.get()}</span> }
    });
    view! {
        <button
            class="tab"
            role="tab"
            aria-selected=move || selected.get().to_string()
            aria-controls="file-panel"
            tabindex=move || if selected.get() { "0" } else { "-1" }
            on:click=move |_| open.set(file.clone())
            on:keydown=move_between_tabs
        >
            {title}
            {move || worst.get().map(dot)}
            {number}
        </button>
    }
}
