//! The AWS resources of the services, as JSON.

use leptos::prelude::*;
use optakit_core::api::{self, AwsDocument};
use wasm_split_helpers::wasm_split;

use crate::export;
use crate::lazy::{self, Loaded};
use crate::state::State;

#[wasm_split(panels, fallible)]
fn load_aws() -> Loaded<AnyView> {
    Ok(view! { <Aws /> }.into_any())
}

/// Shows the panel when it is loaded.
pub(crate) fn show() -> AnyView {
    lazy::show(Box::pin(load_aws()))
}

/// The ECR repositories and IAM roles.
#[component]
fn Aws() -> impl IntoView {
    let state = expect_context::<State>();
    let documents = Memo::new(move |_| api::aws_documents(&state.results.outcome.read().request));
    let text = move || {
        let documents = documents.get_untracked();
        let texts: Vec<&str> = documents.iter().map(|document| document.json.as_str()).collect();
        format!("[{}]\n", texts.join(",\n"))
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
            <span class="hint">{"Created by optakit apply"}</span>
            <button class="button" on:click=move |_| export::copy(state, text())>{"Copy"}</button>
        </div>
    }
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
