//! The left pane: the files as text or as forms, and the problems.

mod tab;
mod text_editor;

use leptos::prelude::*;
use optakit_core::api;

use crate::form;
use crate::panels::inputs;
use crate::panels::problems::Problems;
use crate::start::FirstVisit;
use crate::state::State;
use crate::tracking::on_change;
use crate::work::{SERVICE_FILE, VALUES_FILE};
use tab::Tab;
use text_editor::TextEditor;

/// The left pane.
#[component]
pub(crate) fn SourcePane() -> impl IntoView {
    let state = expect_context::<State>();
    let view = state.view;
    let paths = Memo::new(move |_| state.results.environment_paths());
    // Closes a file when the service file no longer refers to it.
    on_change(move || {
        let open = view.file.get();
        if open != SERVICE_FILE && open != VALUES_FILE && !paths.read().contains(&open) {
            view.file.set(SERVICE_FILE.to_owned());
        }
    });
    let as_form = move || view.form.get() && *view.file.read() != VALUES_FILE;
    let inputs_open = move || *view.file.read() == VALUES_FILE;
    view! {
        <div class="pane source">
            <div class="strip">
                <FileTabs paths />
                // The inputs are always shown in both ways.
                <div class="modes" role="group" aria-label="View" hidden=inputs_open>
                    <Mode name="Text" form=false />
                    <Mode name="Form" form=true />
                </div>
            </div>
            <div
                id="file-panel"
                class="text"
                class:inputs=inputs_open
                role="tabpanel"
                aria-label=move || view.file.get()
            >
                {move || as_form().then(|| form::show(view.file.get()))}
                {move || inputs_open().then(inputs::show)}
                <div class="sheet" hidden=as_form>
                    <TextEditor
                        file=SERVICE_FILE.to_owned()
                        label="opta.yml"
                        hint="name: my-service"
                    />
                    <For each=move || paths.get() key=|path| path.clone() let(path)>
                        <TextEditor
                            file=path
                            label="Environment file"
                            hint="Paste an environment file"
                        />
                    </For>
                    <TextEditor
                        file=VALUES_FILE.to_owned()
                        label="Values file"
                        hint="Paste a values file, or the output of `terraform output -json`"
                    />
                </div>
            </div>
            <Problems />
            <FirstVisit />
        </div>
    }
}

/// The tabs of the files.
#[component]
fn FileTabs(paths: Memo<Vec<String>>) -> impl IntoView {
    let outcome = expect_context::<State>().results.outcome;
    // The inputs that `optakit apply` cannot find out itself.
    let missing = move || {
        let outcome = outcome.read();
        outcome.analysis.inputs.iter().filter(|input| !api::is_found_by_apply(input)).count()
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Files">
            <Tab file=SERVICE_FILE.to_owned() title=SERVICE_FILE.to_owned() />
            <For each=move || paths.get() key=|path| path.clone() let(path)>
                <Tab file=path.clone() title=path />
            </For>
            <Tab file=VALUES_FILE.to_owned() title="Inputs".to_owned() count=missing />
        </div>
    }
}

/// A button that shows the files as text or as forms.
#[component]
fn Mode(name: &'static str, form: bool) -> impl IntoView {
    let shown = expect_context::<State>().view.form;
    view! {
        <button
            class="mode"
            aria-pressed=move || (shown.get() == form).to_string()
            on:click=move |_| shown.set(form)
        >
            {name}
        </button>
    }
}
