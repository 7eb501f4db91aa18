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
    lazy::show(Box::pin(load_changes()))
}

/// What the manifests are compared with.
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
    let shown = results.manifests.read();
    match base {
        Base::Export if state.sources.exported.read().is_none() => {
            Err("No export yet. Export a bundle to compare later edits with it.".to_owned())
        }
        Base::Export => Ok(results.changes.get()),
        Base::Environment(name) => {
            let request = results.outcome.read().request.clone();
            let others = render_environment(request, name)?;
            Ok(api::compare(&others, &shown.manifests, Baseline::Rendered))
        }
        Base::Pasted if pasted.trim().is_empty() => Err(
            "Paste the output of kubectl get -o yaml above. Only the fields that Optakit renders \
             are compared."
                .to_owned(),
        ),
        Base::Pasted => {
            let others = api::read_objects(pasted)?;
            Ok(api::compare(&others, &shown.manifests, Baseline::Cluster))
        }
    }
}

fn render_environment(mut request: Request, name: &str) -> Result<Vec<BaselineObject>, String> {
    request.choices = Choices { environment: Some(name.to_owned()), ..request.choices };
    match api::analyze(&request, false).manifests {
        Some(manifests) => Ok(manifests.iter().map(BaselineObject::from).collect()),
        None => Err(format!("opta.yml has errors for {name}. Select it above to see them.")),
    }
}
