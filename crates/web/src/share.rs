//! Links: the texts and choices in the fragment of the address, which no browser sends anywhere.

use std::collections::BTreeMap;

use leptos::prelude::*;
use optakit_core::api::{self, Choices, Credential, SourceText};
use serde::{Deserialize, Serialize};

use crate::state::{SERVICE_FILE, State};
use crate::work::Work;
use crate::{later, platform};

/// What is unpacked of a link at most, in bytes.
const LIMIT: u32 = 1024 * 1024;
/// How long an address may be to be passed on by every program.
pub(crate) const LONG: usize = 8 * 1024;

/// What a link holds. No values and no export: those stay where they are.
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
    #[serde(default)]
    target: Choices,
}

/// The work as JSON, without what is not passed on.
pub(crate) fn text(work: &Work) -> String {
    let Work { service, environment_files, environment, image, target, .. } = work.clone();
    let shared = Shared { service, environment_files, environment, image, target };
    serde_json::to_string(&shared).expect("texts and maps with text keys are JSON")
}

/// The values of the work that look like credentials.
pub(crate) fn suspects(work: &Work) -> Vec<Credential> {
    let service = SourceText { name: SERVICE_FILE.to_owned(), text: work.service.clone() };
    let environments = work
        .environment_files
        .iter()
        .map(|(name, text)| SourceText { name: name.clone(), text: text.clone() });
    api::credentials(&std::iter::once(service).chain(environments).collect::<Vec<_>>())
}

/// A link to the work.
pub(crate) async fn link(work: &Work) -> Result<String, String> {
    let fragment = platform::pack(&text(work)).await?;
    let address = window().location().href().unwrap_or_default();
    let base = address.split(['#', '?']).next().unwrap_or_default();
    Ok(format!("{base}{fragment}"))
}

/// What a text of [`text`] holds.
pub(crate) fn read(text: &str) -> Result<Work, String> {
    let Shared { service, environment_files, environment, image, target } =
        serde_json::from_str(text).map_err(|_| "it holds no work of this page".to_owned())?;
    Ok(Work { service, environment_files, environment, image, target, ..Work::default() })
}

/// The work to go on with, and what is to say of it.
pub(crate) type Opened = (Option<Work>, Option<String>);

/// Whether the page's own address holds work.
pub(crate) fn is_linked() -> bool {
    window().location().hash().is_ok_and(|fragment| fragment.starts_with("#o"))
}

/// The work that the page's own address holds, else `own`; with what is to say of it. The user's
/// own work stays a draft of its own.
pub(crate) async fn opened(own: Option<Work>) -> Opened {
    let fragment = window().location().hash().unwrap_or_default();
    forget_address();
    match platform::unpack(&fragment, LIMIT).await.and_then(|text| read(&text)) {
        Ok(work) => {
            if let Some(own) = own.filter(|own| *own != work) {
                platform::remember("before a link was opened", &own.text()).await;
                platform::fork().await;
            }
            (Some(work), Some("Opened from the link. Your own work is in the history.".to_owned()))
        }
        Err(reason) => (own, Some(format!("The link cannot be opened: {reason}"))),
    }
}

fn forget_address() {
    let address = window().location().href().unwrap_or_default();
    let base = address.split('#').next().unwrap_or_default().to_owned();
    let history = window().history();
    drop(history.and_then(|history| {
        history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&base))
    }));
}

/// A link that is pasted into the address of an open page.
pub(crate) fn watch_address(state: State) {
    let handle = window_event_listener(leptos::ev::hashchange, move |_| {
        if !is_linked() {
            return;
        }
        leptos::task::spawn_local(async move {
            let own = state.work.get_untracked();
            let (work, said) = later::open_link(Some(own.clone())).await;
            if let Some(work) = work.filter(|work| *work != own) {
                state.replace(work);
            }
            if let Some(said) = said {
                state.say(said);
            }
        });
    });
    on_cleanup(move || handle.remove());
}
