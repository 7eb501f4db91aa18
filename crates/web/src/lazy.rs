//! Shows and runs the parts of the program that are loaded on demand.
//!
//! A function with `#[wasm_split(PART, fallible)]` starts a part: `scripts/split.mjs` moves it, and
//! everything that only such functions use, into another file. The browser fetches that file
//! on the first call. Each panel marks its own functions.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use wasm_split_helpers::SplitLoaderError;

use crate::platform::{self, Missing};
use crate::state::State;

/// The result of a marked function; an error if its part cannot be fetched.
pub(crate) type Loaded<T> = Result<T, SplitLoaderError>;

/// A boxed future: marked functions cannot be async.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A function that loads a part.
type Load = Rc<dyn Fn() -> BoxFuture<Loaded<AnyView>>>;

/// Shows a view when its part is loaded. If the part is missing, shows the reason and a button.
pub(crate) fn show(load: impl Fn() -> BoxFuture<Loaded<AnyView>> + 'static) -> AnyView {
    show_part(Rc::new(load), |note| note)
}

/// Shows a view when its part is loaded. If the part is missing, shows nothing.
pub(crate) fn show_if_loaded(load: impl Fn() -> BoxFuture<Loaded<AnyView>> + 'static) -> AnyView {
    show_part(Rc::new(load), |_| ().into_any())
}

/// Shows an item of a list when its part is loaded. If the part is missing, shows the reason and a
/// button.
pub(crate) fn show_item(load: impl Fn() -> BoxFuture<Loaded<AnyView>> + 'static) -> AnyView {
    show_part(Rc::new(load), |note| view! { <li>{note}</li> }.into_any())
}

/// Shows a view when its part is loaded. `wrap` puts the reason for a missing part into an element.
/// This function is not generic, so that the program contains it once.
fn show_part(load: Load, wrap: fn(AnyView) -> AnyView) -> AnyView {
    let slot = RwSignal::new_local(None::<AnyView>);
    if let Some(owner) = Owner::current() {
        let state = expect_context::<State>();
        Place { state, slot, owner, load, wrap }.load();
    }
    (move || {
        slot.track();
        slot.try_update_untracked(Option::take).flatten()
    })
    .into_any()
}

/// The place of a view that is loaded on demand.
#[derive(Clone)]
struct Place {
    state: State,
    slot: RwSignal<Option<AnyView>, LocalStorage>,
    owner: Owner,
    load: Load,
    wrap: fn(AnyView) -> AnyView,
}

impl Place {
    /// Loads the view. If the place is removed first, the view is not created: its components would
    /// find no context.
    fn load(self) {
        let owner = self.owner.clone();
        owner.with(|| {
            let load = ScopedFuture::new_untracked((self.load)());
            leptos::task::spawn_local_scoped_with_cancellation(async move {
                let view = match load.await {
                    Ok(view) => view,
                    Err(_) => {
                        let reason = missing(self.state).await;
                        (self.wrap)(self.clone().note(reason))
                    }
                };
                self.slot.try_update(|slot| *slot = Some(view));
            });
        });
    }

    /// Explains why the view is missing.
    fn note(self, reason: Missing) -> AnyView {
        let act = move |_| match reason {
            Missing::NewRelease => platform::reload(),
            Missing::NotFetched => self.clone().load(),
        };
        view! {
            <div class="note" role="alert">
                <p>{reason.message()}</p>
                <button class="button" on:click=act>{reason.action()}</button>
            </div>
        }
        .into_any()
    }
}

/// Runs an action when its part is loaded.
pub(crate) fn run(state: State, load: BoxFuture<Loaded<()>>) {
    leptos::task::spawn_local(async move {
        if load.await.is_err() {
            report(state).await;
        }
    });
}

/// Returns why a part is missing.
async fn missing(state: State) -> Missing {
    let missing = platform::missing().await;
    if missing == Missing::NewRelease {
        state.view.has_new_release.set(true);
    }
    missing
}

/// Shows a message about a missing part.
pub(crate) async fn report(state: State) {
    state.notify(missing(state).await.message());
}
