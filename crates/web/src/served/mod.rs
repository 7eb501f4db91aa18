//! The page as `optakit edit` serves it: it edits files on disk and follows their changes.

mod file;
mod leave;
mod record;
mod server;
mod sync;

use std::collections::BTreeMap;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::disk;
use crate::lazy::{BoxFuture, Loaded};
use crate::page::Page;
use crate::platform;
use crate::work::Work;
use record::Record;
use server::{Files, Server};
use sync::Sync;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = takeToken)]
    fn take_token() -> Option<String>;
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

/// Whether `optakit edit` serves the page.
pub(crate) fn is_served() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-served"))
}

/// Reads the files that `optakit edit` serves.
pub(crate) async fn read() -> Result<Served, String> {
    match load_served().await {
        Ok(served) => served.await,
        Err(_) => Err(platform::missing().await.message().to_owned()),
    }
}

async fn read_files() -> Result<Served, String> {
    disk::load().await?;
    let token = take_token().ok_or("open the address that `optakit edit` printed")?;
    let server = Server { token: token.into() };
    let files = server.read().await?;
    platform::open_vault(&files.vault.id, &files.vault.key).await;
    let texts = files.clone();
    Ok(Served {
        work: Box::new(move |work| with_texts(work, &texts)),
        follow: Box::new(move |page| {
            let record = Record::new(page, server.clone(), &files);
            leave::watch(record);
            Sync::start(record, &files.vault.id);
        }),
    })
}

/// Replaces the texts of some work with the files.
fn with_texts(work: Work, files: &Files) -> Work {
    let mut work = Work { service: String::new(), environment_files: BTreeMap::new(), ..work };
    for (path, file) in &files.files {
        if path.is_empty() {
            work.service = file.text();
        } else {
            work.environment_files.insert(path.clone(), file.text());
        }
    }
    work
}
