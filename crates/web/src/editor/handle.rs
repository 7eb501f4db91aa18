//! A text editor on the page.

use std::rc::Rc;

use js_sys::Promise;
use optakit_core::api::{Diagnostic, TextEdit};
use wasm_bindgen::prelude::*;

use super::codemirror;
use super::marks::{Mark, MarkEdit, edit, mark};

/// A text editor on the page.
#[derive(Clone)]
pub(crate) struct Editor {
    view: JsValue,
    _callbacks: Rc<Callbacks>,
}

/// The functions that the editor calls. They live as long as the editor.
pub(crate) struct Callbacks {
    /// Receives each new text, and whether the change was typed.
    pub(crate) on_change: Closure<dyn FnMut(String, bool)>,
    /// Returns the completions at an offset.
    pub(crate) on_complete: Closure<dyn Fn(usize) -> Promise>,
    /// Returns the hover text at an offset.
    pub(crate) on_hover: Closure<dyn Fn(usize) -> Promise>,
    /// Receives line and offset of the cursor; line 0 when the editor loses the focus.
    pub(crate) on_cursor: Closure<dyn Fn(u32, usize)>,
    /// Undoes the last change, or redoes it if the argument is false.
    pub(crate) on_step: Closure<dyn Fn(bool)>,
}

impl Editor {
    /// Creates an editor inside an element.
    pub(crate) fn new(
        parent: &web_sys::Element,
        label: &str,
        text: &str,
        hint: &str,
        callbacks: Callbacks,
    ) -> Self {
        let Callbacks { on_change, on_complete, on_hover, on_cursor, on_step } = &callbacks;
        let view = codemirror::create(
            parent,
            label,
            text,
            hint,
            on_change,
            on_complete,
            on_hover,
            on_cursor,
            on_step,
        );
        Self { view, _callbacks: Rc::new(callbacks) }
    }

    /// Applies edits at once.
    pub(crate) fn apply(&self, edits: &[TextEdit]) {
        let edits: Vec<MarkEdit<'_>> = edits.iter().map(edit).collect();
        if let Ok(edits) = serde_wasm_bindgen::to_value(&edits) {
            codemirror::apply(&self.view, edits);
        }
    }

    /// Moves the focus to the editor.
    pub(crate) fn focus(&self) {
        codemirror::focus(&self.view);
    }

    /// Replaces a range, in UTF-16 offsets, and moves the cursor to its end.
    pub(crate) fn restore(&self, from: usize, to: usize, text: &str) {
        codemirror::restore(&self.view, from, to, text);
    }

    /// Replaces the whole text.
    pub(crate) fn replace(&self, text: &str) {
        codemirror::replace(&self.view, text);
    }

    /// Changes the text to another one as one undo step. Needs [`disk::load`](crate::disk::load).
    pub(crate) fn patch(&self, text: &str) {
        codemirror::patch(&self.view, text);
    }

    /// Selects a range, in UTF-16 offsets, and scrolls to it.
    pub(crate) fn reveal(&self, from: usize, to: usize) {
        codemirror::reveal(&self.view, from, to);
    }

    /// Highlights the lines `from` to `to`, counted from 1. `(0, 0)` removes the highlight.
    pub(crate) fn highlight_lines(&self, (from, to): (u32, u32)) {
        codemirror::light(&self.view, from, to);
    }

    /// Underlines the diagnostics of the file.
    pub(crate) fn show(&self, diagnostics: &[&Diagnostic]) {
        let marks: Vec<Mark<'_>> = diagnostics.iter().map(|diagnostic| mark(diagnostic)).collect();
        if let Ok(marks) = serde_wasm_bindgen::to_value(&marks) {
            codemirror::show(&self.view, marks);
        }
    }

    /// Removes the editor from the page.
    pub(crate) fn destroy(&self) {
        codemirror::destroy(&self.view);
    }
}
