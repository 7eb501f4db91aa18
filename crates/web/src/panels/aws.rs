//! The AWS resources of the services, as JSON.

use leptos::prelude::*;
use optakit_core::api::{self, AwsDocument};

use crate::export;
use crate::state::State;

/// The ECR repositories and IAM roles.
#[component]
pub(crate) fn Aws() -> impl IntoView {
    let state = expect_context::<State>();
    let documents = Memo::new(move |_| api::aws_documents(&state.analysis.read().request));
    let text = move || {
        let documents = documents.get_untracked();
        let texts: Vec<&str> = documents.iter().map(|document| document.json.as_str()).collect();
        format!("[{}]\n", texts.join(",\n"))
    };
    view! {
        <section aria-label="AWS" class="panel">
            {move || match documents.get() {
                documents if documents.is_empty() => view! { <p class="empty">{"The ECR repository and the IAM role of each service appear here."}</p> }.into_any(),
                documents => documents
                    .into_iter()
                    .map(|AwsDocument { resource, json }| {
                        let title = format!("# {} {}\n", resource.kind, resource.name);
                        view! { <pre class="code"><span class="code-comment">{title}</span>{json}</pre> }
                    })
                    .collect_view()
                    .into_any(),
            }}
        </section>
        <div class="actions">
            <span class="said">{"created by optakit apply"}</span>
            <button class="button" on:click=move |_| export::copy(state, text())>{"Copy"}</button>
        </div>
    }
}
