//! The AWS resources of the services, as JSON.

use leptos::prelude::*;

use crate::export;
use crate::state::State;

/// The ECR repositories and IAM roles.
#[component]
pub(crate) fn Aws() -> impl IntoView {
    let state = expect_context::<State>();
    let resources = move || state.analysis.read().analysis.aws.clone();
    let text = move || {
        let outcome = state.analysis.read_untracked();
        let documents: Vec<String> = outcome.analysis.aws.iter().map(|resource| resource.json.clone()).collect();
        format!("[{}]\n", documents.join(",\n"))
    };
    view! {
        <section aria-label="AWS" class="panel">
            {move || match resources() {
                resources if resources.is_empty() => view! { <p class="empty">{"The ECR repository and the IAM role of each service appear here."}</p> }.into_any(),
                resources => resources
                    .into_iter()
                    .map(|resource| {
                        let title = format!("# {} {}\n", resource.kind, resource.name);
                        view! { <pre class="code"><span class="code-comment">{title}</span>{resource.json}</pre> }
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
