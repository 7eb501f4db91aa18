//! The left pane: the texts, as text or as forms, with their problems.

use leptos::prelude::*;

use optakit_core::api;

use crate::app::move_between_tabs;
use crate::editor::TextEditor;
use crate::later;
use crate::panels::problems::Problems;
use crate::state::{SERVICE_FILE, State, VALUES_FILE};

/// The texts with their problems.
#[component]
pub(crate) fn Texts() -> impl IntoView {
    let state = expect_context::<State>();
    let paths = Memo::new(move |_| state.environment_paths());
    // A file that the service file does not name any more cannot stay open.
    Effect::new(move || {
        let open = state.open.get();
        if open != SERVICE_FILE && open != VALUES_FILE && !paths.read().contains(&open) {
            state.open.set(SERVICE_FILE.to_owned());
        }
    });
    let as_form = move || state.form.get() && *state.open.read() != VALUES_FILE;
    let inputs = move || *state.open.read() == VALUES_FILE;
    // What apply itself finds out need not be filled in.
    let missing = move || {
        state
            .analysis
            .read()
            .analysis
            .inputs
            .iter()
            .filter(|input| !api::is_found_by_apply(input))
            .count()
    };
    view! {
        <div class="pane">
            <div class="strip">
                <div class="tabs" role="tablist" aria-label="Files">
                    <Tab file=SERVICE_FILE.to_owned() title=SERVICE_FILE.to_owned() />
                    <For each=move || paths.get() key=|path| path.clone() let(path)>
                        <Tab file=path.clone() title=path />
                    </For>
                    <Tab file=VALUES_FILE.to_owned() title="Inputs".to_owned() count=missing />
                </div>
                <div class="modes" role="group" aria-label="View">
                    <button class="mode" aria-pressed=move || (!state.form.get()).to_string() on:click=move |_| state.form.set(false)>{"Text"}</button>
                    <button class="mode" aria-pressed=move || state.form.get().to_string() on:click=move |_| state.form.set(true)>{"Form"}</button>
                </div>
            </div>
            <div class="text" class:inputs=inputs>
                {move || as_form().then(|| later::form(state.open.get()))}
                {move || inputs().then(later::inputs)}
                <div class="sheet" hidden=as_form>
                    <TextEditor
                        file=SERVICE_FILE.to_owned()
                        label="opta.yml"
                        hint="name: my-service"
                        on_change=move |text| state.service.set(text)
                    />
                    <For each=move || paths.get() key=|path| path.clone() let(path)>
                        <TextEditor
                            file=path.clone()
                            label="Environment file"
                            hint="paste the environment file here"
                            on_change=move |text| state.environment_files.update(|files| {
                                files.insert(path.clone(), text);
                            })
                        />
                    </For>
                    <TextEditor
                        file=VALUES_FILE.to_owned()
                        label="Values file"
                        hint="a values file, or the output of `terraform output -json`"
                        on_change=move |text| state.values.set(text)
                    />
                </div>
            </div>
            <Problems />
        </div>
    }
}

#[component]
fn Tab(
    /// The file that it opens.
    file: String,
    /// What it is called.
    title: String,
    /// How many things wait there to be done.
    #[prop(optional, into)]
    count: Option<Signal<usize>>,
) -> impl IntoView {
    let state = expect_context::<State>();
    let (selected, focus, marked) = (file.clone(), file.clone(), file.clone());
    let worst = Memo::new(move |_| {
        let outcome = state.analysis.read();
        let of = outcome
            .analysis
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.file == marked)
            .map(|diagnostic| diagnostic.severity);
        of.min_by_key(|severity| match *severity {
            "error" => 0,
            "warning" => 1,
            _ => 2,
        })
    });
    let count = Memo::new(move |_| count.map(|count| count.get()).filter(|count| *count > 0));
    view! {
        <button
            class="tab"
            role="tab"
            aria-selected=move || (*state.open.read() == selected).to_string()
            tabindex=move || if *state.open.read() == focus { "0" } else { "-1" }
            on:click=move |_| state.open.set(file.clone())
            on:keydown=move_between_tabs
        >
            {title}
            {move || worst.get().map(|severity| view! { <span class=format!("dot {severity}") role="img" aria-label=severity></span> })}
            {move || count.get().map(|count| view! { <span class="count" aria-hidden="true">{count}</span> })}
        </button>
    }
}
