//! The rendering choices, for windows that are too narrow to show them in the bar.

use leptos::prelude::*;

use super::frame::Frame;
use crate::choices::{Place, choices};

/// The dialog with the rendering choices.
#[component]
pub(super) fn Options() -> impl IntoView {
    view! {
        <Frame title="Options">
            <div class="choice-list">{choices(Place::Dialog)}</div>
        </Frame>
    }
}
