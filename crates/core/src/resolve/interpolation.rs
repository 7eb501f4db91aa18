//! References in texts: `{parent.x}`, `{vars.x}`, `{env}` and their like,
//! `${{module.name.output}}`, `{{` and `}}`.
//!
//! Opta put an empty text in the place of what it did not know. Here that is an error with a
//! suggestion, and what only the environment can know stays as a hole.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::format::{Piece, pieces};
use super::values::Values;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};
use crate::model::environment::{Environment, PARENT_OUTPUTS};
use crate::model::field::list;
use crate::model::layer::Variable;
use crate::model::module::Header;
use crate::source::Source;
use crate::span::Span;
use crate::suggest;
use crate::syntax::{Entry, Mapping, Node, NodeKind, Scalar, ScalarValue};
use crate::text::{Hole, Text};

/// A reference to something that cannot exist.
pub static UNKNOWN_REFERENCE: Rule = Rule {
    id: "unknown-reference",
    severity: Severity::Error,
    doc: "The text refers to something that nobody can answer. Opta put an empty text there, which was found out only in \
          production.",
    bad: Example::Module("public_uri: \"api.{parent.domian}\"\n"),
    good: Example::Module("public_uri: \"api.{parent.domain}\"\n"),
}
.published();

/// A brace that is no reference.
pub static MALFORMED_REFERENCE: Rule = Rule {
    id: "malformed-reference",
    severity: Severity::Error,
    doc: "A `{` begins a reference such as `{vars.size}`. What follows it is none. For a brace itself write `{{` or `}}`.",
    bad: Example::Module("env_vars:\n  FILTER: \"{unclosed\"\n"),
    good: Example::Module("env_vars:\n  FILTER: \"{{unclosed\"\n"),
}
.published();

/// All that references can be answered from.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The layer's name.
    pub layer_name: &'a str,
    /// The environment.
    pub environment: &'a Environment,
    /// `environments[].variables` of the chosen environment.
    pub variables: &'a BTreeMap<&'a str, &'a Variable>,
    /// The modules of the file.
    pub modules: &'a [Header],
    /// The values file.
    pub values: &'a Values,
    /// The run's image tag and digest, which are variables too.
    pub image: (Option<&'a str>, Option<&'a str>),
    /// The values used so far, by input.
    pub used: &'a RefCell<BTreeMap<String, String>>,
}

impl Scope<'_> {
    /// The value of an input, if the values file has it. It is noted as used.
    #[must_use]
    pub fn value(&self, input: &str) -> Option<String> {
        let (owner, rest) = input.split_once('.')?;
        let value = match owner {
            "parent" => self.values.parent.get(rest)?,
            "module" => {
                let (module, output) = rest.split_once('.')?;
                self.values.modules.get(module)?.get(output)?
            }
            _ => return None,
        };
        self.used.borrow_mut().insert(input.to_owned(), value.clone());
        Some(value.clone())
    }
}

/// Replaces the references in every text of a module; a text with a faulty one becomes `Broken`.
#[must_use]
pub fn interpolate(
    mapping: &Mapping,
    path: &str,
    source: &Source,
    scope: &Scope<'_>,
) -> (Mapping, Vec<Diagnostic>) {
    let mut pass = Pass { source, scope, path: path.to_owned(), diagnostics: Vec::new() };
    let replaced = pass.mapping(mapping, false);
    (replaced.unwrap_or_else(|| mapping.clone()), pass.diagnostics)
}

/// Answers one reference by its names, like `["parent", "domain"]`.
pub(super) fn answer(segments: &[&str], source: &Source, scope: &Scope<'_>) -> Answer {
    Pass { source, scope, path: String::new(), diagnostics: Vec::new() }.answer(segments)
}

/// The names that references begin with.
pub(super) const NAMES: &[&str] = &[
    "parent",
    "vars",
    "variables",
    "env",
    "layer_name",
    "parent_name",
    "region",
    "account_id",
    "state_storage",
];

struct Pass<'a> {
    source: &'a Source,
    scope: &'a Scope<'a>,
    path: String,
    diagnostics: Vec<Diagnostic>,
}

impl Pass<'_> {
    /// The mapping with its references replaced; none when it has none, so that most are not
    /// copied.
    fn mapping(&mut self, mapping: &Mapping, keys: bool) -> Option<Mapping> {
        let mut replaced: Option<Vec<Entry>> = None;
        for (index, entry) in mapping.entries.iter().enumerate() {
            let key = &*entry.key.value;
            let length = self.path.len();
            self.path.push('.');
            self.path.push_str(key);
            let with_reference = keys && key.contains(['{', '}']);
            let name =
                if with_reference { self.text(key, entry.key.span).map(Box::new) } else { None };
            // Only the names of environment variables are keys with references.
            let value = self.node(&entry.value, key == "env_vars");
            self.path.truncate(length);
            if name.is_some() || value.is_some() {
                let value = value.unwrap_or_else(|| entry.value.clone());
                let entries = replaced.get_or_insert_with(|| mapping.entries.to_vec());
                entries[index] = Entry { key: entry.key.clone(), name, value };
            }
        }
        replaced.map(|entries| Mapping { entries: entries.into(), broken: mapping.broken })
    }

    fn node(&mut self, node: &Node, keys: bool) -> Option<Node> {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar)
                if scalar.value == ScalarValue::Str
                    && scalar.text.as_str().contains(['{', '}']) =>
            {
                match self.text(scalar.text.as_str(), node.span) {
                    Some(text) => NodeKind::Scalar(Scalar { text, value: ScalarValue::Str }),
                    None => NodeKind::Broken,
                }
            }
            NodeKind::Mapping(mapping) => NodeKind::Mapping(self.mapping(mapping, keys)?),
            NodeKind::Sequence(items) => {
                let mut replaced: Option<Vec<Node>> = None;
                for (index, item) in items.iter().enumerate() {
                    let length = self.path.len();
                    let _ = write!(self.path, "[{index}]");
                    let item = self.node(item, false);
                    self.path.truncate(length);
                    if let Some(item) = item {
                        replaced.get_or_insert_with(|| items.to_vec())[index] = item;
                    }
                }
                NodeKind::Sequence(replaced?.into())
            }
            _ => return None,
        };
        Some(Node { span: node.span, kind })
    }

    fn text(&mut self, text: &str, span: Span) -> Option<Text> {
        let mut value = String::with_capacity(text.len());
        let (mut holes, mut variable, mut good) = (Vec::new(), None, true);
        for piece in pieces(text) {
            match piece {
                Piece::Literal(literal) => value.push_str(literal),
                Piece::Reference { raw, segments } => match self.answer(&segments) {
                    Answer::Known(answer, from) => {
                        value.push_str(&answer);
                        variable = variable.or(from);
                    }
                    Answer::Input(input) => {
                        let start = value.len();
                        value.push_str(raw);
                        holes.push(Hole { start, end: value.len(), input });
                    }
                    Answer::Unknown { message, help, near } => {
                        good = false;
                        let span = self.span_of(raw, span);
                        let mut diagnostic =
                            Diagnostic::new(&UNKNOWN_REFERENCE, span, &*self.path, message)
                                .help(help);
                        if let Some((wrong, near)) = near {
                            let repaired = raw.replacen(&wrong, &near, 1);
                            diagnostic = diagnostic.fix(
                                Applicability::Safe,
                                format!("write `{repaired}`"),
                                span,
                                repaired.clone(),
                            );
                        }
                        self.diagnostics.push(diagnostic);
                    }
                },
                Piece::Fault { raw, message, repaired } => {
                    good = false;
                    let span = self.span_of(raw, span);
                    let mut diagnostic = Diagnostic::new(&MALFORMED_REFERENCE, span, &*self.path, message)
                        .help("a reference looks like `{vars.name}`; for a brace itself write `{{` or `}}`");
                    if let Some(repaired) = repaired.filter(|_| self.source.slice(span) == raw) {
                        let applicability = if raw.starts_with("${module") {
                            Applicability::Safe
                        } else {
                            Applicability::Unsafe
                        };
                        diagnostic = diagnostic.fix(
                            applicability,
                            format!("write `{repaired}`"),
                            span,
                            repaired.clone(),
                        );
                    }
                    self.diagnostics.push(diagnostic);
                }
            }
        }
        good.then(|| Text::interpolated(&value, holes, variable))
    }

    /// Where a part of a text stands in the source, if it stands there as it is; else the whole
    /// text.
    fn span_of(&self, raw: &str, span: Span) -> Span {
        match self.source.slice(span).find(raw) {
            Some(at) => {
                Span::new(span.file, span.start as usize + at, span.start as usize + at + raw.len())
            }
            None => span,
        }
    }

    fn answer(&self, segments: &[&str]) -> Answer {
        let environment = self.scope.environment;
        let known = |value: Option<&str>, input: &str| match value {
            Some(value) => Answer::Known(value.to_owned(), None),
            None => Answer::Input(input.to_owned()),
        };
        match segments {
            ["env"] => Answer::Known(environment.name.clone(), None),
            ["layer_name"] => Answer::Known(self.scope.layer_name.to_owned(), None),
            ["parent_name"] => Answer::Known(
                if environment.own { "nil".to_owned() } else { environment.name.clone() },
                None,
            ),
            ["region"] | ["aws", "region"] => known(environment.region.as_deref(), "region"),
            ["account_id"] | ["aws", "account_id"] => {
                known(environment.account_id.as_deref(), "account_id")
            }
            ["state_storage"] => match &environment.org_name {
                Some(org) => {
                    Answer::Known(format!("opta-tf-state-{org}-{}", environment.name), None)
                }
                None => Answer::Input("org_name".to_owned()),
            },
            ["vars" | "variables", name] => self.variable(name),
            ["parent", output] => self.parent(output),
            ["module", name, output] => self.module(name, output),
            ["vars" | "variables" | "parent"] => Answer::unknown(
                format!("`{{{}}}` lacks the name of a value", segments.join(".")),
                format!("write `{{{}.name}}`", segments.join(".")),
                None,
            ),
            _ => self.unknown_name(segments),
        }
    }

    fn variable(&self, name: &str) -> Answer {
        match (name, self.scope.image) {
            ("image_tag", (Some(value), _)) | ("image_digest", (_, Some(value))) => {
                return Answer::Known(value.to_owned(), None);
            }
            ("image_tag" | "image_digest", _) => return Answer::Input(name.to_owned()),
            _ => {}
        }
        match self.scope.variables.get(name) {
            Some(Variable { text: Ok(text), span }) => Answer::Known(text.clone(), Some(*span)),
            Some(Variable { text: Err(found), .. }) => Answer::unknown(
                format!("`{name}` is {found}, which cannot stand in a text"),
                "only text, numbers and booleans can".to_owned(),
                None,
            ),
            None => {
                let near = suggest::nearest(name, self.scope.variables.keys().copied());
                let help = match near {
                    Some(near) => format!("did you mean `{{vars.{near}}}`?"),
                    None => format!("add `{name}` to the `variables` of the environment"),
                };
                Answer::unknown(
                    format!("there is no variable `{name}`"),
                    help,
                    near.map(|near| (name.to_owned(), near.to_owned())),
                )
            }
        }
    }

    fn parent(&self, output: &str) -> Answer {
        let environment = self.scope.environment;
        if let Some(value) = self.scope.value(&format!("parent.{output}")) {
            return Answer::Known(value, None);
        }
        if environment.own {
            return Answer::unknown(
                format!("there is no `{{parent.{output}}}`: the file has no parent"),
                "a file with its own `providers` is its environment itself".to_owned(),
                None,
            );
        }
        let possible: Vec<&str> = environment.outputs().collect();
        if possible.contains(&output) {
            return match (output, &environment.domain) {
                ("domain", Some(domain)) if !domain.contains('{') => {
                    Answer::Known(domain.clone(), None)
                }
                ("k8s_cluster_name", _) if !environment.name.is_empty() => {
                    Answer::Known(environment.cluster_name(), None)
                }
                _ => Answer::Input(format!("parent.{output}")),
            };
        }
        let owner = PARENT_OUTPUTS.iter().find(|(_, outputs)| outputs.contains(&output));
        let near = suggest::nearest(output, possible.iter().copied());
        let help = match (owner, near) {
            (Some((kind, _)), _) => {
                format!("it is an output of `{kind}`, which the environment file does not have")
            }
            (None, Some(near)) => format!("did you mean `{{parent.{near}}}`?"),
            (None, None) => format!("the environment has {}", list(&possible)),
        };
        let near = near.filter(|_| owner.is_none());
        Answer::unknown(
            format!("the environment has no output `{output}`"),
            help,
            near.map(|near| (output.to_owned(), near.to_owned())),
        )
    }

    fn module(&self, name: &str, output: &str) -> Answer {
        if let Some(value) = self.scope.value(&format!("module.{name}.{output}")) {
            return Answer::Known(value, None);
        }
        if self.scope.modules.iter().any(|module| module.name.value == name) {
            return Answer::Input(format!("module.{name}.{output}"));
        }
        let names: Vec<&str> =
            self.scope.modules.iter().map(|module| module.name.value.as_str()).collect();
        let near = suggest::nearest(name, names.iter().copied());
        let help = near.map_or_else(
            || format!("the file has {}", list(&names)),
            |near| format!("did you mean `{near}`?"),
        );
        Answer::unknown(
            format!("there is no module `{name}` in this file"),
            help,
            near.map(|near| (name.to_owned(), near.to_owned())),
        )
    }

    fn unknown_name(&self, segments: &[&str]) -> Answer {
        let written = segments.join(".");
        let first = segments.first().copied().unwrap_or_default();
        let near = suggest::nearest(first, NAMES.iter().copied()).filter(|near| *near != first);
        let by_variable = self.scope.variables.contains_key(first).then(|| format!("vars.{first}"));
        let near = by_variable.or_else(|| near.map(str::to_owned));
        let help = match &near {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => format!("there are {}", list(NAMES)),
        };
        Answer::unknown(
            format!("nothing is called `{{{written}}}`"),
            help,
            near.map(|near| (first.to_owned(), near)),
        )
    }
}

/// What a reference stands for.
pub(super) enum Answer {
    Known(String, Option<Span>),
    Input(String),
    /// `near` is what is misspelt and how it should be.
    Unknown {
        message: String,
        help: String,
        near: Option<(String, String)>,
    },
}

impl Answer {
    const fn unknown(message: String, help: String, near: Option<(String, String)>) -> Self {
        Self::Unknown { message, help, near }
    }
}
