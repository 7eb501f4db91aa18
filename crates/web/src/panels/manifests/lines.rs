//! The lines of a document: their positions, and the bands behind some of them.

use leptos::prelude::*;

/// The height of a line, in pixels. The style sheet has the same value.
const LINE_HEIGHT: u32 = 22;
/// The space above the first line, in pixels. The style sheet has the same value.
const PADDING: u32 = 10;

/// Returns the height of a document with `count` lines, in pixels. It is an integer: the code that
/// formats floating-point numbers is large.
pub(super) fn document_height(count: usize) -> u32 {
    pixels(count) + 2 * PADDING
}

#[expect(clippy::cast_possible_truncation, reason = "no manifest has that many lines")]
fn pixels(lines: usize) -> u32 {
    lines as u32 * LINE_HEIGHT
}

/// Returns the index of the line at a vertical position in the window.
pub(super) fn line_at(element: &web_sys::HtmlPreElement, client_y: i32) -> usize {
    let inside =
        f64::from(client_y) - element.get_bounding_client_rect().top() - f64::from(PADDING);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the line is on the screen"
    )]
    let line = (inside / f64::from(LINE_HEIGHT)).max(0.0) as usize;
    line
}

/// Draws a band behind each run of lines.
pub(super) fn bands(class: &'static str, lines: &[usize]) -> impl IntoView + use<> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, end)) if *end == *line => *end += 1,
            _ => runs.push((*line, line + 1)),
        }
    }
    let band = move |(from, to): (usize, usize)| {
        let top = format!("{}px", pixels(from) + PADDING);
        let height = format!("{}px", pixels(to - from));
        let class = format!("band {class}");
        view! { <div class=class aria-hidden="true" style:top=top style:height=height></div> }
    };
    runs.into_iter().map(band).collect_view()
}

/// Scrolls to a line of a document if it is not visible.
pub(super) fn scroll_to_line(element: &web_sys::HtmlPreElement, line: usize, count: usize) {
    let Ok(Some(output)) = element.closest(".output") else { return };
    let (inner, outer) = (element.get_bounding_client_rect(), output.get_bounding_client_rect());
    let top = inner.top() + f64::from(PADDING + pixels(line.min(count)));
    if top < outer.top() || top + f64::from(LINE_HEIGHT) > outer.bottom() {
        let middle = top - outer.top() - outer.height() / 2.0;
        #[expect(clippy::cast_possible_truncation, reason = "it is a number of pixels")]
        output.set_scroll_top(output.scroll_top() + middle as i32);
    }
}
