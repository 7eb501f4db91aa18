//! The commands to run after the export, in order.

use leptos::prelude::*;
use optakit_core::api::{IMAGE_DIGEST, MANUAL_SECRETS};
use optakit_core::bundle::Bundle;

use crate::export;
use crate::state::{DiskStatus, State};

/// The command that installs the command-line tool.
const INSTALL: &str = concat!("cargo install --git ", env!("CARGO_PKG_REPOSITORY"), " optakit");

/// A step with its commands.
struct Step {
    title: &'static str,
    commands: Vec<String>,
}

/// The commands to run after the export.
#[component]
pub(super) fn Next(bundle: Bundle) -> impl IntoView {
    let is_served = !matches!(expect_context::<State>().view.disk.get(), DiskStatus::NoFiles);
    let steps = steps(&bundle, is_served).into_iter().map(|Step { title, commands }| {
        let commands = commands.into_iter().map(|command| view! { <Command command /> });
        view! {
            <li>
                <p>{title}</p>
                {commands.collect_view()}
            </li>
        }
    });
    view! {
        <div>
            <h2>{"Next"}</h2>
            <ol class="next">{steps.collect_view()}</ol>
        </div>
    }
}

fn steps(bundle: &Bundle, is_served: bool) -> Vec<Step> {
    let file = bundle.file_name();
    let step = |title, commands: Vec<String>| Step { title, commands };
    let mut steps = Vec::new();
    if !is_served {
        steps.push(step("Install Optakit", vec![INSTALL.to_owned()]));
    }
    let secrets = bundle.secrets.iter().filter(|secret| secret.name == MANUAL_SECRETS);
    let set = |name: &String| format!("optakit secret set {name} --bundle {file}");
    let secrets: Vec<String> = secrets.flat_map(|secret| &secret.keys).map(set).collect();
    if !secrets.is_empty() {
        steps.push(step("Set the secrets that are missing in the cluster", secrets));
    }
    let needs_image = bundle.holes.iter().any(|hole| hole.input == IMAGE_DIGEST);
    if needs_image {
        let modules: Vec<&str> =
            bundle.aws.iter().filter_map(|aws| aws.as_repository().map(|_| aws.module())).collect();
        let deploy = |module: &&str| match modules.as_slice() {
            [_] => format!("optakit deploy {file} {module}.tar"),
            _ => format!("optakit deploy {file} {module}.tar --module {module}"),
        };
        let deploys = modules.iter().map(deploy).collect();
        steps.push(step("Save the image with docker save, then push and apply it", deploys));
        let apply = format!("optakit apply {file} --image-tag TAG");
        steps.push(step("Or apply an image that is already in ECR", vec![apply]));
    } else {
        steps.push(step("Show the changes and apply them", vec![format!("optakit apply {file}")]));
    }
    steps
}

/// A command with a button that copies it.
#[component]
fn Command(command: String) -> impl IntoView {
    let state = expect_context::<State>();
    let copied = command.clone();
    let copy = move |_| export::copy(state, copied.clone());
    view! {
        <div class="command">
            <code>{command}</code>
            <button class="link" aria-label="Copy command" on:click=copy>{"Copy"}</button>
        </div>
    }
}
