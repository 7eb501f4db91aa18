//! Saves a file where it was opened from.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::disk::{self, Part};
use crate::page::Page;
use crate::state::{Conflict, Dialog};
use crate::{export, platform, storage};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = setOpened, catch)]
    async fn set_opened_js(paths: js_sys::Map) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = saveInPlace, catch)]
    async fn save_in_place(name: &str, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = saveChosen, catch)]
    async fn save_chosen(name: &str, text: &str) -> Result<JsValue, JsValue>;
}

/// The result of a save.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum SaveResult {
    /// The browser has no access to the file. `raw` is the text with the line endings of the file.
    Unknown {
        raw: String,
    },
    Saved {
        path: String,
    },
    /// The file has this text, which includes the changes of others.
    Merged {
        path: String,
        text: String,
    },
    /// Someone else changed the same lines.
    Conflict {
        path: String,
        parts: Vec<Part>,
    },
}

/// Remembers the path that each file was opened from, by its name in the page.
///
/// # Errors
///
/// Fails if the code for files cannot be fetched.
pub(super) async fn set_opened(paths: &BTreeMap<String, String>) -> Result<(), String> {
    disk::load().await?;
    let map = js_sys::Map::new();
    for (name, path) in paths {
        map.set(&name.into(), &path.into());
    }
    set_opened_js(map).await.map(drop).map_err(|error| platform::reason(&error))
}

/// Saves the open file.
pub(super) async fn save_open_file(page: Page) {
    if let Err(reason) = disk::load().await {
        return page.state.notify(reason);
    }
    let name = page.state.view.file.get_untracked();
    let text = untrack(|| page.state.sources.text_of(&name));
    show(page, &name, save_in_place(&name, &text).await);
}

/// Shows the result of a save.
fn show(page: Page, name: &str, saved: Result<JsValue, JsValue>) {
    let state = page.state;
    let saved = match saved {
        Ok(saved) => saved,
        Err(error) => {
            return state.notify(format!("Cannot save {name}: {}", platform::reason(&error)));
        }
    };
    match serde_wasm_bindgen::from_value(saved) {
        Ok(SaveResult::Unknown { raw }) => {
            let file_name = name.rsplit('/').next().unwrap_or(name);
            export::download(state, file_name, "application/yaml", &raw);
        }
        Ok(SaveResult::Saved { path }) => state.notify(format!("Saved {path}")),
        Ok(SaveResult::Merged { path, text }) => {
            storage::remember(state, "before the file changed on disk");
            page.merge_text(name, &text);
            state.notify(format!("Saved {path}, with the changes on disk"));
        }
        Ok(SaveResult::Conflict { path, parts }) => ask(page, name, path, parts),
        Err(error) => state.notify(format!("Cannot save {name}: {error}")),
    }
}

/// Asks which lines are saved.
fn ask(page: Page, name: &str, path: String, parts: Vec<Part>) {
    let (name, both) = (name.to_owned(), parts.clone());
    let resolve = Callback::new(move |text: String| {
        storage::remember(page.state, "before the file changed on disk");
        let (name, both) = (name.clone(), both.clone());
        leptos::task::spawn_local(async move {
            page.choose_text(&name, &both, &text).await;
            show(page, &name, save_chosen(&name, &text).await);
        });
    });
    let view = page.state.view;
    view.conflict.set(Some(Conflict { file: path, parts, resolve }));
    view.dialog.set(Some(Dialog::Conflict));
}
