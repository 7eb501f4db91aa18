//! Watches the folders of the files. Editors and Git replace files, so a watch of the file itself
//! would end with the first change.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch;

/// How often the folders are read if the system cannot watch them, for example because its limit
/// of watches is reached.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// How long no event must come before a change is complete.
const QUIET_TIME: Duration = Duration::from_millis(40);
/// How long to wait for that at most.
const MAX_BURST: Duration = Duration::from_millis(500);

/// Watches folders.
pub(super) struct Watch {
    state: Mutex<State>,
    events: watch::Sender<u64>,
}

struct State {
    watcher: Box<dyn Watcher + Send>,
    folders: BTreeSet<PathBuf>,
}

impl Watch {
    /// Creates a watch without folders.
    ///
    /// # Errors
    ///
    /// Fails if the system provides no thread for it.
    pub(super) fn new() -> notify::Result<Self> {
        let events = watch::Sender::new(0);
        let watcher = match RecommendedWatcher::new(handler(&events), Config::default()) {
            Ok(watcher) => Box::new(watcher) as Box<dyn Watcher + Send>,
            Err(_) => polling(&events)?,
        };
        Ok(Self { state: Mutex::new(State { watcher, folders: BTreeSet::new() }), events })
    }

    /// Watches exactly these folders from now on.
    pub(super) fn set_folders(&self, folders: BTreeSet<PathBuf>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { watcher, folders: known } = &mut *state;
        known.retain(|folder| {
            // A folder that was removed and created again needs a new watch.
            let stays = folders.contains(folder) && watcher.watch(folder, MODE).is_ok();
            if !stays {
                drop(watcher.unwatch(folder));
            }
            stays
        });
        for folder in folders {
            if known.contains(&folder) {
                continue;
            }
            if watcher.watch(&folder, MODE).is_err() && folder.is_dir() {
                let Ok(mut polling) = polling(&self.events) else { continue };
                for folder in known.iter().chain([&folder]) {
                    drop(polling.watch(folder, MODE));
                }
                *watcher = polling;
            }
            known.insert(folder);
        }
    }

    /// Returns a receiver of later events.
    pub(super) fn events(&self) -> watch::Receiver<u64> {
        self.events.subscribe()
    }
}

const MODE: RecursiveMode = RecursiveMode::NonRecursive;

fn polling(events: &watch::Sender<u64>) -> notify::Result<Box<dyn Watcher + Send>> {
    let config = Config::default().with_poll_interval(POLL_INTERVAL);
    Ok(Box::new(PollWatcher::new(handler(events), config)?))
}

fn handler(events: &watch::Sender<u64>) -> impl notify::EventHandler {
    let events = events.clone();
    move |event: notify::Result<notify::Event>| {
        let is_read = event.is_ok_and(|event| event.kind.is_access());
        if !is_read {
            events.send_modify(|count| *count += 1);
        }
    }
}

/// Waits for an event, and then until no more events come.
pub(super) async fn settled(events: &mut watch::Receiver<u64>) {
    if events.changed().await.is_err() {
        return;
    }
    let end = tokio::time::Instant::now() + MAX_BURST;
    while tokio::time::Instant::now() < end
        && tokio::time::timeout(QUIET_TIME, events.changed()).await.is_ok()
    {}
}
