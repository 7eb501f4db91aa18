//! Differences between two texts of a file.

use similar::TextDiff;

/// Returns a unified diff, with the name of the file in its header.
pub(crate) fn diff(name: &str, before: &str, after: &str) -> String {
    let name = name.replace('\\', "/");
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
