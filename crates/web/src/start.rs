//! Ways to start: for first-time visitors, and in place of an empty text.

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::editor::EditorStatus;
use crate::lazy::{self, Loaded};
use crate::markup::inline_code;
use crate::page::Page;
use crate::state::Dialog;
use crate::work::{SERVICE_FILE, VALUES_FILE};
use crate::{documentation, files, templates};

/// How to install the command-line tool.
const INSTALL: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "#install");

#[wasm_split(dialogs, fallible)]
fn load_welcome() -> Loaded<AnyView> {
    Ok(view! { <Welcome /> }.into_any())
}

#[wasm_split(dialogs, fallible)]
fn load_empty(file: String) -> Loaded<AnyView> {
    Ok(view! { <Empty file /> }.into_any())
}

/// Shows what Optakit is on the first visit, when the text editor is loaded.
#[component]
pub(crate) fn FirstVisit() -> impl IntoView {
    let page = expect_context::<Page>();
    let view = page.state.view;
    let is_shown = Memo::new(move |_| {
        // An empty file offers the same ways to start.
        view.first_visit.get()
            && page.editors.status.get() == EditorStatus::All
            && !page.state.sources.service.read().trim().is_empty()
    });
    move || is_shown.get().then(|| lazy::show_if_loaded(|| Box::pin(load_welcome())))
}

/// Shows ways to start while a file is empty.
#[component]
pub(crate) fn EmptyFile(file: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let own = file.clone();
    let is_empty = Memo::new(move |_| {
        let is_loaded = page.editors.status.get() == EditorStatus::All;
        is_loaded && own != VALUES_FILE && page.state.sources.text_of(&own).trim().is_empty()
    });
    let load = move || {
        let file = file.clone();
        lazy::show_if_loaded(move || Box::pin(load_empty(file.clone())))
    };
    move || is_empty.get().then(&load)
}

/// One line about the purpose of the page.
#[component]
fn Welcome() -> impl IntoView {
    let page = expect_context::<Page>();
    let view = page.state.view;
    view! {
        <aside class="welcome" aria-label="Welcome">
            <p>
                {"Optakit turns opta.yml into Kubernetes manifests, in this browser. "}
                <a href=documentation::ADDRESS target="_blank" rel="noopener">
                    {"Documentation"}
                </a> " · " <a href=INSTALL target="_blank" rel="noopener">
                    {"Command-line tool"}
                </a>
            </p>
            <Ways />
            <button class="link" on:click=move |_| view.first_visit.set(false)>
                {"Dismiss"}
            </button>
        </aside>
    }
}

/// The buttons that start a file.
#[component]
fn Ways() -> impl IntoView {
    let page = expect_context::<Page>();
    let dialog = page.state.view.dialog;
    view! {
        <span class="ways">
            <button class="button" on:click=move |_| dialog.set(Some(Dialog::New))>
                {"New"}
            </button>
            <button class="button" on:click=move |_| files::open(page)>
                {"Open files"}
            </button>
            <button class="button" on:click=move |_| dialog.set(Some(Dialog::Examples))>
                {"Browse examples"}
            </button>
        </span>
    }
}

/// The actions for an empty file.
#[component]
fn Empty(file: String) -> impl IntoView {
    let page = expect_context::<Page>();
    if file == SERVICE_FILE {
        return view! {
            <div class="start" role="group" aria-label="Start">
                <p class="help">{"This file is empty. Type, or start with one of these:"}</p>
                <Ways />
            </div>
        }
        .into_any();
    }
    let text = empty_environment(&file);
    let insert = move |_| templates::insert_environment(page, &file);
    view! {
        <div class="start" role="group" aria-label="Start">
            <p class="help">{inline_code(&text)}</p>
            <span class="ways">
                <button class="button" on:click=insert>{"Insert template"}</button>
                <button class="button" on:click=move |_| files::open(page)>{"Open files"}</button>
            </span>
        </div>
    }
    .into_any()
}

/// Returns what to do about an empty environment file.
fn empty_environment(file: &str) -> String {
    match files::path_in_repository(file) {
        Some(path) => format!(
            "This environment file is in a Git repository, which the browser cannot read. \
             Clone the repository, and open or drop its file `{path}`. Or insert a template:"
        ),
        None => {
            "This environment file is empty. Paste it, open it, or insert a template:".to_owned()
        }
    }
}
