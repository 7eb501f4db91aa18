//! A text as a form: every field with its type, default and help, all from the declarations. An
//! edit changes only its own place in the text, by the text's editor, so that comments stay and
//! undo is one for both.

mod field;
mod lists;
mod modules;

use leptos::prelude::*;
use optakit_core::api::{self, ENVIRONMENT_FIELDS, LAYER_FIELDS, PathStep, SourceText};
use serde_json::Value;

use crate::state::{SERVICE_FILE, State};
use field::Fields;

/// One text of which a form shows and changes values.
#[derive(Clone, Copy)]
pub(crate) struct Sheet {
    state: State,
    /// The name of the text.
    file: StoredValue<String>,
    /// What it says; none while a part of it cannot be read.
    data: Memo<Option<Value>>,
}

/// A place below the root of a text.
pub(crate) type Path = Vec<PathStep>;

/// A place one step further down.
fn below(path: &[PathStep], step: impl Into<NextStep>) -> Path {
    let mut path = path.to_vec();
    path.push(step.into().0);
    path
}

struct NextStep(PathStep);

impl From<&str> for NextStep {
    fn from(key: &str) -> Self {
        Self(PathStep::Key(key.to_owned()))
    }
}

impl From<usize> for NextStep {
    fn from(index: usize) -> Self {
        Self(PathStep::Index(index))
    }
}

/// A path as diagnostics write it: `modules[0].port`.
fn dotted(path: &[PathStep]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            PathStep::Key(key) if text.is_empty() => text.push_str(key),
            PathStep::Key(key) => text.push_str(&format!(".{key}")),
            PathStep::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

impl Sheet {
    fn new(state: State, file: String) -> Self {
        let name = file.clone();
        let data = Memo::new(move |_| {
            api::read_data(&SourceText { name: name.clone(), text: state.text_of(&name) })
        });
        Self { state, file: StoredValue::new(file), data }
    }

    /// The value at a path.
    fn value(self, path: &[PathStep]) -> Option<Value> {
        let data = self.data.read();
        let mut value = data.as_ref()?;
        for step in path {
            value = match step {
                PathStep::Key(key) => value.get(key)?,
                PathStep::Index(index) => value.get(index)?,
            };
        }
        Some(value.clone()).filter(|value| !value.is_null())
    }

    /// How many items the list at a path has.
    fn length(self, path: &[PathStep]) -> usize {
        self.value(path).and_then(|value| value.as_array().map(Vec::len)).unwrap_or(0)
    }

    /// Sets the value at a path; none takes it away.
    fn set(self, path: &[PathStep], value: Option<Value>) {
        let (state, name) = (self.state, self.file.get_value());
        let text = SourceText { text: untrack(|| state.text_of(&name)), name: name.clone() };
        let edit = match &value {
            Some(value) => api::set(&text, path, value),
            None => api::remove(&text, path),
        };
        match edit {
            Ok(Some(edit)) => state.edit(&name, &[edit]),
            Ok(None) => {}
            Err(error) => state.say(format!("This place is edited as text: {error}")),
        }
    }

    /// What is wrong at a path, or below it when `deep`.
    fn faults(self, path: &[PathStep], deep: bool) -> Vec<String> {
        let (name, path) = (self.file.get_value(), dotted(path));
        let outcome = self.state.analysis.read();
        let is_here = |found: &str| {
            found
                .strip_prefix(&*path)
                .is_some_and(|rest| rest.is_empty() || (deep && rest.starts_with(['.', '['])))
        };
        let of = outcome
            .analysis
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.file == name && is_here(&diagnostic.path));
        of.map(|diagnostic| match &diagnostic.help {
            Some(help) => format!("{}; {help}", diagnostic.message),
            None => diagnostic.message.clone(),
        })
        .collect()
    }

    /// Takes the last step of the text's history back, or makes it again.
    fn step(self, back: bool) {
        let editor = self.file.with_value(|file| self.state.editor(file));
        if let Some(editor) = editor {
            editor.step(back);
        }
    }
}

/// The form of a text.
#[component]
pub(crate) fn Form(
    /// The name of the text.
    file: String,
) -> impl IntoView {
    let state = expect_context::<State>();
    let fields = if file == SERVICE_FILE { LAYER_FIELDS } else { ENVIRONMENT_FIELDS };
    let sheet = Sheet::new(state, file);
    let undo = move |event: web_sys::KeyboardEvent| {
        let key = event.key().to_ascii_lowercase();
        if (event.ctrl_key() || event.meta_key()) && matches!(key.as_str(), "z" | "y") {
            event.prevent_default();
            sheet.step(key == "z" && !event.shift_key());
        }
    };
    let readable = Memo::new(move |_| sheet.data.read().is_some());
    view! {
        <section class="form" aria-label="Form" on:keydown=undo>
            <Show when=move || readable.get() fallback=|| view! {
                <p class="note">{"A part of the text cannot be read, so that no form can be made of it. Repair the problem below, as text or by its Fix."}</p>
            }>
                <div class="steps">
                    <button class="link" on:click=move |_| sheet.step(true)>{"Undo"}</button>
                    <button class="link" on:click=move |_| sheet.step(false)>{"Redo"}</button>
                </div>
                <Fields sheet fields path=Vec::new() />
            </Show>
        </section>
    }
}
