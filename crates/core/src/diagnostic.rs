//! What Optakit has to say about a user's text: rules, diagnostics and their repairs. Never a
//! `Result`: a wrong text is an ordinary outcome, a wrong world is not dealt with in this crate.

use crate::rule::{Rule, Severity};
use crate::span::Span;

/// Whether a fix may be applied without a person reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// The meaning is certain.
    Safe,
    /// A guess, even if a good one.
    Unsafe,
}

/// One replacement of a source's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What takes its place.
    pub text: String,
}

/// A repair: after its edits the text parses and the rule is silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a button would say it.
    pub title: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// The edits, which do not overlap.
    pub edits: Vec<TextEdit>,
}

/// A second place that matters to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// Why it matters.
    pub message: String,
}

/// One fault at one place.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// Where it is.
    pub span: Span,
    /// Where in the document, like `modules[0].port.http`; empty for the file itself.
    pub path: String,
    /// Found, then expected; lower case, no full stop, names in backticks.
    pub message: String,
    /// The next action.
    pub help: Option<String>,
    /// A second place.
    pub label: Option<Label>,
    /// The repairs, best first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic without help, label and fix.
    pub fn new(
        rule: &'static Rule,
        span: Span,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            span,
            path: path.into(),
            message: message.into(),
            help: None,
            label: None,
            fixes: Vec::new(),
        }
    }

    /// With the next action.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a second place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.label = Some(Label { span, message: message.into() });
        self
    }

    /// With a repair that replaces `span` by `text`.
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

    /// With a repair of several edits.
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

    /// Whether nothing may be rendered because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.rule.severity == Severity::Error
    }
}
