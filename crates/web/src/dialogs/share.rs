//! Creates a link to the work.

use leptos::prelude::*;

use super::frame::Frame;
use crate::export;
use crate::share::{self, MAX_LINK};
use crate::state::State;
use crate::work::Work;

/// The dialog with the link. Values that look like credentials must be confirmed first.
#[component]
pub(super) fn Share() -> impl IntoView {
    let work = expect_context::<State>().sources.work;
    let credentials: Vec<String> = untrack(|| credentials(&work.read()));
    let confirmed = RwSignal::new(credentials.is_empty());
    let link = RwSignal::new(None::<Result<String, String>>);
    Effect::new(move || {
        if confirmed.get() {
            let work = work.get_untracked();
            leptos::task::spawn_local(async move {
                let created = share::create_link(&work).await;
                link.try_set(Some(created));
            });
        }
    });
    let created = move || match link.get()? {
        Ok(link) if link.len() > MAX_LINK => Some(view! { <TooLong size=link.len() /> }.into_any()),
        Ok(link) => Some(view! { <Link link /> }.into_any()),
        Err(reason) => {
            Some(view! { <p>{format!("Cannot create a link: {reason}")}</p> }.into_any())
        }
    };
    view! {
        <Frame title="Share">
            <Warning credentials confirmed />
            {created}
        </Frame>
    }
}

/// Lists the places of the values that look like credentials.
fn credentials(work: &Work) -> Vec<String> {
    let place = |credential: optakit_core::api::Credential| {
        let place = format!("{} line {}", credential.file, credential.place.line);
        if credential.key.is_empty() { place } else { format!("{place}, {}", credential.key) }
    };
    share::find_credentials(work).into_iter().map(place).collect()
}

#[component]
fn Warning(credentials: Vec<String>, confirmed: RwSignal<bool>) -> impl IntoView {
    let places = credentials.into_iter().map(|place| view! { <li>{place}</li> }).collect_view();
    view! {
        <div class="warned" hidden=move || confirmed.get()>
            <p>
                {"These values look like credentials. Anyone with the link can read them:"}
            </p>
            <ul>{places}</ul>
            <button class="button" on:click=move |_| confirmed.set(true)>
                "Not credentials, create link"
            </button>
        </div>
    }
}

#[component]
fn Link(link: String) -> impl IntoView {
    let state = expect_context::<State>();
    let copied = link.clone();
    view! {
        <p class="help">
            {"The link contains your files in the part after #. Browsers never send this part. \
            The link does not contain inputs or secret values."}
        </p>
        <textarea class="control" readonly=true rows="4" aria-label="Link" prop:value=link />
        <button class="button main" on:click=move |_| export::copy(state, copied.clone())>
            "Copy link"
        </button>
    }
}

/// Offers a file, because the link is too long.
#[component]
fn TooLong(size: usize) -> impl IntoView {
    let state = expect_context::<State>();
    let save = move |_| {
        let work = state.sources.work.get_untracked();
        let text = share::to_json(&work);
        export::download(state, "optakit-work.json", "application/json", &text);
    };
    let size = size / 1024;
    view! {
        <p>
            {format!(
                "This link has {size} KiB, which is too long for most apps. \
                Save your work as a file instead. To open it, use Open files.",
            )}
        </p>
        <button class="button main" on:click=save>{"Save as a file"}</button>
    }
}
