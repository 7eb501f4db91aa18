//! The content of a file with secrets.

use std::collections::BTreeMap;

use optakit_core::check::env_vars::is_secret_key;
use secrecy::{ExposeSecret, SecretString};

use super::refusal::{Reason, Refusal, Remark};

/// A name with its value and the line of the name, counted from 1.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: SecretString,
    pub(super) line: usize,
}

/// Why a value of a map cannot be stored.
pub(super) enum Unusable {
    /// The value is of this type, such as "a map".
    NotText(&'static str),
    /// The value is not valid in this format.
    Syntax(&'static str),
}

/// The entries of a file, the lines that cannot be imported, and remarks with their lines.
#[derive(Default)]
pub(super) struct Content {
    pub(super) entries: Vec<Entry>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) remarks: Vec<(usize, Remark)>,
}

impl Content {
    pub(super) fn push(&mut self, name: &str, value: String, line: usize) {
        self.entries.push(Entry { name: name.to_owned(), value: value.into(), line });
    }

    /// Adds an entry of a map, or refuses it.
    pub(super) fn add(&mut self, name: &str, value: Result<String, Unusable>, line: usize) {
        match value {
            _ if !is_secret_key(name) => self.refuse(line, Reason::InvalidName),
            Ok(value) => self.push(name, value, line),
            Err(Unusable::NotText(found)) => {
                self.refuse(line, Reason::NotText { name: name.to_owned(), found });
            }
            Err(Unusable::Syntax(format)) => self.refuse(line, Reason::Syntax(format)),
        }
    }

    pub(super) fn refuse(&mut self, line: usize, reason: Reason) {
        self.refusals.push(Refusal { line, reason });
    }

    /// Refuses entries that no Secret or container can have, and those that are probably mistakes.
    pub(super) fn check(&mut self, allow_empty: bool) {
        let mut refused = Vec::new();
        let mut first_lines: BTreeMap<&str, usize> = BTreeMap::new();
        for Entry { name, value, line } in &self.entries {
            let value = value.expose_secret();
            let first = first_lines.get(name.as_str()).copied();
            first_lines.entry(name).or_insert(*line);
            let reason = if let Some(first) = first {
                Reason::Twice { name: name.clone(), first }
            } else if value.contains('\0') {
                Reason::Nul
            } else if value.starts_with("ENC[AES256_GCM,") {
                Reason::Encrypted
            } else if value.is_empty() && !allow_empty {
                Reason::Empty(name.clone())
            } else {
                continue;
            };
            refused.push(Refusal { line: *line, reason });
        }
        self.refusals.append(&mut refused);
        self.refusals.sort_by_key(|refusal| refusal.line);
    }
}

/// The lines of a text.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// Returns the line of a byte offset, counted from 1.
    pub(super) fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|end| *end < offset) + 1
    }
}
