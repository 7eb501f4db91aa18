//! The bundle: what it holds, what it still needs, and what to run next.

use leptos::prelude::*;
use optakit_core::api::{self, BaselineObject};
use optakit_core::bundle::Bundle;

use crate::state::State;
use crate::{export, platform, work};

/// Makes the bundle of the text and saves it, or says why there is none.
pub(crate) fn export_bundle(state: State) {
    match state.analysis.with_untracked(|outcome| api::bundle(&outcome.request)) {
        Ok(bundle) => {
            export::download(state, &bundle.file_name(), "application/json", &bundle.to_text());
            let manifests = state
                .manifests
                .with_untracked(|shown| shown.manifests.iter().map(BaselineObject::from).collect());
            state.exported.set(Some(manifests));
            work::remember(state, "when the bundle was exported");
        }
        Err(_) => state.say("Repair the errors first: a bundle is made of a text without any"),
    }
}

/// Saves the manifests as a folder for kustomize.
pub(crate) fn save_kustomize(state: State) {
    let files = api::kustomize(&state.manifests.read_untracked().manifests);
    let name = format!("{}-kustomize.zip", state.namespace());
    leptos::task::spawn_local(async move {
        state.say(match platform::save_zip(&name, &files).await {
            Ok(()) => format!("Saved {name}"),
            Err(reason) => format!("{name} could not be saved: {reason}"),
        });
    });
}

/// What the bundle of the text would hold.
#[component]
pub(crate) fn BundlePanel() -> impl IntoView {
    let state = expect_context::<State>();
    let bundle = move || api::bundle(&state.analysis.read().request).ok();
    view! {
        <section aria-label="Bundle" class="panel">
            {move || match bundle() {
                Some(bundle) => facts(state, &bundle).into_any(),
                None => view! { <p class="empty">{"The bundle can be made once the text has no errors."}</p> }.into_any(),
            }}
        </section>
    }
}

fn facts(state: State, bundle: &Bundle) -> impl IntoView + use<> {
    let name = bundle.file_name();
    let rows = [
        ("file", name.clone()),
        ("digest", bundle.digest.clone()),
        ("environment", bundle.metadata.environment.clone()),
        ("cluster", bundle.target.cluster.clone()),
        ("region", bundle.target.region.clone().unwrap_or_else(|| "not known".to_owned())),
        ("account", bundle.target.account_id.clone().unwrap_or_else(|| "not known".to_owned())),
        (
            "objects",
            format!(
                "{} Kubernetes objects, {} AWS resources",
                bundle.manifests.len(),
                bundle.aws.len()
            ),
        ),
    ];
    let rows = rows.map(|(term, value)| view! { <dt>{term}</dt><dd><code>{value}</code></dd> });
    let secrets: Vec<_> =
        bundle.secrets.iter().map(|secret| view! { <li><code>{secret.keys.join(", ")}</code>{" in the Secret "}<code>{secret.name.clone()}</code></li> }).collect();
    let holes: Vec<_> = bundle
        .holes
        .iter()
        .map(|hole| view! { <li><code>{hole.input.clone()}</code>{meaning(&hole.input)}</li> })
        .collect();
    let needs_image =
        bundle.holes.iter().any(|hole| hole.input == optakit_core::render::IMAGE_DIGEST);
    let mut commands = vec![format!("optakit apply {name}")];
    if needs_image {
        commands.push(format!("optakit apply {name} --image-digest sha256:…"));
    }
    let commands = commands.into_iter().map(|command| {
        let copied = command.clone();
        view! {
            <div class="command">
                <code>{command}</code>
                <button class="link" aria-label="Copy command" on:click=move |_| export::copy(state, copied.clone())>{"Copy"}</button>
            </div>
        }
    });
    view! {
        <div class="facts">
            <dl>{rows.into_iter().collect_view()}</dl>
            {(!secrets.is_empty()).then(|| view! { <div><h2>{"Secrets that must exist"}</h2><ul>{secrets}</ul></div> })}
            {(!holes.is_empty()).then(|| view! { <div><h2>{"Filled in when it is applied"}</h2><ul>{holes}</ul></div> })}
            <div><h2>{"Next"}</h2>{commands.collect_view()}</div>
        </div>
    }
}

fn meaning(input: &str) -> &'static str {
    match input {
        "image_digest" => " — the image that was pushed",
        "account_id" => " — the account of the AWS credentials",
        "parent.k8s_openid_provider_url" => " — EKS tells it",
        _ => " — from the environment",
    }
}
