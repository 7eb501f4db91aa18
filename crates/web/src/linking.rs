//! Links lines of the texts with lines of the manifests, in both directions.

use leptos::prelude::*;
use optakit_core::api::{self, Kind, LineExplanation, Place, Request};
use wasm_split_helpers::wasm_split;

use crate::lazy::Loaded;
use crate::page::Page;
use crate::state::{LineOrigin, ManifestLine};
use crate::tracking::on_change;

/// How long the cursor must rest before its lines are looked up, in milliseconds.
const REST_TIME: u32 = 120;

/// The origin of a manifest line.
#[derive(Clone, Debug, Default)]
struct Origin {
    /// The file and the place that the line comes from.
    place: Option<(String, Place)>,
    /// Whether the place sets this line itself, and not a line around it.
    exact: bool,
    why: Option<LineExplanation>,
}

#[wasm_split(help, fallible)]
fn load_decided_lines(request: Request, file: String, line: u32) -> Loaded<Vec<ManifestLine>> {
    Ok(api::decided_lines(&request, &file, line))
}

#[wasm_split(help, fallible)]
fn load_origin(request: Request, line: ManifestLine, kind: Kind) -> Loaded<Origin> {
    let (manifest, line) = line;
    Ok(match api::trace(&request, manifest).get(line) {
        Some(traced) => Origin {
            place: traced.origin.clone(),
            exact: traced.is_exact,
            why: api::explain_line(&request, kind, traced),
        },
        None => Origin::default(),
    })
}

/// Starts the highlighting of linked lines.
pub(crate) fn start(page: Page) {
    highlight_manifest_lines(page);
    highlight_text_lines(page);
}

/// Highlights the manifest lines that come from the line of the cursor.
fn highlight_manifest_lines(page: Page) {
    let selection = page.state.selection;
    let latest = StoredValue::new(0_u32);
    on_change(move || {
        let cursor = selection.cursor.get();
        latest.update_value(|turn| *turn += 1);
        let turn = latest.get_value();
        let Some(cursor) = cursor else { return selection.highlighted.set(Vec::new()) };
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(REST_TIME).await;
            if latest.try_get_value() != Some(turn) {
                return;
            }
            let request =
                page.state.results.outcome.with_untracked(|outcome| outcome.request.clone());
            let lines = load_decided_lines(request, cursor.file, cursor.line).await;
            if latest.try_get_value() == Some(turn) {
                selection.highlighted.set(lines.unwrap_or_default());
            }
        });
    });
}

/// Highlights the text lines that the active manifest line comes from.
fn highlight_text_lines(page: Page) {
    let active = page.state.selection.active;
    on_change(move || {
        let Some(line) = active.get() else { return show(page, Origin::default()) };
        page.state.results.outcome.track();
        leptos::task::spawn_local(async move {
            let origin = origin_of(page, line).await;
            if active.try_get_untracked() == Some(Some(line)) {
                show(page, origin);
            }
        });
    });
}

fn show(page: Page, origin: Origin) {
    let selection = page.state.selection;
    selection.why.set(origin.why);
    selection.origin.set(
        origin
            .place
            .as_ref()
            .map(|(file, place)| LineOrigin { file: file.clone(), line: place.line }),
    );
    for (name, editor) in page.editors.all() {
        let place = origin.place.as_ref().filter(|(file, _)| origin.exact && *file == name);
        editor.highlight_lines(place.map_or((0, 0), |(_, place)| (place.line, place.end_line)));
    }
}

async fn origin_of(page: Page, line: ManifestLine) -> Origin {
    let results = page.state.results;
    let kind = results
        .manifests
        .with_untracked(|shown| shown.manifests.get(line.0).map(|manifest| manifest.kind));
    let request = results.outcome.with_untracked(|outcome| outcome.request.clone());
    match kind {
        Some(kind) => load_origin(request, line, kind).await.unwrap_or_default(),
        None => Origin::default(),
    }
}

/// Opens the place in the text that a manifest line comes from.
pub(crate) fn go_to_origin(page: Page, line: ManifestLine) {
    leptos::task::spawn_local(async move {
        if let Some((file, place)) = origin_of(page, line).await.place {
            page.reveal(&file, place.utf16_start, place.utf16_start);
        }
    });
}
