//! A link to the work, made in this tab alone.

use leptos::prelude::*;

use super::Frame;
use crate::export;
use crate::share::{self, LONG};
use crate::state::State;

/// The link, after a look at what goes along with it.
#[component]
pub(super) fn Share() -> impl IntoView {
    let state = expect_context::<State>();
    let work = state.work.get_untracked();
    let suspects = share::suspects(&work);
    let confirmed = RwSignal::new(suspects.is_empty());
    let link = RwSignal::new(None::<Result<String, String>>);
    Effect::new(move || {
        if confirmed.get() {
            let work = state.work.get_untracked();
            leptos::task::spawn_local(async move {
                let made = share::link(&work).await;
                link.try_set(Some(made));
            });
        }
    });
    let warned = suspects.into_iter().map(|suspect| {
        let key = if suspect.key.is_empty() { String::new() } else { format!(", {}", suspect.key) };
        view! { <li>{format!("{} line {}{key}", suspect.file, suspect.place.line)}</li> }
    });
    let warning = view! {
        <div class="warned" hidden=move || confirmed.get()>
            <p>{"These values look like credentials. Whoever has the link can read them:"}</p>
            <ul>{warned.collect_view()}</ul>
            <button class="button" on:click=move |_| confirmed.set(true)>{"They are none, make the link"}</button>
        </div>
    };
    let made = move |link: String| {
        let (copied, long) = (link.clone(), link.len() > LONG);
        let file = move |_| {
            let work = state.work.get_untracked();
            export::download(state, "optakit-work.json", "application/json", &share::text(&work));
        };
        if long {
            view! {
                <p>{format!("The link would have {} KiB, more than mail and chat programs carry. A file does as well: Open takes it.", link.len() / 1024)}</p>
                <button class="button main" on:click=file>{"Save as a file"}</button>
            }
            .into_any()
        } else {
            view! {
                <p class="help">{"All of it is in the address behind the #, which browsers send to nobody. Values and secrets are not in it."}</p>
                <textarea class="control" readonly=true rows="4" aria-label="Link" prop:value=link></textarea>
                <button class="button main" on:click=move |_| export::copy(state, copied.clone())>{"Copy the link"}</button>
            }
            .into_any()
        }
    };
    view! {
        <Frame title="Share">
            {warning}
            {move || link.get().map(|link| match link {
                Ok(link) => made(link),
                Err(reason) => view! { <p>{format!("No link could be made: {reason}")}</p> }.into_any(),
            })}
        </Frame>
    }
}
