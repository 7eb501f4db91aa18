//! Numbers with their nouns.

/// Returns a number with its noun: `1 change`, `2 changes`.
pub(crate) fn plural(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
