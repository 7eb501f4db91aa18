//! The text editors: CodeMirror and its binding.

mod codemirror;
mod handle;
mod marks;
mod registry;

pub(crate) use handle::{Callbacks, Editor};
pub(crate) use registry::{EditorStatus, Editors};

/// Fills an element with YAML. The colors appear when the code of the editors is loaded.
pub(crate) fn highlight(element: &web_sys::Element, text: &str) {
    codemirror::highlight(element, text);
}
