//! The bundle: its contents, the values it still needs, and the next commands.

mod next;

use leptos::prelude::*;
use optakit_core::api::{self, IMAGE_DIGEST, NoBundle};
use optakit_core::bundle::Bundle;
use wasm_split_helpers::wasm_split;

use super::unmanaged::unmanaged;
use crate::example_account;
use crate::lazy::{self, Loaded};
use crate::markup::count;
use crate::state::State;
use next::Next;

#[wasm_split(panels, fallible)]
fn load_bundle() -> Loaded<AnyView> {
    Ok(view! { <BundlePanel /> }.into_any())
}

/// Shows the panel when it is loaded.
pub(crate) fn show() -> AnyView {
    lazy::show(|| Box::pin(load_bundle()))
}

/// The bundle of the current texts.
#[component]
fn BundlePanel() -> impl IntoView {
    let state = expect_context::<State>();
    let empty = |text: String| view! { <p class="empty">{text}</p> }.into_any();
    let contents = move || {
        let outcome = state.results.outcome.read();
        match api::bundle(&outcome.request) {
            Ok(bundle) => facts(state, bundle).into_any(),
            Err(NoBundle::TooLarge(error)) => empty(format!("Cannot build the bundle: {error}")),
            Err(NoBundle::Invalid(analysis))
                if analysis.has_errors() || analysis.refusal.is_some() =>
            {
                empty("Fix the errors to build a bundle.".to_owned())
            }
            Err(NoBundle::Invalid(_)) => empty("Loading the RDS certificates…".to_owned()),
        }
    };
    view! {
        <section aria-label="Bundle" class="panel">
            {contents}
        </section>
    }
}

fn facts(state: State, bundle: Bundle) -> impl IntoView {
    let account = bundle.target.account_id.as_deref().and_then(example_account::account_note);
    let note = |text: String| view! { <p class="note">{text}</p> };
    view! {
        <div class="facts">
            {account.map(note)}
            <dl>{rows(&bundle)}</dl>
            {secrets(&bundle)}
            {missing_inputs(&bundle)}
            {unmanaged(state).map(|text| view! { <p>{text}</p> })}
            <Next bundle />
        </div>
    }
}

fn rows(bundle: &Bundle) -> impl IntoView + use<> {
    let objects = count(bundle.manifests.len(), "Kubernetes object");
    let resources = count(bundle.aws.len(), "AWS resource");
    let target = &bundle.target;
    let unknown = || "unknown".to_owned();
    let rows = [
        ("file", bundle.file_name()),
        ("digest", bundle.digest.clone()),
        ("environment", bundle.metadata.environment.clone()),
        ("cluster", target.cluster.clone()),
        ("region", target.region.clone().unwrap_or_else(unknown)),
        ("account", target.account_id.clone().unwrap_or_else(unknown)),
        ("objects", format!("{objects}, {resources}")),
    ];
    let row = |(term, value)| {
        view! {
            <dt>{term}</dt>
            <dd>
                <code>{value}</code>
            </dd>
        }
    };
    rows.map(row).into_iter().collect_view()
}

/// The secrets that must exist in the cluster.
fn secrets(bundle: &Bundle) -> Option<impl IntoView + use<>> {
    let row = |keys: String, name: String| {
        view! {
            <li>
                <code>{keys}</code>
                " in the Secret "
                <code>{name}</code>
            </li>
        }
    };
    let secrets = bundle.secrets.iter();
    let rows: Vec<_> =
        secrets.map(|secret| row(secret.keys.join(", "), secret.name.clone())).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <div>
                <h2>{"Secrets that must exist"}</h2>
                <ul>{rows}</ul>
            </div>
        }
    })
}

/// The values that `optakit apply` fills in.
fn missing_inputs(bundle: &Bundle) -> Option<impl IntoView + use<>> {
    let row = |input: String| {
        let source = source(&input);
        view! {
            <li>
                <code>{input}</code>
                {format!(": {source}")}
            </li>
        }
    };
    let rows: Vec<_> = bundle.holes.iter().map(|missing| row(missing.input.clone())).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <div>
                <h2>{"Filled in by optakit apply"}</h2>
                <ul>{rows}</ul>
            </div>
        }
    })
}

/// The source of an input in `optakit apply`.
fn source(input: &str) -> &'static str {
    match input {
        IMAGE_DIGEST => "digest of the pushed image",
        "account_id" => "your AWS account ID",
        "parent.k8s_openid_provider_url" => "read from EKS",
        _ => "from the environment",
    }
}
