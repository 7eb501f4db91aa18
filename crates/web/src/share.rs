//! Links that contain the work in the fragment of the address. Browsers never send the fragment.

use std::collections::BTreeMap;

use leptos::prelude::*;
use optakit_core::api::{self, Choices, Credential, SourceText};
use serde::{Deserialize, Serialize};
use wasm_split_helpers::wasm_split;

use crate::lazy::{BoxFuture, Loaded};
use crate::page::Page;
use crate::platform;
use crate::work::{SERVICE_FILE, Work};

/// The most bytes that the text of a link may have.
const UNPACKED_LIMIT: u32 = 1024 * 1024;
/// The longest link that most programs accept.
pub(crate) const MAX_LINK: usize = 8 * 1024;

/// The part of the work that a link contains: no values file and no export.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    service: String,
    #[serde(default)]
    environment_files: BTreeMap<String, String>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    image: String,
    #[serde(default, rename = "target")]
    choices: Choices,
}

/// The work to continue, and a message for the user.
pub(crate) type Opened = (Option<Work>, Option<String>);

#[wasm_split(files, fallible)]
fn load_link(own: Option<Work>) -> Loaded<BoxFuture<Opened>> {
    Ok(Box::pin(unpack_address(own)))
}

/// Serializes the shared part of the work as JSON.
pub(crate) fn to_json(work: &Work) -> String {
    let Work { service, environment_files, environment, image, choices, .. } = work.clone();
    let shared = Shared { service, environment_files, environment, image, choices };
    serde_json::to_string(&shared).expect("texts and maps with text keys are JSON")
}

/// Parses the result of [`to_json`].
pub(crate) fn from_json(text: &str) -> Result<Work, String> {
    let Shared { service, environment_files, environment, image, choices } =
        serde_json::from_str(text).map_err(|_| "it does not contain Optakit files".to_owned())?;
    Ok(Work { service, environment_files, environment, image, choices, ..Work::default() })
}

/// Returns the values of the work that look like credentials.
pub(crate) fn find_credentials(work: &Work) -> Vec<Credential> {
    let service = SourceText { name: SERVICE_FILE.to_owned(), text: work.service.clone() };
    let environments = work
        .environment_files
        .iter()
        .map(|(name, text)| SourceText { name: name.clone(), text: text.clone() });
    api::credentials(&std::iter::once(service).chain(environments).collect::<Vec<_>>())
}

/// Creates a link to the work.
pub(crate) async fn create_link(work: &Work) -> Result<String, String> {
    let fragment = platform::pack(&to_json(work)).await?;
    let address = window().location().href().unwrap_or_default();
    let base = address.split(['#', '?']).next().unwrap_or_default();
    Ok(format!("{base}{fragment}"))
}

/// Whether the address of the page contains work.
pub(crate) fn is_linked() -> bool {
    window().location().hash().is_ok_and(|fragment| fragment.starts_with("#o"))
}

/// Returns the work in the address of the page, or `own` if that fails.
pub(crate) async fn open_link(own: Option<Work>) -> Opened {
    match load_link(own.clone()).await {
        Ok(opened) => opened.await,
        Err(_) => (own, Some(platform::missing().await.message().to_owned())),
    }
}

/// Opens the work in the address. The user's previous work stays a draft and is added to the
/// history.
async fn unpack_address(own: Option<Work>) -> Opened {
    let fragment = window().location().hash().unwrap_or_default();
    remove_fragment();
    match platform::unpack(&fragment, UNPACKED_LIMIT).await.and_then(|text| from_json(&text)) {
        Ok(work) => {
            let mut message = "Opened from the link.";
            if let Some(own) = own.filter(|own| *own != work) {
                platform::remember("before a link was opened", &own.to_json()).await;
                platform::fork().await;
                message = "Opened from the link. Your previous work is in History.";
            }
            (Some(work), Some(message.to_owned()))
        }
        Err(reason) => (own, Some(format!("The link cannot be opened: {reason}"))),
    }
}

/// Removes the fragment from the address bar.
fn remove_fragment() {
    let address = window().location().href().unwrap_or_default();
    let base = address.split('#').next().unwrap_or_default().to_owned();
    let history = window().history();
    drop(history.and_then(|history| {
        history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&base))
    }));
}

/// Opens links that are pasted into the address bar of the open page.
pub(crate) fn watch_address(page: Page) {
    let handle = window_event_listener(leptos::ev::hashchange, move |_| {
        if !is_linked() {
            return;
        }
        leptos::task::spawn_local(async move {
            let own = page.state.sources.work.get_untracked();
            let (work, message) = open_link(Some(own.clone())).await;
            if let Some(work) = work.filter(|work| *work != own) {
                page.replace(work);
            }
            if let Some(message) = message {
                page.state.notify(message);
            }
        });
    });
    on_cleanup(move || handle.remove());
}
