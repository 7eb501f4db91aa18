//! Tables with a header, as kubectl prints them.

/// The space between two columns.
const GAP: &str = "   ";

/// Returns a table with aligned columns. Each row has as many cells as the header. Without rows,
/// returns an empty text.
pub(crate) fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let header = header.iter().map(|&name| name.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join(GAP).trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_aligned() {
        let rows = vec![
            vec!["1".to_owned(), "näme".to_owned(), String::new()],
            vec!["1000".to_owned(), "x".to_owned(), "last".to_owned()],
        ];
        let expected = "NO     NAME   REMARKS\n1      näme\n1000   x      last\n";
        assert_eq!(table(&["NO", "NAME", "REMARKS"], rows), expected);
    }

    #[test]
    fn table_without_rows_is_empty() {
        assert_eq!(table(&["NAME"], Vec::new()), "");
    }
}
