//! Rules: one for each kind of problem that Optakit reports.

use serde::Serialize;

use crate::doc_comment::doc_text;

/// The severity of a diagnostic. The most severe one is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "javascript", derive(tsify::Tsify))]
pub enum Severity {
    /// Nothing is rendered until the problem is fixed.
    Error,
    /// The file is rendered, but probably not as intended.
    Warning,
    /// Information that may be useful.
    Hint,
}

impl Severity {
    /// Returns the name of the severity in every output format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// An example in the documentation of a rule. The tests run every example.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// Fields of a `k8s-service`. The tests add `image` and `port` if they are missing.
    Module(&'static str),
    /// A complete service file.
    File(&'static str),
    /// A complete environment file.
    Environment(&'static str),
}

/// A kind of problem, with its documentation.
#[derive(Debug)]
pub struct Rule {
    /// The stable name, in kebab case.
    pub id: &'static str,
    /// The severity of the diagnostics.
    pub severity: Severity,
    /// The documentation as Markdown: the problem, and why it matters.
    pub doc: &'static str,
    /// How to fix the problem.
    pub fix: &'static str,
    /// A text that breaks the rule.
    pub bad: Example,
    /// A similar text that follows the rule.
    pub good: Example,
    /// The numbers at which the rule starts to apply. The tests have examples for each of them.
    pub limits: &'static [usize],
}

impl Rule {
    /// Returns the documentation as Markdown.
    #[must_use]
    pub fn text(&self) -> String {
        doc_text(self.doc)
    }

    /// Returns the first paragraph of the documentation, on one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let text = self.text();
        text.split("\n\n").next().unwrap_or_default().replace('\n', " ")
    }

    /// Returns the address of the page that documents the rule.
    #[must_use]
    pub fn url(&self) -> String {
        rule_url(self.id)
    }

    /// Removes the documentation, unless the feature `rule-pages` is enabled.
    ///
    /// The page of the editor does not show the documentation, so it is built without it.
    #[must_use]
    pub const fn published(self) -> Self {
        if cfg!(feature = "rule-pages") {
            return self;
        }
        let none = Example::File("");
        Self { doc: "", fix: "", bad: none, good: none, limits: &[], ..self }
    }
}

/// Returns the address of the page that documents a rule, given its id.
#[must_use]
pub fn rule_url(id: &str) -> String {
    format!("{}/blob/main/docs/generated/rules/{id}.md", env!("CARGO_PKG_REPOSITORY"))
}

/// Converts the name of a constant to the id of its rule: `WRONG_TYPE` to `wrong-type`.
pub(crate) const fn kebab_case<const LENGTH: usize>(name: &str) -> [u8; LENGTH] {
    let (mut id, mut at) = ([0; LENGTH], 0);
    while at < LENGTH {
        let byte = name.as_bytes()[at];
        id[at] = if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
        at += 1;
    }
    id
}

/// Declares a rule. Its doc comment is its documentation, and its id follows from its name.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])*
        pub static $name:ident: $severity:ident {
            fix: $fix:literal,
            bad: $bad:ident($bad_text:expr),
            good: $good:ident($good_text:expr),
            $(limits: [$($limit:expr),+ $(,)?],)?
        }
    ) => {
        $(#[doc = $doc])*
        pub static $name: $crate::rule::Rule = $crate::rule::Rule {
            id: {
                const NAME: &str = stringify!($name);
                const ID: [u8; NAME.len()] = $crate::rule::kebab_case(NAME);
                match std::str::from_utf8(&ID) {
                    Ok(id) => id,
                    Err(_) => panic!("the name of a rule is ASCII"),
                }
            },
            severity: $crate::rule::Severity::$severity,
            doc: concat!($($doc, "\n"),*),
            fix: $fix,
            bad: $crate::rule::Example::$bad($bad_text),
            good: $crate::rule::Example::$good($good_text),
            limits: &[$($($limit),+)?],
        }
        .published();
    };
}
pub(crate) use rule;
