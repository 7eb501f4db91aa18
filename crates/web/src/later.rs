//! What is fetched when it is first needed. `scripts/split.mjs` cuts the program at the functions
//! marked here, so that each group becomes a file of its own with everything that nobody else
//! calls.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use optakit_core::api::{self, Baseline, BaselineObject, Change, Manifest, Request};
use wasm_bindgen::JsValue;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::disk::Served;
use crate::linking::Looked;
use crate::share::Opened;
use crate::state::{Dialog, State};
use crate::{dialogs, disk, files, form, linking, panels, platform, problems, share};

type Loaded<T> = Result<T, SplitLoaderError>;
type Later<T> = Pin<Box<dyn Future<Output = T>>>;

#[wasm_split(form, fallible)]
fn load_form(file: String) -> Loaded<AnyView> {
    Ok(view! { <form::Form file /> }.into_any())
}

#[wasm_split(panels, fallible)]
fn load_inputs() -> Loaded<AnyView> {
    Ok(view! { <panels::inputs::Inputs /> }.into_any())
}

#[wasm_split(panels, fallible)]
fn load_aws() -> Loaded<AnyView> {
    Ok(view! { <panels::aws::Aws /> }.into_any())
}

#[wasm_split(panels, fallible)]
fn load_bundle() -> Loaded<AnyView> {
    Ok(view! { <panels::bundle::BundlePanel /> }.into_any())
}

#[wasm_split(panels, fallible)]
fn load_diagram() -> Loaded<AnyView> {
    Ok(view! { <panels::diagram::DiagramPanel /> }.into_any())
}

#[wasm_split(panels, fallible)]
fn load_changes() -> Loaded<AnyView> {
    Ok(view! { <panels::changes::Changes /> }.into_any())
}

#[wasm_split(panels, fallible)]
fn load_comparison(others: Vec<BaselineObject>, manifests: Arc<[Manifest]>) -> Loaded<Vec<Change>> {
    Ok(api::compare(&others, &manifests, Baseline::Rendered))
}

#[wasm_split(panels, fallible)]
fn load_export(state: State) -> Loaded<()> {
    panels::bundle::export_bundle(state);
    Ok(())
}

#[wasm_split(panels, fallible)]
fn load_kustomize(state: State) -> Loaded<()> {
    panels::bundle::save_kustomize(state);
    Ok(())
}

#[wasm_split(help, fallible)]
fn load_go_to_problem(state: State, step: isize) -> Loaded<()> {
    problems::go_to(state, step);
    Ok(())
}

#[wasm_split(help, fallible)]
fn load_fix_all(state: State) -> Loaded<()> {
    problems::fix_all(state);
    Ok(())
}

#[wasm_split(dialogs, fallible)]
fn load_dialog(dialog: Dialog) -> Loaded<AnyView> {
    Ok(dialogs::view(dialog))
}

#[wasm_split(help, fallible)]
fn load_completions(request: Request, file: String, offset: usize) -> Loaded<JsValue> {
    let found = api::complete(&request, &file, offset);
    Ok(found.and_then(|found| serde_wasm_bindgen::to_value(&found).ok()).unwrap_or(JsValue::NULL))
}

#[wasm_split(help, fallible)]
fn load_hover(request: Request, file: String, offset: usize) -> Loaded<JsValue> {
    let found = api::hover(&request, &file, offset);
    Ok(found.and_then(|found| serde_wasm_bindgen::to_value(&found).ok()).unwrap_or(JsValue::NULL))
}

#[wasm_split(help, fallible)]
fn load_decided_lines(request: Request, file: String, line: u32) -> Loaded<Vec<(usize, usize)>> {
    Ok(api::decided_lines(&request, &file, line))
}

#[wasm_split(help, fallible)]
fn load_look(request: Request, manifest: usize, line: usize, kind: api::Kind) -> Loaded<Looked> {
    Ok(linking::look(&request, manifest, line, kind))
}

#[wasm_split(files, fallible)]
fn load_files(state: State, found: Result<JsValue, JsValue>) -> Loaded<()> {
    files::take(state, found);
    Ok(())
}

#[wasm_split(files, fallible)]
fn load_save(state: State) -> Loaded<()> {
    leptos::task::spawn_local(files::save(state));
    Ok(())
}

#[wasm_split(files, fallible)]
fn load_link(own: Option<crate::work::Work>) -> Loaded<Later<Opened>> {
    Ok(Box::pin(share::opened(own)))
}

#[wasm_split(files, fallible)]
fn load_disk() -> Loaded<Later<Result<Served, String>>> {
    Ok(Box::pin(disk::served()))
}

#[wasm_split(files, fallible)]
fn load_certificates(region: String) -> Loaded<Later<Option<String>>> {
    Ok(Box::pin(disk::certificates(region)))
}

const FAILED: &str = "A part of the page could not be loaded: is the network there?";

/// Shows a part once it is there.
fn shown(load: Later<Loaded<AnyView>>) -> AnyView {
    let state = expect_context::<State>();
    let slot = RwSignal::new_local(None::<AnyView>);
    let load = ScopedFuture::new_untracked(load);
    leptos::task::spawn_local(async move {
        match load.await {
            Ok(view) => drop(slot.try_update(|slot| *slot = Some(view))),
            Err(_) => state.say(FAILED),
        }
    });
    (move || {
        slot.track();
        slot.try_update_untracked(Option::take).flatten()
    })
    .into_any()
}

/// Does something once its part is there.
fn done(state: State, load: Later<Loaded<()>>) {
    leptos::task::spawn_local(async move {
        if load.await.is_err() {
            state.say(FAILED);
        }
    });
}

/// The form of a file.
pub(crate) fn form(file: String) -> AnyView {
    shown(Box::pin(load_form(file)))
}

/// The panel of the inputs.
pub(crate) fn inputs() -> AnyView {
    shown(Box::pin(load_inputs()))
}

/// The panel of the AWS resources.
pub(crate) fn aws() -> AnyView {
    shown(Box::pin(load_aws()))
}

/// The panel of the bundle.
pub(crate) fn bundle() -> AnyView {
    shown(Box::pin(load_bundle()))
}

/// The panel of the diagram.
pub(crate) fn diagram() -> AnyView {
    shown(Box::pin(load_diagram()))
}

/// The panel of the changes.
pub(crate) fn changes() -> AnyView {
    shown(Box::pin(load_changes()))
}

/// A dialog. What is typed while it is fetched is meant for it, and not for the text behind it.
pub(crate) fn dialog(dialog: Dialog) -> AnyView {
    platform::hold_keys();
    let loading = load_dialog(dialog);
    shown(Box::pin(async move {
        let loaded = loading.await;
        leptos::task::spawn_local(async {
            // It has the focus once the page has been drawn anew.
            gloo_timers::future::TimeoutFuture::new(0).await;
            platform::release_keys();
        });
        loaded
    }))
}

/// Saves the bundle.
pub(crate) fn export_bundle(state: State) {
    done(state, Box::pin(load_export(state)));
}

/// Goes `step` problems on.
pub(crate) fn go_to_problem(state: State, step: isize) {
    done(state, Box::pin(load_go_to_problem(state, step)));
}

/// Applies every repair that may be applied unseen.
pub(crate) fn fix_all(state: State) {
    done(state, Box::pin(load_fix_all(state)));
}

/// Saves a folder for kustomize.
pub(crate) fn save_kustomize(state: State) {
    done(state, Box::pin(load_kustomize(state)));
}

/// Saves the open text.
pub(crate) fn save(state: State) {
    done(state, Box::pin(load_save(state)));
}

/// Takes in what the browser opened.
pub(crate) async fn take_files(state: State, found: Result<JsValue, JsValue>) {
    if load_files(state, found).await.is_err() {
        state.say(FAILED);
    }
}

/// What has changed since an export; none while that cannot be told.
pub(crate) async fn compare(
    others: Vec<BaselineObject>,
    manifests: Arc<[Manifest]>,
) -> Vec<Change> {
    load_comparison(others, manifests).await.unwrap_or_default()
}

/// What may stand at an offset of a file, as the editor takes it.
pub(crate) async fn complete(request: Request, file: String, offset: usize) -> JsValue {
    load_completions(request, file, offset).await.unwrap_or(JsValue::NULL)
}

/// What there is to say of an offset of a file, as the editor takes it.
pub(crate) async fn hover(request: Request, file: String, offset: usize) -> JsValue {
    load_hover(request, file, offset).await.unwrap_or(JsValue::NULL)
}

/// The manifest lines that a line of a file decides.
pub(crate) async fn decided_lines(
    request: Request,
    file: String,
    line: u32,
) -> Vec<(usize, usize)> {
    load_decided_lines(request, file, line).await.unwrap_or_default()
}

/// Where a manifest line comes from and why it is there.
pub(crate) async fn look(
    request: Request,
    manifest: usize,
    line: usize,
    kind: api::Kind,
) -> Looked {
    load_look(request, manifest, line, kind).await.unwrap_or_default()
}

/// The work that the page's own address holds.
pub(crate) async fn open_link(own: Option<crate::work::Work>) -> Opened {
    match load_link(own.clone()).await {
        Ok(opened) => opened.await,
        Err(_) => (own, Some(FAILED.to_owned())),
    }
}

/// The files that `optakit edit` serves.
pub(crate) async fn served() -> Result<Served, String> {
    match load_disk().await {
        Ok(served) => served.await,
        Err(_) => Err(FAILED.to_owned()),
    }
}

/// The certificates of RDS in a region.
pub(crate) async fn certificates(region: String) -> Option<String> {
    load_certificates(region).await.ok()?.await
}
