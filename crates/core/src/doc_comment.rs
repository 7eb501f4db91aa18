//! Doc comments of declarations as text.

/// Removes the space that starts each line of a doc comment.
pub(crate) fn doc_text(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}
