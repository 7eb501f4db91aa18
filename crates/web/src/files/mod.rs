//! Opens and saves files.

mod save;
mod sort;

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, Loaded};
use crate::page::Page;
use crate::work::Work;
use crate::{platform, storage};
pub(crate) use sort::path_in_repository;
use sort::{OpenedFiles, sort};

#[wasm_split(files, fallible)]
fn load_opened(page: Page, found: Result<JsValue, JsValue>) -> Loaded<()> {
    take(page, found);
    Ok(())
}

#[wasm_split(files, fallible)]
fn load_save(page: Page) -> Loaded<()> {
    leptos::task::spawn_local(save::save_open_file(page));
    Ok(())
}

/// Opens files that the user chooses.
pub(crate) fn open(page: Page) {
    leptos::task::spawn_local(async move { take_when_loaded(page, platform::open_files().await) });
}

/// Opens a folder that the user chooses.
pub(crate) fn open_folder(page: Page) {
    leptos::task::spawn_local(async move { take_when_loaded(page, platform::open_folder().await) });
}

/// Saves the open file where it was opened from, or downloads it.
pub(crate) fn save(page: Page) {
    lazy::run(page.state, Box::pin(load_save(page)));
}

/// Opens files that are dropped anywhere on the page.
pub(crate) fn accept_drops(page: Page) {
    // The editor handles dragged text itself.
    let has_files = |event: &web_sys::DragEvent| {
        event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
    };
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        if !has_files(&event) {
            return;
        }
        event.prevent_default();
        leptos::task::spawn_local(async move {
            take_when_loaded(page, platform::dropped(&event).await);
        });
    });
    on_cleanup(move || {
        over.remove();
        drop.remove();
    });
}

fn take_when_loaded(page: Page, found: Result<JsValue, JsValue>) {
    lazy::run(page.state, Box::pin(load_opened(page, found)));
}

/// Replaces the texts with the files that the browser opened.
fn take(page: Page, found: Result<JsValue, JsValue>) {
    let state = page.state;
    let files = match platform::files(found) {
        Ok(files) if files.is_empty() => return,
        Ok(files) => files,
        Err(reason) => return state.notify(reason),
    };
    let known = untrack(|| state.results.environment_paths());
    let OpenedFiles { service, environment_files, values, paths, message } =
        match sort(files, &known) {
            Ok(opened) => opened,
            Err(reason) => return state.notify(reason),
        };
    storage::remember(state, "before files were opened");
    let before = state.sources.work.get_untracked();
    page.replace(match service {
        // A project keeps nothing of the project before it, except the choices.
        Some(service) => Work {
            service,
            environment_files,
            values: values.unwrap_or_default(),
            choices: before.choices,
            ..Work::default()
        },
        None => Work {
            environment_files: before
                .environment_files
                .into_iter()
                .chain(environment_files)
                .collect(),
            values: values.unwrap_or(before.values),
            ..before
        },
    });
    state.notify(message);
    leptos::task::spawn_local(async move {
        if let Err(reason) = save::set_opened(&paths).await {
            state.notify(reason);
        }
    });
}
