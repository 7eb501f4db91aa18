//! The page as `optakit edit` serves it: it edits files on disk and follows their changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use gloo_net::http::Request;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_split_helpers::wasm_split;

use crate::lazy::{self, BoxFuture, Loaded};
use crate::page::Page;
use crate::storage;
use crate::work::{SERVICE_FILE, Work};

/// How long after the last change the text is written, in milliseconds.
const REST_TIME: u32 = 300;
/// How long to wait before the next request to a server that does not respond, in milliseconds.
const RETRY_TIME: u32 = 2000;

/// The files on disk.
#[derive(Clone, Debug, Deserialize)]
struct Files {
    name: String,
    service: String,
    environment_files: BTreeMap<String, String>,
    version: String,
}

/// The file server of `optakit edit`, with the token from the address of the page.
#[derive(Clone)]
struct Server {
    token: Arc<str>,
}

impl Server {
    fn from_address() -> Option<Self> {
        Some(Self { token: token()?.into() })
    }

    async fn read(&self) -> Result<Files, String> {
        self.get("edit/files").await?.ok_or_else(|| "the response is empty".to_owned())
    }

    async fn get(&self, path: &str) -> Result<Option<Files>, String> {
        let response = Request::get(path)
            .header("x-optakit-token", &self.token)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        match response.status() {
            200 => response.json().await.map(Some).map_err(|error| error.to_string()),
            204 => Ok(None),
            _ => Err(response.text().await.unwrap_or_default()),
        }
    }

    /// Writes a file and returns the new version of the files.
    async fn write(&self, path: &str, text: String) -> Result<String, String> {
        let address = format!("edit/files?path={}", js_sys::encode_uri_component(path));
        let request = Request::put(&address).header("x-optakit-token", &self.token).body(text);
        let response = request
            .map_err(|error| error.to_string())?
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let body = response.text().await.unwrap_or_default();
        if response.ok() { Ok(body) } else { Err(body) }
    }
}

/// The files of `optakit edit`, ready to be edited.
pub(crate) struct Served {
    /// Replaces the texts of some work with the files.
    pub(crate) work: Box<dyn Fn(Work) -> Work>,
    /// Keeps the page and the files equal from now on.
    pub(crate) follow: Box<dyn Fn(Page)>,
}

#[wasm_split(files, fallible)]
fn load_served() -> Loaded<BoxFuture<Result<Served, String>>> {
    Ok(Box::pin(read_files()))
}

fn token() -> Option<String> {
    let search = window().location().search().ok()?;
    search
        .trim_start_matches('?')
        .split('&')
        .find_map(|part| part.strip_prefix("token=").map(str::to_owned))
}

/// Whether `optakit edit` serves the page.
pub(crate) fn is_served() -> bool {
    token().is_some()
}

/// Reads the files that `optakit edit` serves.
pub(crate) async fn read() -> Result<Served, String> {
    match load_served().await {
        Ok(served) => served.await,
        Err(_) => Err(lazy::FAILED.to_owned()),
    }
}

async fn read_files() -> Result<Served, String> {
    let server = Server::from_address().ok_or("the address has no token")?;
    let files = server.read().await?;
    let texts = files.clone();
    Ok(Served {
        work: Box::new(move |work| Work {
            service: texts.service.clone(),
            environment_files: texts.environment_files.clone(),
            ..work
        }),
        follow: Box::new(move |page| follow(page, &server, &files)),
    })
}

/// The texts that the disk and the page have in common.
#[derive(Clone)]
struct Synced {
    /// The texts by path. The path of the service file is empty.
    texts: BTreeMap<String, String>,
    version: String,
}

impl From<&Files> for Synced {
    fn from(files: &Files) -> Self {
        let mut texts = files.environment_files.clone();
        texts.insert(String::new(), files.service.clone());
        Self { texts, version: files.version.clone() }
    }
}

fn follow(page: Page, server: &Server, files: &Files) {
    let synced = StoredValue::new(Synced::from(files));
    let served_file = page.state.view.served_file;
    served_file.set(Some(files.name.clone()));
    write_changes(page, server.clone(), synced);
    let server = server.clone();
    leptos::task::spawn_local(async move {
        loop {
            let version = synced.with_value(|synced| synced.version.clone());
            match server.get(&format!("edit/changes?version={version}")).await {
                Ok(Some(files)) => read_changes(page, synced, files),
                Ok(None) => {}
                Err(_) => {
                    served_file.set(None);
                    TimeoutFuture::new(RETRY_TIME).await;
                    if let Ok(files) = server.read().await {
                        served_file.set(Some(files.name.clone()));
                        read_changes(page, synced, files);
                    }
                }
            }
        }
    });
}

/// Copies changes on disk to the page, as an undo step. The previous work goes to the history.
fn read_changes(page: Page, synced: StoredValue<Synced>, files: Files) {
    if synced.with_value(|synced| synced.version == files.version) {
        return;
    }
    let before = synced.get_value().texts;
    synced.set_value(Synced::from(&files));
    let mut changed = false;
    let texts = std::iter::once((String::new(), files.service)).chain(files.environment_files);
    for (path, text) in texts {
        let file = if path.is_empty() { SERVICE_FILE } else { &path };
        let is_same = untrack(|| page.state.sources.text_of(file)) == text;
        if before.get(&path) == Some(&text) || is_same {
            continue;
        }
        if !changed {
            storage::remember(page.state, "before the file changed on disk");
            changed = true;
        }
        page.replace_text(file, text);
    }
    if changed {
        page.state.notify("The file changed on disk. Undo restores your text.");
    }
}

/// Writes changes in the page to disk.
fn write_changes(page: Page, server: Server, synced: StoredValue<Synced>) {
    let (sources, results) = (page.state.sources, page.state.results);
    let latest = StoredValue::new(0_u32);
    Effect::new(move || {
        let mut texts: BTreeMap<String, String> = sources.environment_files.get();
        let used = results.environment_paths();
        texts.retain(|path, _| used.contains(path));
        texts.insert(String::new(), sources.service.get());
        latest.update_value(|turn| *turn += 1);
        let turn = latest.get_value();
        let server = server.clone();
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(REST_TIME).await;
            if latest.get_value() != turn {
                return;
            }
            // The service file is first: the server writes only files that it refers to.
            for (path, text) in texts {
                let old = synced.with_value(|synced| synced.texts.get(&path).cloned());
                if old.as_ref() == Some(&text) || (old.is_none() && text.is_empty()) {
                    continue;
                }
                match server.write(&path, text.clone()).await {
                    Ok(version) => synced.update_value(|synced| {
                        synced.texts.insert(path, text);
                        synced.version = version;
                    }),
                    Err(reason) => page.state.notify(format!("Cannot write the file: {reason}")),
                }
            }
        });
    });
}
