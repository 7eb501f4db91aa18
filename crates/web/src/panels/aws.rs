//! The AWS resources of the services, as JSON.

use leptos::prelude::*;
use optakit_core::api::{self, AwsDocument};
use wasm_split_helpers::wasm_split;

use super::unmanaged::unmanaged;
use crate::lazy::{self, Loaded};
use crate::markup::inline_code;
use crate::state::State;
use crate::{example_account, export};

/// The start of the note below the resources.
const CREATED: &str = "`optakit apply` creates these resources. ";

#[wasm_split(panels, fallible)]
fn load_aws() -> Loaded<AnyView> {
    Ok(view! { <Aws /> }.into_any())
}

/// Shows the panel when it is loaded.
pub(crate) fn show() -> AnyView {
    lazy::show(|| Box::pin(load_aws()))
}

/// The ECR repositories and IAM roles.
#[component]
fn Aws() -> impl IntoView {
    let state = expect_context::<State>();
    let documents = Memo::new(move |_| api::aws_documents(&state.results.outcome.read().request));
    let is_empty = move || documents.read().is_empty().to_string();
    let copy = move |_| {
        let documents = documents.get_untracked();
        if documents.is_empty() {
            return state.notify("Nothing to copy");
        }
        let texts: Vec<&str> = documents.iter().map(|document| document.json.as_str()).collect();
        let text = format!("[{}]\n", texts.join(",\n"));
        let notes = notes(state, &text);
        export::copy_with_notes(state, text, notes);
    };
    let empty_text = move || {
        if state.results.has_errors() {
            "Fix the errors to see the AWS resources."
        } else {
            "Add a k8s-service under modules to see its AWS resources."
        }
    };
    let list = move || match documents.get() {
        documents if documents.is_empty() => view! { <p class="empty">{empty_text}</p> }.into_any(),
        documents => documents.into_iter().map(document).collect_view().into_any(),
    };
    view! {
        <section aria-label="AWS" class="panel">
            {list}
        </section>
        <div class="actions">
            <span class="hint">
                {inline_code(CREATED)} {move || unmanaged(state)}
            </span>
            <button class="button" aria-disabled=is_empty on:click=copy>
                "Copy"
            </button>
        </div>
    }
}

/// Returns what the user must know about the copied resources.
fn notes(state: State, text: &str) -> Vec<String> {
    let outcome = state.results.outcome.read_untracked();
    let inputs = outcome.analysis.inputs.iter();
    let missing: Vec<&str> =
        inputs.filter(|input| text.contains(&format!("{{{input}}}"))).map(String::as_str).collect();
    let missing = (!missing.is_empty()).then(|| format!("Missing inputs: {}", missing.join(", ")));
    let account = example_account::account_note_in(|account| text.contains(account));
    missing.into_iter().chain(account).collect()
}

fn document(document: AwsDocument) -> impl IntoView {
    let AwsDocument { resource, json } = document;
    let title = format!("# {} {}\n", resource.kind, resource.name);
    view! {
        <pre class="code">
            <span class="code-comment">{title}</span>
            {json}
        </pre>
    }
}
