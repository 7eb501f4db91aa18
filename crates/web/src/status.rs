//! The status line at the bottom.

use leptos::prelude::*;

use crate::files;
use crate::lazy;
use crate::markup::count;
use crate::page::Page;
use crate::platform::{self, Saved};
use crate::state::{Dialog, DiskStatus, State};

/// The status line: number of objects, where the work is saved, and links to dialogs.
#[component]
pub(crate) fn Status() -> impl IntoView {
    let page = expect_context::<Page>();
    let (results, view) = (page.state.results, page.state.view);
    let objects = move || {
        let outcome = results.outcome.read();
        match &outcome.manifests {
            Some(manifests) => {
                let objects = count(manifests.len(), "object");
                format!("{objects} in {} ms", one_decimal(outcome.milliseconds))
            }
            None => "Manifests not updated".to_owned(),
        }
    };
    let saved = move || match view.disk.get() {
        DiskStatus::Saved { file } => format!("Saved in {file}"),
        DiskStatus::Saving { file } => format!("Saving in {file}…"),
        DiskStatus::NotSaved { reason, .. } => format!("Not saved: {reason}"),
        DiskStatus::NoFiles => in_browser(view.saved.get()).to_owned(),
    };
    let action = move || match view.disk.get() {
        DiskStatus::NotSaved { action: Some((name, action)), .. } => Some(view! {
            <button class="link action" on:click=move |_| action.run(())>{name}</button>
        }),
        _ => None,
    };
    platform::on_new_release(move || view.has_new_release.set(true));
    let new_release = move || {
        view.has_new_release.get().then(|| {
            let reload = move |_| platform::reload();
            view! { <button class="link action" on:click=reload>{"New version: reload"}</button> }
        })
    };
    let open = move |dialog| move |_| view.dialog.set(Some(dialog));
    view! {
        <footer class="status">
            <span>{objects}</span>
            <span role="status">{saved}</span>
            {action}
            {new_release}
            <Incomplete />
            <span class={"space"}></span>
            <span class="wide">{"Nothing is uploaded"}</span>
            <button class="link" on:click=move |_| files::open(page)>{"Open"}</button>
            <button class="link" on:click=open(Dialog::History)>{"History"}</button>
            <button class="link" on:click=open(Dialog::Examples)>{"Examples"}</button>
            <button class="link" on:click=open(Dialog::Shortcuts)>{"Shortcuts"}</button>
        </footer>
    }
}

/// The button that loads missing parts of the text editor again.
#[component]
fn Incomplete() -> impl IntoView {
    let state = expect_context::<State>();
    let view = state.view;
    platform::on_missing(move |is_missing| {
        view.is_incomplete.set(is_missing);
        if is_missing {
            leptos::task::spawn_local(lazy::report(state));
        }
    });
    move || {
        (view.is_incomplete.get() && !view.has_new_release.get()).then(|| {
            let load = move |_| platform::load_missing_parts();
            view! {
                <button class="link action" on:click=load>{"Not fully loaded: try again"}</button>
            }
        })
    }
}

/// Returns a text about whether the work is saved in this browser.
const fn in_browser(saved: Saved) -> &'static str {
    match saved {
        Saved::Yes => "Saved in this browser",
        Saved::Full => {
            "Not saved: the browser storage is full. Clear the history, or save your files"
        }
        Saved::Blocked => "Not saved: the browser storage is blocked. Save your files",
        Saved::Outdated => "Not saved: a newer version of this page is open. Reload this page",
    }
}

/// Formats a number with one decimal. The standard code for floating-point numbers is large.
fn one_decimal(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a duration")]
    let tenths = (number * 10.0).round() as u64;
    format!("{}.{}", tenths / 10, tenths % 10)
}
