//! The page as `optakit edit` serves it: it works on files of the machine, writes them as they
//! change, and follows them when someone else does.

use std::collections::BTreeMap;
use std::sync::Arc;

use gloo_net::http::Request;
use leptos::prelude::*;
use serde::Deserialize;

use crate::state::{SERVICE_FILE, State};
use crate::work::{self, Work};

/// How long the text rests before it is written, in milliseconds.
const REST: u32 = 300;
/// How long to wait before a server that does not answer is asked again, in milliseconds.
const AGAIN: u32 = 2000;

/// What the files say.
#[derive(Clone, Debug, Deserialize)]
struct Files {
    name: String,
    service: String,
    environment_files: BTreeMap<String, String>,
    version: String,
}

/// The way to the files, for whoever has the token of the address.
#[derive(Clone)]
struct Disk {
    token: Arc<str>,
}

impl Disk {
    fn of_address() -> Option<Self> {
        Some(Self { token: token()?.into() })
    }

    async fn read(&self) -> Result<Files, String> {
        self.get("edit/files").await?.ok_or_else(|| "it says nothing".to_owned())
    }

    async fn get(&self, path: &str) -> Result<Option<Files>, String> {
        let answer = Request::get(path)
            .header("x-optakit-token", &self.token)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        match answer.status() {
            200 => answer.json().await.map(Some).map_err(|error| error.to_string()),
            204 => Ok(None),
            _ => Err(answer.text().await.unwrap_or_default()),
        }
    }

    /// Writes a file; gives the version of all of them then.
    async fn write(&self, path: &str, text: String) -> Result<String, String> {
        let address = format!("edit/files?path={}", js_sys::encode_uri_component(path));
        let request = Request::put(&address).header("x-optakit-token", &self.token).body(text);
        let answer = request
            .map_err(|error| error.to_string())?
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let said = answer.text().await.unwrap_or_default();
        if answer.ok() { Ok(said) } else { Err(said) }
    }
}

/// The files of `optakit edit`, ready to work on.
pub(crate) struct Served {
    /// The files as work, with the choices of other work.
    pub(crate) work: Box<dyn Fn(Work) -> Work>,
    /// Keeps page and files the same from now on.
    pub(crate) follow: Box<dyn Fn(State)>,
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

/// Reads what `optakit edit` serves.
pub(crate) async fn served() -> Result<Served, String> {
    let disk = Disk::of_address().ok_or("the address has no token")?;
    let files = disk.read().await?;
    let own = files.clone();
    Ok(Served {
        work: Box::new(move |work| Work {
            service: own.service.clone(),
            environment_files: own.environment_files.clone(),
            ..work
        }),
        follow: Box::new(move |state| follow(state, &disk, &files)),
    })
}

/// The certificates of RDS in a region; none when they cannot be fetched.
pub(crate) async fn certificates(region: String) -> Option<String> {
    for file in [region.as_str(), "default"] {
        let answer = Request::get(&format!("rds-ca/{file}.pem")).send().await.ok()?;
        if answer.ok() {
            return answer.text().await.ok();
        }
    }
    None
}

/// What the disk and the page agreed on last: by path, the service file under the empty one.
type Agreed = StoredValue<(BTreeMap<String, String>, String)>;

fn agreed(files: &Files) -> (BTreeMap<String, String>, String) {
    let mut texts = files.environment_files.clone();
    texts.insert(String::new(), files.service.clone());
    (texts, files.version.clone())
}

fn follow(state: State, disk: &Disk, files: &Files) {
    let known: Agreed = StoredValue::new(agreed(files));
    state.on_disk.set(Some(files.name.clone()));
    write_changes(state, disk.clone(), known);
    let disk = disk.clone();
    leptos::task::spawn_local(async move {
        loop {
            let version = known.with_value(|(_, version)| version.clone());
            match disk.get(&format!("edit/changes?version={version}")).await {
                Ok(Some(files)) => take(state, known, files),
                Ok(None) => {}
                Err(_) => {
                    state.on_disk.set(None);
                    gloo_timers::future::TimeoutFuture::new(AGAIN).await;
                    if let Ok(files) = disk.read().await {
                        state.on_disk.set(Some(files.name.clone()));
                        take(state, known, files);
                    }
                }
            }
        }
    });
}

/// Takes over what changed on disk, as a step of the history. What the page has not written yet is
/// kept in the history.
fn take(state: State, known: Agreed, files: Files) {
    if known.with_value(|(_, version)| *version == files.version) {
        return;
    }
    let before = known.get_value().0;
    known.set_value(agreed(&files));
    let mut changed = false;
    let texts = std::iter::once((String::new(), files.service)).chain(files.environment_files);
    for (path, text) in texts {
        let file = if path.is_empty() { SERVICE_FILE } else { &path };
        if before.get(&path) == Some(&text) || untrack(|| state.text_of(file)) == text {
            continue;
        }
        if !changed {
            work::remember(state, "before the file changed on disk");
            changed = true;
        }
        state.replace_text(file, text);
    }
    if changed {
        state.say("The file changed on disk; undo brings your text again");
    }
}

fn write_changes(state: State, disk: Disk, known: Agreed) {
    let turn = StoredValue::new(0_u32);
    Effect::new(move || {
        let mut texts: BTreeMap<String, String> = state.environment_files.get();
        let named = state.environment_paths();
        texts.retain(|path, _| named.contains(path));
        texts.insert(String::new(), state.service.get());
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        let disk = disk.clone();
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(REST).await;
            if turn.get_value() != mine {
                return;
            }
            // The service file comes first: only what it names may be written.
            for (path, text) in texts {
                let old = known.with_value(|(texts, _)| texts.get(&path).cloned());
                if old.as_ref() == Some(&text) || (old.is_none() && text.is_empty()) {
                    continue;
                }
                match disk.write(&path, text.clone()).await {
                    Ok(version) => known.update_value(|known| {
                        known.0.insert(path, text);
                        known.1 = version;
                    }),
                    Err(reason) => state.say(format!("It could not be written: {reason}")),
                }
            }
        });
    });
}
