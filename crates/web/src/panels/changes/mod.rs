//! The effects of an edit: compares the manifests with the last export, another environment, or
//! objects from a cluster.

mod diff;

use leptos::prelude::*;
use optakit_core::api::{self, Baseline, BaselineObject, Change, Choices, Request};
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::state::State;
use diff::Difference;

#[wasm_split(panels, fallible)]
fn load_changes() -> Loaded<AnyView> {
    Ok(view! { <Changes /> }.into_any())
}

/// Shows the panel when it is loaded.
pub(crate) fn show() -> AnyView {
    lazy::show(|| Box::pin(load_changes()))
}

/// The other side of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Base {
    Export,
    Environment(String),
    Pasted,
}

impl Base {
    fn key(&self) -> String {
        match self {
            Self::Export => "export".to_owned(),
            Self::Pasted => "pasted".to_owned(),
            Self::Environment(name) => format!("environment {name}"),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Export => "Last export".to_owned(),
            Self::Pasted => "Objects from a cluster".to_owned(),
            Self::Environment(name) => format!("Environment: {name}"),
        }
    }
}

/// The comparison.
#[component]
fn Changes() -> impl IntoView {
    let state = expect_context::<State>();
    let base = RwSignal::new(Base::Export);
    let pasted = RwSignal::new(String::new());
    let result = Memo::new(move |_| compare(state, &base.read(), &pasted.read()));
    let is_pasted = move || *base.read() == Base::Pasted;
    let differences = move || match result.get() {
        Err(reason) => view! { <p class="empty">{reason}</p> }.into_any(),
        Ok(changes) if changes.is_empty() => {
            view! { <p class="empty">{"No differences."}</p> }.into_any()
        }
        Ok(changes) => {
            let list = changes.into_iter().map(|change| view! { <Difference change /> });
            list.collect_view().into_any()
        }
    };
    view! {
        <section aria-label="Changes" class="panel">
            <BaseField base />
            {move || is_pasted().then(|| view! { <PasteField pasted /> })}
            {differences}
        </section>
    }
}

/// The list of what the manifests can be compared with.
#[component]
fn BaseField(base: RwSignal<Base>) -> impl IntoView {
    let state = expect_context::<State>();
    let others = Memo::new(move |_| other_environments(state));
    let all = move || {
        let environments = others.get().into_iter().map(Base::Environment);
        std::iter::once(Base::Export).chain(environments).chain([Base::Pasted])
    };
    let choose = move |key: String| {
        let chosen = untrack(all).find(|option| option.key() == key);
        base.set(chosen.unwrap_or(Base::Export));
    };
    let option = move |option: Base| {
        let (key, title) = (option.key(), option.title());
        view! { <option value=key selected=move || base.get() == option>{title}</option> }
    };
    view! {
        <div class="compare">
            <label class="field">
                <span>{"Compare with"}</span>
                <select
                    aria-label="Compare with"
                    on:change:target=move |event| choose(event.target().value())
                >
                    {move || all().map(option).collect_view()}
                </select>
            </label>
        </div>
    }
}

/// Returns the environments that are not selected.
fn other_environments(state: State) -> Vec<String> {
    let outcome = state.results.outcome.read();
    let selected = outcome.analysis.environment.as_ref();
    let names = outcome.analysis.environments.iter().map(|environment| &environment.name);
    names.filter(|name| Some(*name) != selected).cloned().collect()
}

/// The text box for objects from a cluster.
#[component]
fn PasteField(pasted: RwSignal<String>) -> impl IntoView {
    view! {
        <textarea
            class="control paste"
            aria-label="Objects from a cluster"
            placeholder="kubectl get deployment,service,ingress -o yaml"
            spellcheck="false"
            rows="6"
            prop:value=move || pasted.get()
            on:input:target=move |event| pasted.set(event.target().value())
        ></textarea>
    }
}

/// Returns the changes, or the text to show if there is nothing to compare with.
fn compare(state: State, base: &Base, pasted: &str) -> Result<Vec<Change>, String> {
    let results = state.results;
    let outcome = results.outcome.read();
    let request = &outcome.request;
    let compare = |others: &[BaselineObject], against| {
        api::compare_bundle(others, request, against)
            .ok_or_else(|| "Fix the errors to compare.".to_owned())
    };
    match base {
        Base::Export => match &*state.sources.export.read() {
            None => {
                Err("No export yet. Export a bundle to compare later edits with it.".to_owned())
            }
            Some(export) if export.environment != outcome.analysis.environment => {
                let name = export.environment.as_deref().unwrap_or(&export.layer);
                Err(format!("The last export was for {name}. Select it above, or export again."))
            }
            Some(_) if outcome.manifests.is_none() => Err("Fix the errors to compare.".to_owned()),
            Some(_) => Ok(results.changes.get()),
        },
        Base::Environment(name) => {
            compare(&render_environment(request.clone(), name)?, Baseline::Rendered)
        }
        Base::Pasted if pasted.trim().is_empty() => Err(
            "Paste the output of kubectl get -o yaml above. Only the fields that Optakit renders \
             are compared."
                .to_owned(),
        ),
        Base::Pasted => compare(&api::read_objects(pasted)?, Baseline::Cluster),
    }
}

fn render_environment(mut request: Request, name: &str) -> Result<Vec<BaselineObject>, String> {
    request.choices = Choices { environment: Some(name.to_owned()), ..request.choices };
    api::bundle_objects(&request)
        .ok_or_else(|| format!("opta.yml has errors for {name}. Select it above to see them."))
}
