//! The references that completion and hover know.

use super::answer::{Answer, NAMES, answer};
use super::format::{Piece, pieces, segments};
use super::scope::Scope;
use crate::model::link_kind::credentials_of;

/// The value of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The value is known.
    Value(String),
    /// Only the environment knows the value.
    Input,
    /// The value is a secret.
    Secret,
    /// The reference is not valid.
    Unknown {
        /// The problem.
        message: String,
        /// The next action.
        help: String,
    },
}

/// Returns the value of a reference, given without its braces: `parent.domain`.
#[must_use]
pub fn look_up(reference: &str, scope: &Scope<'_>) -> Lookup {
    let segments: Vec<&str> = reference.split('.').collect();
    match answer(&segments, scope) {
        Answer::Known(value, _) => Lookup::Value(value),
        Answer::Input(_) => Lookup::Input,
        Answer::Secret(_) => Lookup::Secret,
        Answer::Unknown(unknown) => {
            Lookup::Unknown { message: unknown.message, help: unknown.help }
        }
    }
}

/// Returns the references of a text, as written, whose value only the environment knows.
pub fn input_references(text: &str) -> impl Iterator<Item = &str> {
    let pieces = if text.contains('{') { pieces(text) } else { Vec::new() };
    pieces.into_iter().filter_map(|piece| {
        let (raw, segments) = match piece {
            Piece::Reference { raw, segments } => (raw, segments),
            // The renderer writes the output of a module with single braces.
            Piece::Malformed(malformed) => {
                let inner = malformed.raw.trim_matches(['$', '{', '}']);
                (malformed.raw, segments(inner)?)
            }
            Piece::Literal(_) => return None,
        };
        let is_input = matches!(
            segments.as_slice(),
            ["parent", _] | ["module", _, _] | ["account_id" | "region" | "image_digest"]
        );
        is_input.then_some(raw)
    })
}

/// Returns every valid reference.
#[must_use]
pub fn reference_names(scope: &Scope<'_>) -> Vec<String> {
    let single = NAMES
        .iter()
        .filter(|name| !matches!(**name, "parent" | "vars" | "variables"))
        .map(|name| (*name).to_owned());
    let parent = scope
        .environment
        .outputs()
        .filter(|_| !scope.environment.own)
        .map(|output| format!("parent.{output}"));
    let variables = scope.variables.keys().map(|name| format!("vars.{name}"));
    let modules = scope.modules.iter().flat_map(|module| {
        let outputs = credentials_of(module.short_type(), scope.environment.cloud()).iter();
        outputs.map(|output| format!("module.{}.{output}", module.name.value))
    });
    parent.chain(variables).chain(single).chain(modules).collect()
}
