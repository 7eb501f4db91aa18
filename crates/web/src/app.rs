//! The shell: bar, the two panes, status line.

use leptos::prelude::*;

use optakit_core::api;

use crate::editor::TextEditor;
use crate::example;
use crate::panels::aws::Aws;
use crate::panels::bundle::{BundlePanel, export_bundle};
use crate::panels::manifests::Manifests;
use crate::panels::problems::Problems;
use crate::state::{SERVICE_FILE, State};

/// The whole page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let state = State::new();
    provide_context(state);
    fetch_certificates(state);
    view! {
        <div class="app">
            <Bar />
            <main class="panes">
                <Texts />
                <Results />
            </main>
            <Status />
            <div class="toast" role="status">{move || state.said.get()}</div>
        </div>
    }
}

/// The certificates of RDS are many and large: the page fetches those of the one region it needs.
fn fetch_certificates(state: State) {
    let needed = Memo::new(move |_| state.analysis.read().analysis.rds_certificates_for.clone());
    Effect::new(move || {
        let Some(region) = needed.get() else { return };
        leptos::task::spawn_local(async move {
            for file in [region.as_str(), "default"] {
                let answer = gloo_net::http::Request::get(&format!("rds-ca/{file}.pem")).send().await;
                let Ok(answer) = answer else { break };
                if answer.ok()
                    && let Ok(pem) = answer.text().await
                {
                    state.certificates.update(|known| {
                        known.insert(region.clone(), pem.into());
                    });
                    return;
                }
            }
            state.say("The certificates of RDS could not be loaded");
        });
    });
}

#[component]
fn Bar() -> impl IntoView {
    let state = expect_context::<State>();
    let environments = Memo::new(move |_| {
        state.analysis.read().analysis.environments.iter().map(|environment| environment.name.clone()).collect::<Vec<_>>()
    });
    let current = move || state.analysis.read().analysis.environment.clone().unwrap_or_default();
    let exportable = move || {
        let outcome = state.analysis.read();
        outcome.analysis.manifests.is_some()
    };
    view! {
        <header class="bar">
            <h1 class="brand"><img src="icon.svg" alt={""} />{"Optakit"}</h1>
            {move || (!environments.read().is_empty()).then(|| view! {
                <label class="field environment">
                    <span>{"Environment"}</span>
                    <select aria-label="Environment" prop:value=current on:change:target=move |event| state.environment.set(Some(event.target().value()))>
                        {move || environments.get().into_iter().map(|name| {
                            let (value, selected) = (name.clone(), name.clone());
                            view! { <option value=value selected=move || current() == selected>{name}</option> }
                        }).collect_view()}
                    </select>
                </label>
            })}
            {api::TARGETS.iter().map(|target| view! { <Choice target /> }).collect_view()}
            <label class="field image" title="The tag or digest of AUTO images">
                <span>{"Image"}</span>
                <input
                    aria-label="Image tag or digest"
                    placeholder="tag or digest"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || state.image.get()
                    on:input:target=move |event| state.image.set(event.target().value())
                />
            </label>
            <span class={"space"}></span>
            <button
                class="button main"
                aria-disabled=move || (!exportable()).to_string()
                on:click=move |_| export_bundle(state)
            >
                "Export bundle"
            </button>
        </header>
    }
}

/// One choice of what is rendered.
#[component]
fn Choice(target: &'static api::Target) -> impl IntoView {
    let state = expect_context::<State>();
    let names = (target.values)();
    let default = names.first().copied().unwrap_or_default();
    let current = move || (target.of)(&mut state.target.get()).clone().unwrap_or_else(|| default.to_owned());
    let choose = move |name: String| {
        state.target.update(|choices| *(target.of)(choices) = Some(name).filter(|name| name != default));
    };
    view! {
        <label class="field" title=target.about>
            <span>{target.title}</span>
            <select aria-label=target.title on:change:target=move |event| choose(event.target().value())>
                {names.into_iter().map(|name| {
                    view! { <option value=name selected=move || current() == name>{name}</option> }
                }).collect_view()}
            </select>
        </label>
    }
}

/// The texts with their problems.
#[component]
fn Texts() -> impl IntoView {
    let state = expect_context::<State>();
    let paths = Memo::new(move |_| state.environment_paths());
    // A file that the service file does not name any more cannot stay open.
    Effect::new(move || {
        let open = state.open.get();
        if open != SERVICE_FILE && !paths.read().contains(&open) {
            state.open.set(SERVICE_FILE.to_owned());
        }
    });
    let worst = move |file: &str| {
        let outcome = state.analysis.read();
        let of = outcome.analysis.diagnostics.iter().filter(|finding| finding.file == file).map(|finding| finding.severity);
        of.min_by_key(|severity| match *severity {
            "error" => 0,
            "warning" => 1,
            _ => 2,
        })
    };
    let tab = move |file: String| {
        let (selected, focus, open, marked) = (file.clone(), file.clone(), file.clone(), file.clone());
        view! {
            <button
                class="tab"
                role="tab"
                aria-selected=move || (*state.open.read() == selected).to_string()
                tabindex=move || if *state.open.read() == focus { "0" } else { "-1" }
                on:click=move |_| state.open.set(open.clone())
                on:keydown=move_between_tabs
            >
                {file}
                {move || worst(&marked).map(|severity| view! { <span class=format!("dot {severity}") role="img" aria-label=severity></span> })}
            </button>
        }
    };
    let environment_text =
        move |path: &str| state.environment_files.with_untracked(|files| files.get(path).cloned()).unwrap_or_default();
    view! {
        <div class="pane">
            <div class="tabs" role="tablist" aria-label="Files">
                {tab(SERVICE_FILE.to_owned())}
                <For each=move || paths.get() key=|path| path.clone() let(path)>{tab(path)}</For>
            </div>
            <div class="text">
                <TextEditor
                    file=SERVICE_FILE.to_owned()
                    label="opta.yml"
                    hint="name: my-service"
                    text=state.service.get_untracked()
                    on_change=move |text| state.service.set(text)
                />
                <For each=move || paths.get() key=|path| path.clone() let(path)>
                    <TextEditor
                        file=path.clone()
                        label="Environment file"
                        hint="paste the environment file here"
                        text=environment_text(&path)
                        on_change=move |text| state.environment_files.update(|files| {
                            files.insert(path.clone(), text);
                        })
                    />
                </For>
            </div>
            <Problems />
        </div>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Manifests,
    Aws,
    Bundle,
}

/// What the text stands for.
#[component]
fn Results() -> impl IntoView {
    let state = expect_context::<State>();
    let open = RwSignal::new(Tab::Manifests);
    let tab = move |tab: Tab, name: &'static str| {
        let count = move || match tab {
            Tab::Manifests => state.manifests.read().manifests.len(),
            Tab::Aws => state.analysis.read().analysis.aws.len(),
            Tab::Bundle => 0,
        };
        view! {
            <button
                class="tab"
                role="tab"
                aria-selected=move || (open.get() == tab).to_string()
                tabindex=move || if open.get() == tab { "0" } else { "-1" }
                on:click=move |_| open.set(tab)
                on:keydown=move_between_tabs
            >
                {name}
                {move || Some(count()).filter(|count| *count > 0).map(|count| view! { <span class="count" aria-hidden="true">{count}</span> })}
            </button>
        }
    };
    let shown = move || match open.get() {
        Tab::Manifests => view! { <Manifests /> }.into_any(),
        Tab::Aws => view! { <Aws /> }.into_any(),
        Tab::Bundle => view! { <BundlePanel /> }.into_any(),
    };
    view! {
        <div class="pane">
            <div class="tabs" role="tablist" aria-label="Results">
                {tab(Tab::Manifests, "Manifests")}
                {tab(Tab::Aws, "AWS")}
                {tab(Tab::Bundle, "Bundle")}
            </div>
            {shown}
        </div>
    }
}

/// The arrow keys go from tab to tab, as in every tab list.
fn move_between_tabs(event: web_sys::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let target = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
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
        let objects = outcome.analysis.manifests.as_ref().map_or(0, Vec::len);
        format!("{objects} objects in {:.1} ms", outcome.milliseconds)
    };
    let kept = move || if state.kept.get() { "saved in this browser" } else { "not saved: the browser refuses to keep it" };
    let start_over = move |_| {
        let editors = state.editors.read_untracked();
        if let Some(editor) = editors.get(SERVICE_FILE) {
            editor.replace(example::SERVICE);
        }
        if let Some(editor) = editors.get(example::ENVIRONMENT_PATH) {
            editor.replace(example::ENVIRONMENT);
        } else {
            state.environment_files.update(|files| {
                files.insert(example::ENVIRONMENT_PATH.to_owned(), example::ENVIRONMENT.to_owned());
            });
        }
        state.open.set(SERVICE_FILE.to_owned());
        state.say("The example is back; undo brings your text again");
    };
    view! {
        <footer class="status">
            <span>{took}</span>
            <span>{kept}</span>
            <span class={"space"}></span>
            <span class="wide">{"nothing leaves the tab"}</span>
            <button class="link" on:click=start_over>{"Show the example"}</button>
        </footer>
    }
}
