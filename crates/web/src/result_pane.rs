//! The right pane: manifests, AWS resources, bundle, diagram and changes.

use leptos::prelude::*;
use optakit_core::api::Change;

use crate::panels::manifests::Manifests;
use crate::panels::{aws, bundle, changes, diagram};
use crate::state::{ResultTab, State};
use crate::tabs::move_between_tabs;

/// The right pane.
#[component]
pub(crate) fn ResultPane() -> impl IntoView {
    let open = expect_context::<State>().view.tab;
    let panel = move || match open.get() {
        ResultTab::Manifests => view! { <Manifests /> }.into_any(),
        ResultTab::Aws => aws::show(),
        ResultTab::Bundle => bundle::show(),
        ResultTab::Diagram => diagram::show(),
        ResultTab::Changes => changes::show(),
    };
    let title = move || open.get().title();
    view! {
        <div class="pane results">
            <div class="tabs" role="tablist" aria-label="Results">
                <Tab tab=ResultTab::Manifests />
                <Tab tab=ResultTab::Aws />
                <Tab tab=ResultTab::Bundle />
                <Tab tab=ResultTab::Diagram />
                <Tab tab=ResultTab::Changes />
            </div>
            <div id="result-panel" class="tabpanel" role="tabpanel" aria-label=title>
                {panel}
            </div>
        </div>
    }
}

#[component]
fn Tab(tab: ResultTab) -> impl IntoView {
    let state = expect_context::<State>();
    let (open, results) = (state.view.tab, state.results);
    let count = Memo::new(move |_| match tab {
        ResultTab::Manifests => results.manifests.read().manifests.len(),
        ResultTab::Aws => results.outcome.read().analysis.aws.len(),
        ResultTab::Changes => results.changes.read().len(),
        ResultTab::Bundle | ResultTab::Diagram => 0,
    });
    let has_count = matches!(tab, ResultTab::Manifests | ResultTab::Aws | ResultTab::Changes);
    let text = move || Some(count.get()).filter(|count| *count > 0);
    let effect = move || {
        (tab == ResultTab::Changes).then(|| worst_effect(&results.changes.read())).flatten()
    };
    // The count keeps its space when it is 0, so that the other tabs do not move.
    let number = has_count.then(|| {
        view! { <span class="count" aria-hidden="true">{text}</span> }
    });
    let badge = move |effect| view! { <span class="effect" aria-hidden="true">{effect}</span> };
    view! {
        <button
            class="tab"
            class:last=move || tab == ResultTab::Changes
            role="tab"
            aria-selected=move || (open.get() == tab).to_string()
            aria-controls="result-panel"
            tabindex=move || if open.get() == tab { "0" } else { "-1" }
            on:click=move |_| open.set(tab)
            on:keydown=move_between_tabs
        >
            {tab.title()}
            {number}
            {move || effect().map(badge)}
        </button>
    }
}

/// The effects that the tab of the changes shows, the worst first.
const EFFECTS: [&str; 6] =
    ["recreation", "deletion", "stops all pods", "rolling restart", "traffic", "scaling"];

/// Returns the worst effect of some changes.
fn worst_effect(changes: &[Change]) -> Option<&'static str> {
    EFFECTS.into_iter().find(|effect| changes.iter().any(|change| change.effect == *effect))
}
