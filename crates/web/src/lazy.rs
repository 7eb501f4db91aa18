//! Shows and runs the parts of the program that are loaded on demand.
//!
//! A function with `#[wasm_split(PART, fallible)]` starts a part: `scripts/split.mjs` moves it, and
//! everything that only such functions use, into another file. The browser fetches that file
//! on the first call. Each panel marks its own functions.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use wasm_split_helpers::SplitLoaderError;

use crate::state::State;

/// The result of a marked function; an error if its part cannot be fetched.
pub(crate) type Loaded<T> = Result<T, SplitLoaderError>;

/// A boxed future: marked functions cannot be async.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// The message when a part cannot be fetched.
pub(crate) const FAILED: &str = "A part of the page could not be loaded; check your connection";

/// Shows a view when its part is loaded.
pub(crate) fn show(load: BoxFuture<Loaded<AnyView>>) -> AnyView {
    let state = expect_context::<State>();
    let slot = RwSignal::new_local(None::<AnyView>);
    let load = ScopedFuture::new_untracked(load);
    leptos::task::spawn_local(async move {
        match load.await {
            Ok(view) => drop(slot.try_update(|slot| *slot = Some(view))),
            Err(_) => state.notify(FAILED),
        }
    });
    (move || {
        slot.track();
        slot.try_update_untracked(Option::take).flatten()
    })
    .into_any()
}

/// Runs an action when its part is loaded.
pub(crate) fn run(state: State, load: BoxFuture<Loaded<()>>) {
    leptos::task::spawn_local(async move {
        if load.await.is_err() {
            state.notify(FAILED);
        }
    });
}
