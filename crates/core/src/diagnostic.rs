//! Rules, diagnostics and fixes. A problem in a user's file is a diagnostic, never an `Err`.

use crate::rule::{Rule, Severity};
use crate::span::Span;

/// Whether a fix may be applied without review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// The fix keeps the intended meaning.
    Safe,
    /// The fix is a guess.
    Unsafe,
}

/// A replacement of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// The part to replace; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A fix of a problem. After its edits, the text is valid YAML and the problem is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The title, in the imperative.
    pub title: String,
    /// Whether the fix may be applied without review.
    pub applicability: Applicability,
    /// The edits. They do not overlap.
    pub edits: Vec<TextEdit>,
}

/// A second place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// Why the place matters.
    pub message: String,
}

/// A problem in a file.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule.
    pub rule: &'static Rule,
    /// The severity: that of the rule, unless the profile accepts what the rule is about.
    pub severity: Severity,
    /// The place of the problem.
    pub span: Span,
    /// The path in the document, like `modules[0].port.http`; empty for the whole file.
    pub path: String,
    /// The message: what was found, then what was expected. Lower case, no full stop, names in
    /// backticks.
    pub message: String,
    /// The next action.
    pub help: Option<String>,
    /// A second place that matters.
    pub label: Option<Label>,
    /// The fixes, best first.
    pub fixes: Vec<Fix>,
    /// Whether the lines of the place contain a secret.
    pub is_confidential: bool,
}

impl Diagnostic {
    /// Creates a diagnostic without help, label and fixes.
    pub fn new(
        rule: &'static Rule,
        span: Span,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity: rule.severity,
            span,
            path: path.into(),
            message: message.into(),
            help: None,
            label: None,
            fixes: Vec::new(),
            is_confidential: false,
        }
    }

    /// Marks the lines of the place as confidential: programs do not print them.
    #[must_use]
    pub fn confidential(mut self) -> Self {
        self.is_confidential = true;
        self
    }

    /// Sets the help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the label.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.label = Some(Label { span, message: message.into() });
        self
    }

    /// Adds a fix that replaces `span` by `text`.
    #[must_use]
    pub fn fix(
        self,
        applicability: Applicability,
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
    ) -> Self {
        self.fix_edits(applicability, title, vec![TextEdit { span, text: text.into() }])
    }

    /// Adds a fix with several edits.
    #[must_use]
    pub fn fix_edits(
        mut self,
        applicability: Applicability,
        title: impl Into<String>,
        edits: Vec<TextEdit>,
    ) -> Self {
        self.fixes.push(Fix { title: title.into(), applicability, edits });
        self
    }

    /// Whether the diagnostic is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
