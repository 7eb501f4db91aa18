//! Values in curly quotes that also have another error.

use std::mem::take;

use crate::diagnostic::Diagnostic;
use crate::syntax::CURLY_QUOTES;

/// Merges the two diagnostics of a value that is invalid because of its curly quotes. Keeps the
/// error, with the help and the fix for the quotes. The diagnostics must be sorted by position.
pub(super) fn merge(diagnostics: &mut Vec<Diagnostic>) {
    let mut merged: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for mut found in take(diagnostics) {
        match merged.last_mut().filter(|last| last.span == found.span) {
            Some(last) if is_about_quotes(last) && found.is_error() => {
                (found.help, found.fixes) = (last.help.take(), take(&mut last.fixes));
                *last = found;
            }
            Some(last) if is_about_quotes(&found) && last.is_error() => {
                (last.help, last.fixes) = (found.help, found.fixes);
            }
            _ => merged.push(found),
        }
    }
    *diagnostics = merged;
}

fn is_about_quotes(diagnostic: &Diagnostic) -> bool {
    std::ptr::eq(diagnostic.rule, &raw const CURLY_QUOTES)
}
