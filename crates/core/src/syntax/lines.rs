//! Finds the start and the end of lines.

/// The byte order mark, which may begin a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the start of the line of an offset. The first line starts after a byte order mark.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    let first =
        if text.starts_with(BYTE_ORDER_MARK) { offset.min(BYTE_ORDER_MARK.len_utf8()) } else { 0 };
    text.get(..offset)
        .and_then(|before| before.rfind(['\n', '\r']))
        .map_or(first, |line_break| line_break + 1)
}

/// Returns the end of the line of an offset, before its line break.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    text.get(offset..)
        .and_then(|after| after.find('\n'))
        .map_or(text.len(), |line_break| offset + line_break)
}
