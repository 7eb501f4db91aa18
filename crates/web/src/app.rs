//! The shell: bar, the two panes, status line, dialogs.

use leptos::prelude::*;

use crate::bar::{self, Bar};
use crate::panels::manifests::Manifests;
use crate::state::{self, Dialog, Results, State};
use crate::texts::Texts;
use crate::{commands, editor, files, later, linking, share};

/// The whole page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let state = expect_context::<State>();
    fetch_certificates(state);
    bar::apply_colours();
    commands::listen(state);
    files::accept_drops(state);
    share::watch_address(state);
    linking::link(state);
    editor::bring(state);
    view! {
        <div class="app">
            <Bar />
            <main class="panes">
                <Texts />
                <ResultPane />
            </main>
            <Status />
            <div class="toast" role="status">{move || state.said.get()}</div>
            {move || state.dialog.get().map(later::dialog)}
        </div>
    }
}

/// The certificates of RDS are many and large: the page fetches those of the one region it needs.
fn fetch_certificates(state: State) {
    let needed = Memo::new(move |_| state.analysis.read().analysis.rds_certificates_for.clone());
    Effect::new(move || {
        let Some(region) = needed.get() else { return };
        leptos::task::spawn_local(async move {
            match later::certificates(region.clone()).await {
                Some(pem) => state.certificates.update(|known| known.push((region, pem.into()))),
                None => state.say("The certificates of RDS could not be loaded"),
            }
        });
    });
}

/// What the text stands for.
#[component]
fn ResultPane() -> impl IntoView {
    let state = expect_context::<State>();
    let open = state.results;
    let tab = move |tab: Results, name: &'static str| {
        let count = Memo::new(move |_| match tab {
            Results::Manifests => state.manifests.read().manifests.len(),
            Results::Aws => state.analysis.read().analysis.aws.len(),
            Results::Changes => state.changes.read().len(),
            Results::Bundle | Results::Diagram => 0,
        });
        let effect = move || {
            (tab == Results::Changes).then(|| state::worst(&state.changes.read())).flatten()
        };
        view! {
            <button
                class="tab"
                class:last=move || tab == Results::Changes
                role="tab"
                aria-selected=move || (open.get() == tab).to_string()
                tabindex=move || if open.get() == tab { "0" } else { "-1" }
                on:click=move |_| open.set(tab)
                on:keydown=move_between_tabs
            >
                {name}
                {move || Some(count.get()).filter(|count| *count > 0).map(|count| view! { <span class="count" aria-hidden="true">{count}</span> })}
                {move || effect().map(|effect| view! { <span class="effect" aria-hidden="true">{effect}</span> })}
            </button>
        }
    };
    let shown = move || match open.get() {
        Results::Manifests => view! { <Manifests /> }.into_any(),
        Results::Aws => later::aws(),
        Results::Bundle => later::bundle(),
        Results::Diagram => later::diagram(),
        Results::Changes => later::changes(),
    };
    view! {
        <div class="pane">
            <div class="tabs" role="tablist" aria-label="Results">
                {tab(Results::Manifests, "Manifests")}
                {tab(Results::Aws, "AWS")}
                {tab(Results::Bundle, "Bundle")}
                {tab(Results::Diagram, "Diagram")}
                {tab(Results::Changes, "Changes")}
            </div>
            {shown}
        </div>
    }
}

/// The arrow keys go from tab to tab, as in every tab list.
pub(crate) fn move_between_tabs(event: web_sys::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let target =
        event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target else { return };
    let next = match event.key().as_str() {
        "ArrowRight" => target.next_element_sibling(),
        "ArrowLeft" => target.previous_element_sibling(),
        _ => return,
    };
    if let Some(next) = next.and_then(|next| next.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        next.click();
        drop(next.focus());
    }
}

#[component]
fn Status() -> impl IntoView {
    let state = expect_context::<State>();
    let took = move || {
        let outcome = state.analysis.read();
        let objects = outcome.manifests.as_ref().map_or(0, |manifests| manifests.len());
        format!("{objects} objects in {:.1} ms", outcome.milliseconds)
    };
    let in_browser = move || {
        if state.kept.get() {
            "saved in this browser"
        } else {
            "not saved: the browser refuses to keep it"
        }
    };
    let kept = move || {
        if let Some(file) = state.on_disk.get() {
            format!("saved in {file}")
        } else {
            in_browser().to_owned()
        }
    };
    let open = move |dialog| move |_| state.dialog.set(Some(dialog));
    view! {
        <footer class="status">
            <span>{took}</span>
            <span>{kept}</span>
            <span class={"space"}></span>
            <span class="wide">{"nothing leaves the tab"}</span>
            <button class="link" on:click=move |_| crate::files::open(state)>{"Open"}</button>
            <button class="link" on:click=open(Dialog::History)>{"History"}</button>
            <button class="link" on:click=open(Dialog::Examples)>{"Examples"}</button>
            <button class="link" on:click=open(Dialog::Shortcuts)>{"Shortcuts"}</button>
        </footer>
    }
}
