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

use crate::platform::{self, NOT_LOADED};
use crate::state::State;

/// The result of a marked function; an error if its part cannot be fetched.
pub(crate) type Loaded<T> = Result<T, SplitLoaderError>;

/// A boxed future: marked functions cannot be async.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Shows a view when its part is loaded. If the place of the view is removed first, it is not
/// created: its components would find no context.
pub(crate) fn show(load: BoxFuture<Loaded<AnyView>>) -> AnyView {
    let state = expect_context::<State>();
    let slot = RwSignal::new_local(None::<AnyView>);
    let load = ScopedFuture::new_untracked(load);
    leptos::task::spawn_local_scoped_with_cancellation(async move {
        match load.await {
            Ok(view) => drop(slot.try_update(|slot| *slot = Some(view))),
            Err(_) => report(state).await,
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
            report(state).await;
        }
    });
}

/// Shows why a part could not be loaded.
async fn report(state: State) {
    if platform::is_outdated().await {
        state.view.has_new_release.set(true);
        state.notify(
            "A new version was released. Reload the page to use this part. Your work is kept.",
        );
    } else {
        state.notify(NOT_LOADED);
    }
}
