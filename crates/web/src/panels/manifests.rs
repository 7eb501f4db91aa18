//! The manifests: a list of objects beside their YAML.

use leptos::html::Pre;
use leptos::prelude::*;
use optakit_core::api::Manifest;

use crate::editor::highlight;
use crate::export;
use crate::state::State;

/// The manifests of the text, or of the last one without errors.
#[component]
pub(crate) fn Manifests() -> impl IntoView {
    let state = expect_context::<State>();
    // The label of the chosen object; none for all.
    let chosen = RwSignal::new(None::<String>);
    let all = Memo::new(move |_| {
        state.manifests.read().manifests.iter().map(|manifest| (label(manifest), manifest.yaml.clone())).collect::<Vec<_>>()
    });
    let visible = Memo::new(move |_| {
        let chosen = chosen.get();
        let all = all.read();
        let found: Vec<(String, String)> =
            all.iter().filter(|(label, _)| chosen.as_ref().is_none_or(|chosen| chosen == label)).cloned().collect();
        if found.is_empty() { all.clone() } else { found }
    });
    let text = move || visible.read_untracked().iter().map(|(_, yaml)| yaml.clone()).collect::<Vec<_>>().join("---\n");
    let stale = move || state.manifests.read().stale;
    let empty = move || all.read().is_empty();
    let without_image = move || state.analysis.read().analysis.without_image.clone();
    // Inputs that only AWS resources need are no concern of the manifests.
    let unknown = move || {
        let (outcome, shown) = (state.analysis.read(), all.read());
        let inputs = outcome.analysis.inputs.iter();
        let used = inputs.filter(|input| shown.iter().any(|(_, yaml)| yaml.contains(&format!("{{{input}}}"))));
        used.cloned().collect::<Vec<_>>()
    };
    let objects = move || {
        state
            .manifests
            .read()
            .manifests
            .iter()
            .map(|manifest| {
                let (label, pressed) = (label(manifest), label(manifest));
                view! {
                    <button
                        class="object"
                        aria-pressed=move || (chosen.get().as_ref() == Some(&pressed)).to_string()
                        on:click=move |_| chosen.set(Some(label.clone()))
                    >
                        {manifest.kind}
                        <span class="name">{manifest.name.clone()}</span>
                    </button>
                }
            })
            .collect_view()
    };
    let file_name = move || {
        let namespace = state.manifests.read_untracked().manifests.iter().find_map(|manifest| manifest.namespace.clone());
        format!("{}.yaml", namespace.unwrap_or_else(|| "manifests".to_owned()))
    };
    view! {
        <section aria-label="Manifests" class="panel">
            <Show when=move || !empty() fallback=move || view! { <p class="empty">{nothing(state)}</p> }>
                <div class="split">
                    <div class="objects" role="group" aria-label="Objects">
                        <button
                            class="object"
                            aria-pressed=move || chosen.get().is_none().to_string()
                            on:click=move |_| chosen.set(None)
                        >
                            "All objects"
                            <span class="name">{move || format!("{} in order", all.read().len())}</span>
                        </button>
                        {objects}
                    </div>
                    <div class="output" class:stale=stale tabindex="0" aria-label="YAML">
                        <Show when=stale>
                            <p class="note">{"These are of the last text without errors."}</p>
                        </Show>
                        {move || (!stale()).then(without_image).filter(|modules| !modules.is_empty()).map(|modules| view! {
                            <p class="note">
                                {format!("{}: the Deployment appears once an image tag or digest is given above. The bundle leaves room for the digest.", modules.join(", "))}
                            </p>
                        })}
                        {move || (!stale()).then(unknown).filter(|inputs| !inputs.is_empty()).map(|inputs| view! {
                            <p class="note">
                                {format!("Not known yet: {}. The environment file tells the account, the region and the domain.", inputs.join(", "))}
                            </p>
                        })}
                        <For each=move || visible.get() key=|(label, yaml)| (label.clone(), yaml.clone()) let((_, yaml))>
                            <Document yaml />
                        </For>
                    </div>
                </div>
            </Show>
        </section>
        <div class="actions">
            <span class="said">{move || if stale() && !empty() { "repair the errors to go on" } else { "" }}</span>
            <button class="button" on:click=move |_| export::copy(state, text())>{"Copy"}</button>
            <button class="button" on:click=move |_| export::download(state, &file_name(), "application/yaml", &text())>{"Download"}</button>
        </div>
    }
}

fn label(manifest: &Manifest) -> String {
    format!("{} {}", manifest.kind, manifest.name)
}

fn nothing(state: State) -> &'static str {
    if state.analysis.read().analysis.has_errors() {
        "The manifests appear here once the text has no errors."
    } else {
        "There is no k8s-service in the text yet. Add one below modules, and its manifests appear here."
    }
}

#[component]
fn Document(yaml: String) -> impl IntoView {
    let element = NodeRef::<Pre>::new();
    Effect::new(move || {
        if let Some(element) = element.get() {
            highlight(&element, &yaml);
        }
    });
    view! { <pre class="code" node_ref=element></pre> }
}
